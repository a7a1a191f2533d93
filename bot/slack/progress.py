"""The message that shows what an agent is doing: one line a step, edited as it goes on."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.blocks import button, clip, context, escape, section
from bot.slack.messages import Message

STOP = "run_stop"
"""The button that ends a run."""

SHOWN = 12
"""Lines shown; of more, the newest."""

ROOM = 2900
"""Characters of all of them, which share one text of 3,000."""

LINE = 200
"""Characters of one line."""


class Mark(enum.StrEnum):
    RUNNING = ":hourglass_flowing_sand:"
    DONE = ":white_check_mark:"
    FAILED = ":warning:"
    WAITING = ":raised_hand:"
    REFUSED = ":no_entry_sign:"


@dataclass(frozen=True)
class StepLine:
    """One tool call as people see it: what it is, and what came of it.

    One with a `depth` was made by a colleague, for the sake of the step above it.
    """

    mark: Mark
    title: str
    found: str = ""
    depth: int = 0

    @property
    def words(self) -> str:
        """The title, with a sign where it belongs to the step above."""
        return f"↳ {self.title}" if self.depth else self.title


def working(agent: str, lines: Sequence[StepLine]) -> Message:
    """While the agent works."""
    text = f"{agent} is looking into it …"
    return Message(text=text, blocks=[_head(f"_{escape(text)}_"), *_lines(lines)])


def waiting(agent: str, lines: Sequence[StepLine]) -> Message:
    """While a person has to decide."""
    text = f"{agent} waits for a decision on the card below."
    return Message(text=text, blocks=[_head(f":raised_hand: {escape(text)}"), *_lines(lines)])


def finished(agent: str, lines: Sequence[StepLine], footer: str) -> Message:
    """When the answer stands below: the steps remain as evidence."""
    if not lines:
        text = f"{agent} answered without looking anything up."
        return Message(text=text, blocks=[context(escape(f"{text} {footer}".strip()))])
    own = sum(line.depth == 0 for line in lines)
    count = "1 step" if own == 1 else f"{own} steps"
    head = f"{agent} took {count}"
    return Message(text=head, blocks=[context(escape(f"{head} · {footer}")), *_lines(lines)])


def broken_off(agent: str, lines: Sequence[StepLine]) -> Message:
    """When the run ended without an answer."""
    text = f"{agent} stopped."
    return Message(text=text, blocks=[context(escape(text)), *_lines(lines)])


def _head(text: str) -> dict[str, object]:
    """The first line, with the way out beside it."""
    return section(text, accessory=button("Stop", STOP, label="Stop looking into this"))


def _lines(lines: Sequence[StepLine]) -> list[dict[str, object]]:
    shown = [_line(line) for line in lines[-SHOWN:]]
    while sum(len(line) + 1 for line in shown) > ROOM:
        shown.pop(0)
    left_out = len(lines) - len(shown)
    words = [f"_{left_out} earlier steps_"] if left_out else []
    # Arguments are a model's words: an address among them must not become a link.
    return [context("\n".join([*words, *shown]), verbatim=True)] if lines else []


def _line(line: StepLine) -> str:
    indent = "\u2003" * line.depth
    title = f"{indent}{line.mark} {escape(clip(line.words, LINE))}"
    return f"{title} · {escape(clip(line.found, LINE))}" if line.found else title
