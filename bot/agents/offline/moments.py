"""A range of time as arguments: which parameter is its start, which its end, in which form."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from bot.agents.offline.schema import Param
from bot.agents.offline.times import Span

DEFAULT_HOURS = 24

_STARTS = frozenset("from since start after begin started starting begins oldest newer gte".split())
_ENDS = frozenset("to until end before till ended ending ends latest older lte".split())
_PERIODS = frozenset("period range timeframe window interval timespan last duration".split())
_AMOUNTS = {"minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
_MAYBE = re.compile(r"\b(?:date|time|iso|rfc ?3339|unix|epoch|timestamp|yyyy|utc|moment)\b", re.I)
_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def fill(params: tuple[Param, ...], span: Span | None, now: datetime) -> dict[str, Any]:
    """The arguments that say the range, as far as the parameters can say it."""
    if span is None:
        return {}
    found: dict[str, Any] = {}
    for param in params:
        value = _value(param, span, now)
        if value is not None:
            found[param.name] = value
    return found


def takes(params: tuple[Param, ...]) -> bool:
    """Whether a range of time can be said at all."""
    return any(role(param) for param in params)


def role(param: Param) -> str:
    """What the parameter says of a range: start, end, day, period, an amount, or nothing."""
    words = re.split(r"[_\W]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", param.name).lower())
    if param.kind == "integer" and words[-1] in _AMOUNTS and not set(words) & _ENDS:
        return words[-1]
    if param.choices or (param.kind == "string" and set(words) & _PERIODS and not _dated(param)):
        return "period" if set(words) & (_PERIODS | {"date", "time"}) else ""
    if param.kind not in ("string", "integer") or not _dated(param, words):
        return ""
    if set(words) & _STARTS:
        return "start"
    if set(words) & _ENDS:
        return "end"
    return "day" if set(words) & {"date", "day", "at", "on", "time", "when"} else ""


def default(now: datetime) -> Span:
    """The range that is taken where one is needed and none was said."""
    start = now - timedelta(hours=DEFAULT_HOURS)
    return Span(start, None, f"last {DEFAULT_HOURS} hours", "")


def _dated(param: Param, words: list[str] | None = None) -> bool:
    if param.format in ("date", "date-time"):
        return True
    if param.format or param.pattern:
        return False
    plain = set(words or ()) & {"date", "time", "timestamp", "at"}
    return bool(plain or _MAYBE.search(param.description))


def _value(param: Param, span: Span, now: datetime) -> Any | None:
    part = role(param)
    if part in _AMOUNTS:
        seconds = (now - span.start).total_seconds()
        return param.coerce(max(1, round(seconds / _AMOUNTS[part])))
    if part == "period":
        return _period(param, span, now)
    if part in ("start", "day"):
        return _written(param, span.start)
    if part == "end" and (span.end or param.required):
        end = span.end or now
        # The end is exclusive, a date is not.
        last = end - timedelta(microseconds=1) if span.end and _is_date(param) else end
        return _written(param, last.astimezone(span.start.tzinfo))
    return None


def _written(param: Param, moment: datetime) -> Any | None:
    if param.kind == "integer":
        milli = re.search(r"milli|\bms\b", param.description, re.IGNORECASE)
        return param.coerce(int(moment.timestamp() * (1000 if milli else 1)))
    if _is_date(param):
        return param.coerce(f"{moment:%Y-%m-%d}")
    return param.coerce(moment.isoformat(timespec="seconds"))


def _is_date(param: Param) -> bool:
    if param.format:
        return param.format == "date"
    said = param.description.lower()
    return "yyyy-mm-dd" in said and not re.search(r"hh|:mm|date-time|rfc|with time", said)


def _period(param: Param, span: Span, now: datetime) -> Any | None:
    if span.end is not None:
        return next((one for one in param.choices if _plain(str(one)) == _plain(span.label)), None)
    seconds = round((now - span.start).total_seconds())
    if param.choices:
        wanted = [one for one in param.choices if _seconds(str(one)) == seconds]
        named = [one for one in param.choices if _plain(str(one)) == _plain(span.label)]
        return param.coerce(next(iter([*named, *wanted]), ""))
    unit = next((name for name in "dhm" if seconds % _UNITS[name] == 0), "m")
    return param.coerce(f"{max(1, seconds // _UNITS[unit])}{unit}")


def _seconds(choice: str) -> int:
    found = re.search(r"(\d+)[\s_-]*(m|h|d|w)", choice.lower())
    return int(found[1]) * _UNITS[found[2]] if found else 0


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.lower()).split(",")[0].strip()
