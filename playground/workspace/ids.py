"""Where ids and message times come from: a seeded source and a handed-in clock."""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since the epoch, as time.time() gives them."""

_ALPHABET = string.ascii_uppercase + string.digits


class Ids:
    """Ids in Slack's shapes. The same seed gives the same ids in the same order."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)

    def make(self, prefix: str, size: int = 10) -> str:
        return prefix + "".join(self._random.choices(_ALPHABET, k=size))

    def short(self) -> str:
        """What Slack fills in for a missing block_id or action_id."""
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=5))

    def secret(self, size: int = 24) -> str:
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=size))

    def digits(self, size: int) -> str:
        return "".join(self._random.choices("123456789", k=size))

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


class Timestamps:
    """Message times: strings with six decimals, each one later than the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        self._last = max(int(self._clock() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
