"""Models that say what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.agents.messages import OnText, Replied, Request, ToolCall, Usage

Line = Replied | BaseException | Callable[[Request], Replied]


def says(text: str) -> Replied:
    return Replied(text, usage=Usage(100, 10, 50), model="scripted")


def calls(*wanted: tuple[str, dict[str, Any]], text: str = "", step: str = "s") -> Replied:
    """A response that calls tools; ids are unique as long as `step` is."""
    made = [
        ToolCall(f"{step}{number}", name, arguments)
        for number, (name, arguments) in enumerate(wanted)
    ]
    return Replied(text, made, usage=Usage(100, 10, 50), model="scripted")


class Scripted:
    """Says its lines by how many tool results the conversation of this question has, so that a
    second process that takes the question up goes on where the first one was."""

    name = "scripted"

    def __init__(self, *lines: Line) -> None:
        self._lines: Sequence[Line] = lines
        self.requests: list[Request] = []
        self.danger: Callable[[], None] = lambda: None

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        self.danger()
        self.requests.append(request)
        spoken = 0
        for turn in reversed(request.turns):
            if type(turn).__name__ == "Asked":
                break
            spoken += isinstance(turn, Replied)
        line = self._lines[min(spoken, len(self._lines) - 1)]
        if isinstance(line, BaseException):
            raise line
        replied = line(request) if callable(line) else line
        if replied.text:
            await on_text(replied.text)
        self.danger()
        return replied
