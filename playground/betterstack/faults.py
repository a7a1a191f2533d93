"""Things that go wrong on demand: the next answers of a path are not what they should be."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    THROTTLED = "throttled"
    """429, with a Retry-After header when `retry_after` is set."""
    ERROR = "error"
    """500 with the vendor's error body."""
    BAD_GATEWAY = "bad_gateway"
    """502 with a page of HTML."""
    SLOW = "slow"
    """The right answer, but only once the fault is released."""
    CLOSED = "closed"
    """The connection closes without an answer."""
    MALFORMED = "malformed"
    """200 with JSON that stops in the middle."""


@dataclass(kw_only=True)
class Fault:
    """What happens to the next `times` requests that fit.

    With `after` the request takes effect first and only its answer is lost: the case in which a
    careless retry pages people twice.
    """

    kind: Kind
    path: str = "*"
    """An exact path, or a beginning followed by `*`."""
    method: str | None = None
    times: int = 1
    retry_after: int | None = None
    after: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a slow fault has caught its first request."""

    def fits(self, method: str, path: str) -> bool:
        if self.times < 1 or self.method not in (None, method):
            return False
        return path.startswith(self.path[:-1]) if self.path.endswith("*") else path == self.path


class Faults:
    """The faults that wait for a request, in the order they were added."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._waiting.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """Use up one turn of the first fault that fits."""
        fault = next((fault for fault in self._waiting if fault.fits(method, path)), None)
        if fault:
            fault.times -= 1
        return fault

    def clear(self) -> None:
        """Forget every fault, and let slow answers go."""
        for fault in self._waiting:
            fault.times = 0
            fault.released.set()
        self._waiting.clear()

    def __len__(self) -> int:
        return sum(fault.times > 0 for fault in self._waiting)
