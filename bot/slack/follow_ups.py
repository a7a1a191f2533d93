"""The buttons below an answer that ask what people may want to know next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.blocks import actions, button
from bot.slack.messages import Block

FOLLOW_UP = re.compile(r"follow_up_\d+")
"""The `action_id` of such a button; each of a message has one of its own."""


@dataclass(frozen=True)
class Choice:
    """One button. `value` says which question it stands for."""

    label: str
    value: str


def row(choices: Sequence[Choice]) -> list[Block]:
    """The buttons as a row; nothing where there are none."""
    buttons = [
        button(one.label, f"follow_up_{number}", value=one.value)
        for number, one in enumerate(choices)
    ]
    return [actions(*buttons)] if buttons else []
