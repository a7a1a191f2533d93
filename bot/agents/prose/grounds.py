"""What prose may say: the facts, each with what it is about, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fact:
    """A line of facts. `about` names the things it belongs to; a line about nothing in particular
    holds for the whole."""

    text: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """How a thing is; None where that is not known."""

    open: bool | None = None
    acknowledged: bool | None = None


@dataclass(frozen=True)
class Grounds:
    """Facts, and the names in them.

    `counts` says of how many incidents a state is true (`open`, `resolved`, `began`); `trends` of
    what is counted or measured, whether it is more than before (1), less (-1) or the same (0): of
    incidents under the empty name, else of a thing's availability. `calm` is whether one may say
    that all is well. Facts of `one_story` are all about the
    same, so that each figure may stand beside each name.
    """

    facts: Sequence[Fact]
    things: Sequence[str] = ()
    people: Sequence[str] = ()
    on_call: Sequence[str] = ()
    states: Mapping[str, State] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    trends: Mapping[str, int] = field(default_factory=dict)
    calm: bool = False
    one_story: bool = False

    @property
    def text(self) -> str:
        """The facts as a model gets them, a line each."""
        return "\n".join(f"- {one.text}" for one in self.facts)
