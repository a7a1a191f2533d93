"""Time ranges in plain words: "last 24h", "since Monday", "yesterday between 9 and 11".

All are read in the asker's time zone. The end of a range is exclusive; where the words give none,
it is open and means now.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS = {"m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day", "w": "week"}
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000}
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

_DAY = "|".join([f"{day[:3]}(?:{day[3:]})?" for day in _DAYS[:5]] + _DAYS[5:])
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_CLOCK = r"\d{1,2}(?::\d{2})?(?:\s*(?:am|pm))?"
_COUNT = rf"\d{{1,4}}|an?|{'|'.join(_NUMBERS)}"
_UNIT = r"minutes?|mins?|hours?|hrs?|days?|weeks?|months?|m|h|d|w"
_DATE = (
    r"\d{4}-\d{2}-\d{2}"
    rf"|(?:{_MONTH})\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTH})\b(?:\s+\d{{4}})?"
    rf"|(?:last\s+)?(?:{_DAY})\b|the day before yesterday|yesterday|today"
)
_INSTANT = r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:z|[+-]\d{2}:?\d{2})?"


@dataclass(frozen=True)
class Span:
    """A range of time. `label` says it in words; `words` are those that it was read from."""

    start: datetime
    end: datetime | None
    label: str
    words: str


def zone(name: str) -> tzinfo:
    """The time zone of that name, or UTC where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def find(text: str, now: datetime, timezone: str) -> Span | None:
    """The range of time that a text names, if any."""
    local = now.astimezone(zone(timezone))
    for pattern, reading in _READINGS:
        for found in pattern.finditer(text):
            with contextlib.suppress(ValueError, OverflowError):
                if span := reading(found, local):
                    return replace(span, words=found[0].strip())
    return None


def day_label(day: date, today: date) -> str:
    """The day as people write it, with the year where it is another."""
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if day.year != today.year else "")


def _rolling(found: re.Match[str], now: datetime) -> Span:
    count = _count(found["count"] or "1")
    unit = _unit(found["unit"])
    named = f"{count} {unit}s" if count != 1 else unit
    return Span(_back(now, count, unit), None, f"last {named}", "")


def _back(now: datetime, count: int, unit: str) -> datetime:
    # Counted in UTC: an hour is an hour on the night when the clocks change.
    return (now.astimezone(UTC) - timedelta(seconds=count * _SECONDS[unit])).astimezone(now.tzinfo)


def _ago(found: re.Match[str], now: datetime) -> Span:
    count, unit = _count(found["count"]), _unit(found["unit"])
    start = _back(now, count, unit)
    if unit in ("minute", "hour") or found["since"]:
        return Span(start, None, f"since {count} {unit}{'s' if count != 1 else ''} ago", "")
    return _whole_day(start.date(), now)


def _named(found: re.Match[str], now: datetime) -> Span | None:
    midnight = _midnight(now.date(), now)
    which, unit = found["which"].lower(), found["named"].lower()
    back = which in ("last", "previous")
    if unit in ("morning", "evening", "night", "afternoon"):
        return _part_of_day(unit, now, yesterday=back or found["which"].lower() == "yesterday")
    start = {
        "week": midnight - timedelta(days=now.weekday()),
        "month": midnight.replace(day=1),
        "year": midnight.replace(month=1, day=1),
    }[unit]
    if not back:
        return Span(start, None, f"this {unit}", "")
    days = {"week": 7, "month": 1, "year": 1}[unit]
    before = (start - timedelta(days=days)).date()
    first = before if unit == "week" else before.replace(day=1)
    first = first.replace(month=1) if unit == "year" else first
    return Span(_midnight(first, now), start, f"last {unit}", "")


def _part_of_day(part: str, now: datetime, *, yesterday: bool) -> Span:
    hours = {"morning": (5, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (20, 30)}
    first, last = hours[part]
    day = _midnight(now.date() - timedelta(days=1 if yesterday else 0), now)
    label = ("last " if yesterday else "this ") + part
    return Span(day + timedelta(hours=first), day + timedelta(hours=last), label, "")


def _between(found: re.Match[str], now: datetime) -> Span | None:
    day = _day(found["day"] or found["day2"] or "today", now)
    low, high = found["low"], found["high"]
    if "from" in found[0].lower() and not re.search(r":|[ap]m", low + high, re.IGNORECASE):
        return None  # "from 1 to 2 stars"
    half = re.search(r"[ap]m", high, re.IGNORECASE)
    if half and not re.search(r"[ap]m", low, re.IGNORECASE):
        low += half[0]
    start, end = _at(low, day, now), _at(high, day, now)
    if start is None or end is None:
        return None
    end = end if end > start else end + timedelta(days=1)
    label = f"{day_label(day, now.date())}, {start:%H:%M}–{end:%H:%M}"
    return Span(start, end, label, "")


def _dates(found: re.Match[str], now: datetime) -> Span:
    first, last = sorted((_day(found["low"], now), _day(found["high"], now)))
    start, end = _midnight(first, now), _midnight(last + timedelta(days=1), now)
    label = f"{day_label(first, now.date())} to {day_label(last, now.date())}"
    return Span(start, end, label, "")


def _instants(found: re.Match[str], now: datetime) -> Span:
    start = _instant(found["low"], now)
    end = _instant(found["high"], now) if found["high"] else None
    label = f"since {start:%Y-%m-%d %H:%M}" + (f" to {end:%Y-%m-%d %H:%M}" if end else "")
    return Span(start, end, label, "")


def _since(found: re.Match[str], now: datetime) -> Span | None:
    day = _day(found["day"] or "today", now)
    start = _at(found["clock"], day, now) if found["clock"] else _midnight(day, now)
    if start is None:
        return None
    start = start if start <= now or found["day"] else start - timedelta(days=1)
    at = f", {start:%H:%M}" if found["clock"] else ""
    return Span(start, None, f"since {day_label(day, now.date())}{at}", "")


def _on(found: re.Match[str], now: datetime) -> Span:
    return _whole_day(_day(found["day"], now), now)


def _whole_day(day: date, now: datetime) -> Span:
    start, end = _midnight(day, now), _midnight(day + timedelta(days=1), now)
    names = {0: "today, ", 1: "yesterday, "}
    label = names.get((now.date() - day).days, "") + day_label(day, now.date())
    return Span(start, None if day == now.date() else end, label, "")


def _day(text: str, now: datetime) -> date:
    """The day that the words mean; one without a year is the last that has been.

    Raises:
        ValueError: there is no such day.
    """
    text = text.lower().strip()
    near = {"today": 0, "yesterday": 1, "the day before yesterday": 2}
    if text in near:
        return now.date() - timedelta(days=near[text])
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    name = text.removeprefix("last").strip()
    weekday = next((index for index, day in enumerate(_DAYS) if day[:3] == name[:3]), None)
    if weekday is not None and not re.search(r"\d", text):
        back = (now.weekday() - weekday) % 7
        return now.date() - timedelta(days=back or (7 if text.startswith("last") else 0))
    return _calendar_day(text, now)


def _calendar_day(text: str, now: datetime) -> date:
    month = next(index for index, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}", text))
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    number = next((number for number in numbers if number < 32), 0)
    year = next((number for number in numbers if number > 31), None)
    if year is not None:
        return date(year, month, number)
    day = date(now.year, month, number)
    return day if day <= now.date() else date(now.year - 1, month, number)


def _at(clock: str, day: date, now: datetime) -> datetime | None:
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?", clock.strip().lower())
    if not found:
        return None
    hour = int(found[1])
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return datetime.combine(day, time(hour, int(found[2] or 0)), now.tzinfo)


def _instant(text: str, now: datetime) -> datetime:
    moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo)


def _count(text: str) -> int:
    text = text.lower()
    return int(text) if text.isdigit() else (_NUMBERS.index(text) + 1 if text in _NUMBERS else 1)


def _unit(text: str) -> str:
    text = text.lower()
    return _UNITS.get(text.rstrip("s") or text, text.rstrip("s"))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_Reading = Callable[[re.Match[str], datetime], "Span | None"]
_TO = r"(?:and|to|until|till|-|–)"

# The first that fits is taken, so the more particular stand first.
_READINGS: list[tuple[re.Pattern[str], _Reading]] = [
    (
        _pattern(
            rf"\b(?:since|from|between|after|at|on)?\s*(?P<low>{_INSTANT})"
            rf"(?:\s+{_TO}\s+(?P<high>{_INSTANT}))?"
        ),
        _instants,
    ),
    (_pattern(rf"\b(?:between|from)\s+(?P<low>{_DATE})\s+{_TO}\s+(?P<high>{_DATE})"), _dates),
    (
        _pattern(
            rf"(?:\b(?:on\s+)?(?P<day>{_DATE})\s+)?\b(?:between|from)\s+(?P<low>{_CLOCK})\s*{_TO}"
            rf"\s*(?P<high>{_CLOCK})(?![\d-])(?:\s+(?:on\s+)?(?P<day2>{_DATE}))?"
        ),
        _between,
    ),
    (
        _pattern(
            rf"\b(?:last|past|previous|within|over)\s+(?:the\s+)?(?:last\s+|past\s+)?"
            rf"(?P<count>\d{{1,4}}|(?:{_COUNT})(?=\s))"
            rf"\s*(?P<unit>{_UNIT})\b"
        ),
        _rolling,
    ),
    (_pattern(r"\b(?:last|past)(?P<count>)\s+(?P<unit>minute|hour|day)\b"), _rolling),
    (_pattern(r"\bpast(?P<count>)\s+(?P<unit>week|month)\b"), _rolling),
    (
        _pattern(rf"\b(?P<since>since\s+)?(?P<count>{_COUNT})\s*(?P<unit>{_UNIT})\s+ago\b"),
        _ago,
    ),
    (
        _pattern(
            r"\b(?P<which>this|last|previous|yesterday)\s+"
            r"(?P<named>week|month|year|morning|afternoon|evening|night)\b"
        ),
        _named,
    ),
    (
        _pattern(rf"\b(?:since|after)\s+(?:(?P<day>{_DATE})(?:\s+(?:at\s+)?(?P<clock>{_CLOCK}))?)"),
        _since,
    ),
    (_pattern(rf"\bsince(?P<day>)\s+(?P<clock>{_CLOCK})(?![\d-])"), _since),
    (_pattern(rf"\b(?:on\s+)?(?P<day>{_DATE})"), _on),
    # "24h availability", "7 day report": only before a word that it can be the length of.
    (
        _pattern(
            r"(?<![\d.:-])\b(?P<count>\d{1,3})[\s-]?(?P<unit>h|hrs?|hours?|d|days?|w|weeks?)\s+"
            r"(?=(?:availability|uptime|downtime|sla|overview|summary|report|history|trend)\b)"
        ),
        _rolling,
    ),
]
