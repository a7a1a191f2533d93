"""Times and lengths of time in the words that people read."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(value: str | None) -> datetime | None:
    """An ISO-8601 time with its zone; None for nothing or for anything else."""
    try:
        parsed = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def when(value: str | None, now: datetime) -> str:
    """`13:58 UTC` today, `12 May, 13:58 UTC` on other days of this year, else with the year."""
    at = moment(value)
    if at is None:
        return ""
    at, today = at.astimezone(UTC), now.astimezone(UTC)
    clock = f"{at:%H:%M} UTC"
    if at.date() == today.date():
        return clock
    year = "" if at.year == today.year else f" {at.year}"
    return f"{at.day} {at:%b}{year}, {clock}"


def duration(seconds: float | None) -> str | None:
    """The two largest units of a length of time: `45 s`, `3 min`, `1 h 12 min`, `2 d 4 h`."""
    if seconds is None:
        return None
    rest = max(round(seconds), 0)
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def lasted(start: str | None, end: str | None, now: datetime) -> str | None:
    """How long something took, or has taken so far when it has not ended."""
    begun, over = moment(start), moment(end)
    if begun is None:
        return None
    length = duration(((over or now) - begun).total_seconds())
    return length if over else f"{length} so far"
