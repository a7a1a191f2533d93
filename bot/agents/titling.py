"""What a conversation is called in Slack: its first question, in short."""

from __future__ import annotations

import re

from bot.agents.directives.wishes import directives_of
from bot.connecting.pasted import without_keys
from bot.slack.blocks import clip
from bot.store.tables import Run

LONGEST = 80
"""Characters; Slack takes 200 and shows fewer."""


def title_of(run: Run) -> str:
    """The question of a run without its directives; empty where it has no words of its own."""
    said, _, _quoted = directives_of(run).question.partition("\n<message>")
    return as_title(without_keys(said), LONGEST)


def as_title(text: str, longest: int) -> str:
    """A text as a title: one line, without Slack's marks and without emphasis."""
    words = " ".join(re.sub(r"<[^<>]*>", " ", text).split()).strip("*_ ")
    return clip(f"{words[:1].upper()}{words[1:]}", longest)
