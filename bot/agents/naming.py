"""The names of agents: what one may be called, and how that is mentioned."""

from __future__ import annotations

import re

from bot.people.refusals import Refused
from bot.store.crew import handle_of

LONGEST_NAME = 40

RESERVED = frozenset(
    """
    agent agents all anybody anyone app bot channel everybody everyone group help here me myself
    nobody none ops quarterdeck slack slackbot somebody someone subteam team us you
    """.split()
)
"""Handles that would mean somebody else: Slack's own mentions, the app itself, or nobody at all."""

_EMOJI = re.compile(r":[a-z0-9_+'-]{1,60}:")


class Amiss(Refused):
    """Something in an agent's settings cannot be; `field` is the one that it stands in."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def read_name(typed: str) -> str:
    """A name as it was typed, "@tony" too. Raises Amiss."""
    name = " ".join(typed.split()).removeprefix("@").strip()
    if len(name) > LONGEST_NAME:
        raise Amiss("name", f"A name has at most {LONGEST_NAME} characters.")
    handle = handle_of(name)
    if not handle:
        raise Amiss("name", "A name needs a letter or a digit, so that it can be mentioned.")
    if handle in RESERVED:
        raise Amiss("name", f"“@{handle}” means somebody else in Slack. Choose another name.")
    return name


def read_icon(typed: str) -> str:
    """An icon as Slack takes it, `:mag:`; empty for the type's own. Raises Amiss."""
    icon = typed.strip().lower()
    if icon and not _EMOJI.fullmatch(icon):
        raise Amiss("icon", "Write the emoji's name between colons, such as :mag: or :ship:.")
    return icon


def name_of_copy(name: str, number: int) -> str:
    """The name of the first copy, the second, and so on."""
    mark = " copy" if number == 1 else f" copy {number}"
    return name[: LONGEST_NAME - len(mark)].rstrip() + mark
