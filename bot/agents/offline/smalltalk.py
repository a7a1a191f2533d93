"""Short answers to what is no question: a greeting, thanks, "help"; and what can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.agents.offline.phrases import options
from bot.agents.offline.toolbox import Tool, Toolbox
from bot.agents.offline.words import tokens

_GREETINGS = frozenset(
    """hi hello hey hallo hiya yo morning afternoon evening good day greetings howdy there team all
    everyone moin servus salut hola""".split()
)
_THANKS = frozenset(
    """thanks thank you thx ty cheers great perfect nice cool awesome good ok okay much very so a
    lot job work got it super merci danke done that's all""".split()
)
_HELP = re.compile(
    r"^\W*(?:please )?(?:help(?: me)?|usage|commands|what can (?:you|i) (?:do|ask)(?: here)?"
    r"|what do you (?:do|know)|who are you|how does this work|what are you|capabilities"
    r"|what can you help (?:me )?with)\W*$",
    re.IGNORECASE,
)
_NEVER_MIND = re.compile(
    r"^\W*(?:no|nope|never ?mind|nvm|cancel|stop|forget it|nothing|don'?t|none|no thanks?)"
    r"(?:[\s,]+(?:thanks?|thank you|please|it))*\W*$",
    re.IGNORECASE,
)
_MOST_GROUPS, _MOST_THINGS = 12, 8


def answer(text: str, box: Toolbox) -> str | None:
    """The answer to small talk, or None where the text is a question."""
    words = set(tokens(text))
    if _NEVER_MIND.match(text):
        return "Fine, nothing was sent."
    if words and words <= _GREETINGS:
        return f"Hello! {abilities(box)}"
    if words and words <= _THANKS and not words <= {"ok", "a", "so", "all"}:
        return "You're welcome."
    if not words or _HELP.match(text) or words <= _THANKS:
        return abilities(box)
    return None


def abilities(box: Toolbox) -> str:
    """What can be asked with the tools at hand, by service."""
    if not box.tools:
        return "There are no tools here that I could use: connect a service to this agent first."
    lines = ["What I can look into:", "", *_lines(box.reads, "things")]
    if not box.reads:
        lines = []
    if box.writes:
        gap = ["", "What I can propose, for someone to approve:", ""]
        lines += [*(gap if lines else gap[1:]), *_lines(box.writes, "action")]
    return "\n".join(lines)


def _lines(tools: Iterable[Tool], part: str) -> list[str]:
    groups: dict[str, list[str]] = {}
    # What can be listed at once comes first, and the plain before the particular.
    for tool in sorted(tools, key=lambda one: (not one.lists, len(one.name.noun))):
        named = tool.name.things if part == "things" else tool.name.action
        groups.setdefault(tool.name.title, []).append(named)
    lines = [_line(title, named) for title, named in groups.items()]
    left = len(lines) - _MOST_GROUPS
    return [*lines[:_MOST_GROUPS], *([f"- and {left} more services"] if left > 0 else [])]


def _line(title: str, named: list[str]) -> str:
    unique = _without_singulars(list(dict.fromkeys(named)))
    more = len(unique) - _MOST_THINGS
    shown = [*unique[:_MOST_THINGS], f"{more} more"] if more > 0 else unique
    return f"- **{title}:** {options(shown, 'and')}" if title else f"- {options(shown, 'and')}"


def _without_singulars(named: list[str]) -> list[str]:
    """ "incident" says nothing beside "incidents"."""
    return [one for one in named if f"{one}s" not in named]
