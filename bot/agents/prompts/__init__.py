"""The agents' instructions: one template a type."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.store.tables import Agent

_environment = Environment(
    loader=PackageLoader("bot.agents", "prompts"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  (plain text for a model, not a page)
    trim_blocks=True,
    keep_trailing_newline=False,
)


def instructions(agent: Agent, *, places: Sequence[str]) -> str:
    """What an agent's model is told about itself, its reach and its manners.

    The same for every question until access changes: who asks, and when, stands with the question.
    """
    return _environment.get_template(f"{agent.type}.md.j2").render(agent=agent, places=places)
