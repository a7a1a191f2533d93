"""A message as it is sent, with the plainer forms that it falls back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_TEXT = 4000
"""Characters of a message's `text`: advised when posting, enforced by chat.update."""


@dataclass(frozen=True)
class Identity:
    """Under which name and icon a message appears. `icon` is an emoji such as `:mag:`."""

    name: str
    icon: str


@dataclass(frozen=True)
class Place:
    """Where a message goes. It is stored with what will be posted, never worked out again."""

    channel: str
    thread_ts: str = ""


@dataclass(frozen=True)
class Message:
    """One message.

    `text` stands alone in notifications and screen readers, and is what remains when Slack
    refuses everything else. `plainer` are the same blocks in older forms, best first.
    """

    text: str
    blocks: Sequence[Block] = ()
    plainer: Sequence[Sequence[Block]] = field(default_factory=tuple)

    @property
    def forms(self) -> list[Sequence[Block]]:
        """What to try, in this order; the last has no blocks at all."""
        return [form for form in (self.blocks, *self.plainer) if form] + [()]
