"""What the app called, and the failures that a test ordered for its next calls."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from playground.workspace.model import Json


@dataclass(frozen=True)
class ApiCall:
    """One call of the app. `status` is the HTTP status of the answer."""

    method: str
    args: Json
    token: str | None
    status: int
    answer: Json


@dataclass(frozen=True)
class Failure:
    """Set one of them: an error code, an HTTP status, or seconds of Retry-After."""

    error: str | None = None
    status: int | None = None
    retry_after: int | None = None


class Journal:
    def __init__(self, size: int = 2000) -> None:
        self.calls: deque[ApiCall] = deque(maxlen=size)
        self._ordered: dict[str, deque[Failure]] = {}

    def order_failure(self, method: str, failure: Failure, times: int = 1) -> None:
        self._ordered.setdefault(method, deque()).extend([failure] * times)

    def take_failure(self, method: str) -> Failure | None:
        ordered = self._ordered.get(method)
        return ordered.popleft() if ordered else None
