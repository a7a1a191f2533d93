"""What a model is told about the directives of a question."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.agents.directives.parsing import Directives, parse
from bot.store.tables import Run

# Not the one of `prompts`, which knows the memory, which knows these wishes.
_environment = Environment(
    loader=PackageLoader("bot.agents", "prompts"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  (plain text for a model, not a page)
    trim_blocks=True,
)


def directives_of(run: Run) -> Directives:
    """The directives of a person's question. One that the house itself asks, with what a service
    reported in it, has none, nor has an agent's to its colleague: what an incident is called must
    not order anything."""
    ours = run.read_only or run.parent_run_id is not None
    return Directives((), (), run.question) if ours else parse(run.question)


def wishes_of(run: Run) -> str:
    """Words for the model; the same whenever the question is read again."""
    found = directives_of(run).found
    if not found:
        return ""
    return _environment.get_template("directives.md.j2").render(found=found).strip()
