"""The models' instructions: one template an agent's type, and one for each thing they write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.agents.knowledge.recall import Known
from bot.agents.marking import unmarked
from bot.store.tables import Agent, ProseKind

_environment = Environment(
    loader=PackageLoader("bot.agents", "prompts"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  (plain text for a model, not a page)
    trim_blocks=True,
    keep_trailing_newline=False,
)


def instructions(
    agent: Agent,
    *,
    places: Sequence[str],
    preferences: Mapping[str, str] | None = None,
    known: Known | None = None,
) -> str:
    """What an agent's model is told about itself, its reach and its manners.

    The same for every question until access changes: who asks, and when, stands with the question.

    Args:
        preferences: what the team wrote for a connection, by the connection's name.
        known: what the agent knows beside what its tools return.
    """
    kept = {place: unmarked(text, "instructions") for place, text in (preferences or {}).items()}
    template = _environment.get_template(f"{agent.type}.md.j2")
    told = {"agent": agent, "places": places, "preferences": kept, "known": known or Known()}
    told["own"] = unmarked(agent.prompt or "", "team_instructions")
    return template.render(told, cleaned=partial(unmarked, mark="knowledge"))


def investigation(incident_id: str, place: str, facts: Mapping[str, str]) -> str:
    """What an agent is asked about an incident. `facts` are data, without tags of their own."""
    template = _environment.get_template("investigation.md.j2")
    return template.render(incident_id=incident_id, place=place, facts=facts)


def writing(kind: ProseKind) -> str:
    """What a model is told that writes into something of ours. The facts stand beside it."""
    return _environment.get_template(f"{kind}.md.j2").render()
