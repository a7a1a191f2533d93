"""Slack's rate limits: a bucket per method, app and workspace, and one per channel for posts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from playground.workspace.ids import Clock
from playground.workspace.webapi.table import Method

POST_PER_SECOND, POST_BURST = 1.0, 5.0
"""chat.postMessage: about one a second and channel, "short bursts allowed" (our reading: five)."""

HISTORY = ("conversations.history", "conversations.replies")
RESTRICTED_PAGE = 15


@dataclass
class _Bucket:
    capacity: float
    per_second: float
    level: float
    filled: float

    def take(self, now: float) -> float:
        """Seconds to wait; 0 when the call may go ahead."""
        self.level = min(self.capacity, self.level + (now - self.filled) * self.per_second)
        self.filled = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.per_second


@dataclass
class RateLimits:
    """`restricted_history` is the rule of 2025 for apps distributed outside the Marketplace:
    conversations.history and .replies once a minute, 15 messages."""

    clock: Clock
    enabled: bool = True
    restricted_history: bool = False
    _buckets: dict[tuple[str, ...], _Bucket] = field(default_factory=dict)

    def wait(self, method: Method, owner: tuple[str, str], channel: str) -> int:
        """Whole seconds for Retry-After, or 0. `owner` is app and workspace."""
        if not self.enabled:
            return 0
        per_minute = 1 if self.restricted_history and method.name in HISTORY else method.per_minute
        wait = self._take((method.name, *owner), per_minute, per_minute / 60)
        if not wait and method.name == "chat.postMessage":
            wait = self._take((method.name, *owner, channel), POST_BURST, POST_PER_SECOND)
        return math.ceil(wait)

    def _take(self, key: tuple[str, ...], capacity: float, per_second: float) -> float:
        now = self.clock()
        bucket = self._buckets.setdefault(key, _Bucket(capacity, per_second, capacity, now))
        return bucket.take(now)
