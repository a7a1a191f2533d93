"""Small pieces of sentences that several parts use."""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.offline.findings import Question
from bot.agents.offline.schema import Param
from bot.agents.offline.toolbox import Tool

_MOST_CHOICES = 8


def options(words: Sequence[str], last: str = "or") -> str:
    """The words as a list in a sentence: "low, medium or high"."""
    unique = list(dict.fromkeys(words))
    if len(unique) < 2:
        return "".join(unique)
    return f"{', '.join(unique[:-1])} {last} {unique[-1]}"


def needs(tool: Tool, missing: Sequence[Param]) -> Question:
    """The question for what a call cannot do without, with what is possible."""
    asked = options([_param(param) for param in missing], "and")
    name = tool.name
    action = f"{name.verb} the {name.thing}" if name.verb else f"look up the {name.things}"
    return Question(f"To {action} I need {asked}.")


def _param(param: Param) -> str:
    said = f"the **{param.name.replace('_', ' ')}**"
    if param.choices:
        shown = [str(one) for one in param.choices[:_MOST_CHOICES]]
        more = ["…"] if len(param.choices) > _MOST_CHOICES else []
        return f"{said} ({options([*shown, *more])})"
    hint = param.description.split(". ")[0].strip().rstrip(".")
    return f"{said} ({hint[:1].lower()}{hint[1:]})" if 0 < len(hint) <= 80 else said
