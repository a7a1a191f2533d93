"""What passes between the loop and a model, in our own words.

The loop, the store and the tests know only these types; each model's adapter translates them to
its provider's wire format. Importing them costs nothing, while a provider's SDK costs seconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.gate.calls import ToolCall, ToolReturn, ToolSpec

__all__ = [
    "Asked",
    "Model",
    "ModelFailed",
    "OnText",
    "Replied",
    "Request",
    "Returned",
    "Source",
    "ToolCall",
    "ToolReturn",
    "ToolSpec",
    "Turn",
    "Usage",
]

OnText = Callable[[str], Awaitable[None]]
"""Called with the answer so far, whenever it has grown."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one response. `cached` are those of `input` that were read from a cache."""

    input: int = 0
    output: int = 0
    cached: int = 0


@dataclass(frozen=True)
class Asked:
    """A person's message. `name` is what the person is called, `email` where services know them.

    `when` is the moment in words, `wishes` what its directives ask of a language model; they stand
    with the message rather than in the instructions, which must stay the same for a provider's
    cache.
    """

    text: str
    name: str = ""
    when: str = ""
    wishes: str = ""
    email: str = ""


@dataclass(frozen=True)
class Source:
    """A page of the web that a provider's own search or fetch brought to an answer."""

    url: str
    title: str = ""


@dataclass(frozen=True)
class Replied:
    """One response of a model: words for people, calls of tools, or both.

    `wire` is the provider's own form of the response as JSON, kept so that the next request can
    hand it back unchanged (signatures of thinking, say); `model` names who said it; `sources` are
    the pages that its provider looked up for it.
    """

    text: str
    calls: Sequence[ToolCall] = ()
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    wire: dict[str, Any] | None = None
    sources: Sequence[Source] = ()


@dataclass(frozen=True)
class Returned:
    """The results of all calls of the response before."""

    returns: Sequence[ToolReturn]


Turn = Asked | Replied | Returned


@dataclass(frozen=True)
class Request:
    """Everything that a model gets for one response. The last turn is an `Asked` or `Returned`.

    `web`: whether its provider may search the web and read pages for it. `max_tokens` bounds the
    response more than the model's line does; 0 does not.
    """

    instructions: str
    turns: Sequence[Turn]
    tools: Sequence[ToolSpec]
    now: datetime
    timezone: str = "UTC"
    web: bool = False
    max_tokens: int = 0


class ModelFailed(Exception):
    """A model gave no response.

    `message` says why in words for people. `transient` is true where another try, or another
    model, may succeed: overload, a time-out, a cut stream.
    """

    def __init__(self, message: str, *, transient: bool) -> None:
        super().__init__(message)
        self.message = message
        self.transient = transient


class Model(Protocol):
    """Something that can answer: a provider's language model, or the offline planner."""

    @property
    def name(self) -> str: ...

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        """One response.

        Raises:
            ModelFailed: with words for people.
        """
        ...
