"""What a model is sent stays inside its window: old results of tools are shortened first.

A person's words are never touched. Results are shortened from the oldest on, several at a time,
so that what is sent stays the same for some steps and a provider's cache goes on being of use.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.agents.messages import Asked, Replied, Request, Returned, ToolReturn, Turn
from bot.agents.models.direct import MAX_TOKENS

UNKNOWN_WINDOW = 100_000
"""Tokens, for a model whose window nobody told us."""

CHARACTERS_A_TOKEN = 3
"""Fewer than any of the providers count for English or JSON, so that we err on the safe side."""

BATCH = 4
HEAD = 300
SMALLEST = 500
NOTE = "… (shortened to make room: it had {size:,} characters; call the tool again to see them)"


def fitted(request: Request, window: int | None) -> Request:
    """The request, as much shortened as a window of so many tokens needs."""
    room = max((window or UNKNOWN_WINDOW) - MAX_TOKENS, 0) * CHARACTERS_A_TOKEN - _fixed(request)
    if _size(request.turns) <= room:
        return request
    for turns in _shorter(request.turns):
        if _size(turns) <= room:
            return replace(request, turns=turns)
    shortest = list(_shorter(request.turns))[-1]
    return replace(request, turns=_squeezed(shortest, room))


def _shorter(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """The turns, shorter and shorter: results before the newest, then answers of before."""
    made = list(turns)
    old = [at for at, turn in enumerate(made[:-1]) if isinstance(turn, Returned)]
    for start in range(0, len(old), BATCH):
        for at in old[start : start + BATCH]:
            made[at] = _clipped(made[at], HEAD)
        yield list(made)
    yield [_plain(turn) if at < len(made) - 2 else turn for at, turn in enumerate(made)]


def _squeezed(turns: Sequence[Turn], room: int) -> list[Turn]:
    """The newest results share what room is left."""
    *before, last = turns
    if not isinstance(last, Returned) or not last.returns:
        return list(turns)
    share = max((room - _size(before)) // len(last.returns) - len(NOTE) - 20, SMALLEST)
    return [*before, _clipped(last, share)]


def _clipped(turn: Turn, most: int) -> Turn:
    if not isinstance(turn, Returned):
        return turn
    return Returned([_short(one, most) for one in turn.returns])


def _short(result: ToolReturn, most: int) -> ToolReturn:
    size = len(result.text)
    if size <= most + len(NOTE) or result.text.endswith(NOTE[-20:]):
        return result
    return replace(result, text=result.text[:most] + NOTE.format(size=size))


def _plain(turn: Turn) -> Turn:
    """A reply without its provider's own form, which holds what it searched and thought."""
    return replace(turn, wire=None) if isinstance(turn, Replied) else turn


def _fixed(request: Request) -> int:
    tools = sum(len(one.description) + len(json.dumps(one.schema)) for one in request.tools)
    return len(request.instructions) + tools


def _size(turns: Sequence[Turn]) -> int:
    return sum(_SIZES[type(turn)](turn) for turn in turns)


def _replied(turn: Replied) -> int:
    said = len(turn.text) + sum(len(json.dumps(call.arguments)) for call in turn.calls)
    return max(said, len(json.dumps(turn.wire)) if turn.wire else 0)


_SIZES: dict[type, Callable[..., int]] = {
    Asked: lambda turn: len(turn.text),
    Replied: _replied,
    Returned: lambda turn: sum(len(one.text) for one in turn.returns),
}
