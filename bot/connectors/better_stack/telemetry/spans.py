"""The span of time that a question about telemetry is about, as the SQL endpoint writes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.connectors.periods import period

USUAL = timedelta(hours=24)


@dataclass(frozen=True)
class Span:
    """From when until when, in UTC; `words` are for titles."""

    since: str
    until: str
    words: str


def span(start: str | None, end: str | None, now: datetime, usual: timedelta = USUAL) -> Span:
    asked = period(start, end, now, default=usual)
    return Span(_stamp(asked.start), _stamp(asked.end), asked.words)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03d}"
