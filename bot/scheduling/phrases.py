"""Understands what a person types after `/ops subscribe`: "daily incidents at 9am in Lisbon"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.scheduling.zones import UnknownZone, find_zone

REPORTS = ("incidents",)
EXAMPLE = "`/ops subscribe daily incidents at 09:00`"

_EVERY_DAY = re.compile(r"\b(?:daily|(?:every|each) (?:day|morning))\b")
_OTHER_RHYTHMS = re.compile(r"\b(?:hourly|weekly|monthly|weekdays|every \w+|each \w+|mondays?)\b")
_REPORT = re.compile(r"(?:the )?(?!(?:at|now)\b|\d)([\w-]+)(?: reports?)?\b *(.*)")
_TIME = re.compile(
    r"(?:at )?(?:(?P<word>noon|midnight)|(?P<hour>\d+)(?:[:.](?P<minute>\d+))?"
    r" ?(?P<half>[ap]\.?m\b\.?)?)(?![\w:.]) *(?P<zone>.*)"
)
_WORDS = {"midnight": 0, "noon": 12}
_SHOWN = 40


@dataclass(frozen=True)
class Wish:
    """A report that somebody wants: every day at a local time, or once and `now`.

    `timezone` is an IANA name, or None for the time zone of the person who asks.
    """

    report: str
    hour: int = 0
    minute: int = 0
    timezone: str | None = None
    now: bool = False


class NotUnderstood(Exception):
    """What was typed means nothing to us. Its text says why, with an example."""


def parse_wish(text: str) -> Wish:
    """Reads "daily incidents at 09:00", "daily incidents at 9am Europe/Lisbon", "incidents now".

    Raises:
        NotUnderstood: with a sentence for the person who typed it.
    """
    phrase = " ".join(text.lower().replace("`", " ").split())
    _refuse_other_rhythms(phrase)
    report, rest = _report_and_rest(" ".join(_EVERY_DAY.sub(" ", phrase).split()))
    if rest in ("now", "right now"):
        return Wish(report, now=True)
    hour, minute, zone = _time_and_zone(rest)
    return Wish(report, hour, minute, _zone(zone))


def _refuse_other_rhythms(phrase: str) -> None:
    other = _OTHER_RHYTHMS.search(_EVERY_DAY.sub(" ", phrase))
    if other:
        raise NotUnderstood(
            f"Reports come every day; “{other[0]}” is not possible. For example: {EXAMPLE}."
        )


def _report_and_rest(phrase: str) -> tuple[str, str]:
    found = _REPORT.fullmatch(phrase)
    if found is None:
        raise NotUnderstood(f"Say which report, and when. For example: {EXAMPLE}.")
    name = found[1] if found[1].endswith("s") else f"{found[1]}s"
    if name not in REPORTS:
        raise NotUnderstood(
            f"There is no report called “{_short(found[1])}”; there is {_listed(REPORTS)}. "
            f"For example: {EXAMPLE}."
        )
    return name, found[2]


def _time_and_zone(rest: str) -> tuple[int, int, str]:
    found = _TIME.fullmatch(rest)
    if not rest or rest == "at":
        raise NotUnderstood(f"Say at what time, or “now”. For example: {EXAMPLE}.")
    if found is None:
        raise NotUnderstood(f"“{_short(rest)}” is not a time of day. For example: {EXAMPLE}.")
    clock = (_WORDS[found["word"]], 0) if found["word"] else _clock(found)
    if clock is None:
        typed = _short(rest.removeprefix("at ").removesuffix(found["zone"]).strip())
        raise NotUnderstood(
            f"“{typed}” is not a time of day: write 09:00, 9am or 17:30. For example: {EXAMPLE}."
        )
    return *clock, found["zone"]


def _clock(found: re.Match[str]) -> tuple[int, int] | None:
    """Hour and minute of a match, if there is such a time."""
    typed, half = (found["hour"], found["minute"] or "00"), (found["half"] or "")[:1]
    if len(typed[0]) > 2 or len(typed[1]) != 2 or not all(part.isascii() for part in typed):
        return None
    hour, minute = int(typed[0]), int(typed[1])
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour, minute) if hour < 24 and minute < 60 else None


def _zone(typed: str) -> str | None:
    name = typed.removeprefix("in ").strip("() ").removesuffix(" time")
    if not name:
        return None
    if name.startswith(("#", "<#")):
        raise NotUnderstood(
            "A report comes to the channel that it is subscribed in: type the same there, without "
            "the channel."
        )
    try:
        return find_zone(name)
    except UnknownZone as error:
        raise NotUnderstood(f"{error} For example: {EXAMPLE[:-1]} Europe/Lisbon`.") from None


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"“{name}”" for name in names)
