"""Values of services as people read them, safe to stand in a line or a table of Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from bot.agents.offline import rows
from bot.agents.offline.times import day_label

NOTHING = "–"
_LONGEST = 70
_INITIALS = re.compile(r"\b(?:id|url|ip|sla|mrr|utc|http|api|sms)\b")


def escape(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or a mention would be made of."""
    plain = re.sub(r"\s+", " ", text).strip()
    marked = re.sub(r"([\\`*\[\]<>|~])", r"\\\1", plain)
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", marked)


def cell(value: object, zone: tzinfo, today: date, longest: int = _LONGEST) -> str:
    """A value in short: "yes", "today 09:12", "3 items"."""
    return escape(_short(_plain(value, zone, today), longest)) or NOTHING


def linked(text: str, url: str) -> str:
    """A link with words that are already escaped, or only the words."""
    safe = url.replace("(", "%28").replace(")", "%29")
    return f"[{text}]({safe})" if url and text != NOTHING else text


def heading(field: str) -> str:
    """A field's name as people write it: "acknowledged_by" gives "Acknowledged by"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field).replace("_", " ").replace(".", " ")
    plain = re.sub(r"\bat$", "", words.strip()).strip() or words.strip()
    plain = _INITIALS.sub(lambda found: found[0].upper(), plain)
    return escape(plain[:1].upper() + plain[1:])


def empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, list | Mapping) and not value)


def _plain(value: object, zone: tzinfo, today: date) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, str):
        moment = rows.moment(value)
        return _moment(moment, zone, today) if moment else value
    if isinstance(value, Mapping):
        return _one(value, zone, today)
    return _several(value, zone, today) if isinstance(value, list) else str(value)


def _one(value: Mapping[str, Any], zone: tzinfo, today: date) -> str:
    """A value with fields of its own: by its name, or by its first few fields."""
    if rows.has_label(value):
        return rows.label(value)
    said = [_plain(one, zone, today) for one in value.values() if not isinstance(one, Mapping)]
    return " ".join([one for one in said if one][:3])


def _several(values: Sequence[Any], zone: tzinfo, today: date) -> str:
    if any(isinstance(one, list) for one in values):
        return f"{len(values)} items"
    words = [_plain(one, zone, today) for one in values]
    more = f" and {len(words) - 4} more" if len(words) > 4 else ""
    shown = [word for word in words[:4] if word]
    between = "; " if any("," in word for word in shown) else ", "
    return between.join(shown) + more


def _moment(moment: datetime, zone: tzinfo, today: date) -> str:
    local = moment.astimezone(zone) if moment.tzinfo else moment
    days = (today - local.date()).days
    day = {0: "today", 1: "yesterday"}.get(days) or day_label(local.date(), today)
    return f"{day} {local:%H:%M}"


def _short(text: str, longest: int) -> str:
    plain = re.sub(r"\s+", " ", text).strip()
    if len(plain) <= longest:
        return plain
    cut = plain[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip(" ,;:") + "…"
