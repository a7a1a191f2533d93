"""What `/ops help` tells: the commands by what they are about, and one of them in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from bot.handlers.commands.command import Command
from bot.slack.blocks import context, escape, section
from bot.slack.messages import Message

NAME = "/ops"

FURTHER = (
    f"`{NAME} help <command>` shows all that a command can do. Ask an agent by its name in a "
    "channel that I am in: *@debugger which incidents are open, and who is on call?*"
)

_WAYS = re.compile(r"(\S+) \[(.+)\]")
"""A command with its ways in one pair of brackets."""


def overview(topics: Mapping[str, Sequence[Command]]) -> Message:
    """Every command in a line, by topic."""
    blocks = [
        section("\n".join([f"*{topic}*", *(_line(one) for one in commands)]))
        for topic, commands in topics.items()
    ]
    return Message(f"How to use {NAME}", [*blocks, context(FURTHER)])


def page_of(command: Command) -> Message:
    """One command, with a line for each way to write it."""
    lines = [f"*{command.summary}*", *(f"• `{NAME} {way}`" for way in _ways(command.usage))]
    return Message(f"How to use {NAME} {command.name}", [section("\n".join(lines))])


def not_known(word: str, names: Sequence[str]) -> Message:
    """For a first word that is no command: what may have been meant."""
    begun = [one for one in names if one.startswith(word.lower()[:5])]
    close = get_close_matches(word.lower(), names, n=1) or begun
    hint = f" Did you mean `{NAME} {close[0]}`?" if close else ""
    text = f"There is no `{NAME} {escape(word)}`.{hint} `{NAME} help` lists what there is."
    return Message(text, [section(text)])


def _line(command: Command) -> str:
    return f"`{NAME} {command.name}` {command.summary}"


def _ways(usage: str) -> Iterator[str]:
    """ "team [list | accept]" as "team", "team list" and "team accept"."""
    found = _WAYS.fullmatch(usage)
    if found is None or "] [" in found[2]:
        yield usage
        return
    yield found[1]
    for way in found[2].split(" | "):
        yield f"{found[1]} {way}"
