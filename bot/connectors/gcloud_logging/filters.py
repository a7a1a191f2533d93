"""Filters in the Logging query language, joined so that none can escape from another.

A filter goes between parentheses, so it must not close them: it is read sign by sign, and refused
where its parentheses do not match, a text does not end, or a comment would swallow what follows.
Outside of double quotes only ASCII is taken, as nothing else has a meaning there.

Source: https://cloud.google.com/logging/docs/view/logging-query-language
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.connectors.errors import Invalid

LONGEST = 20_000
"""Characters of a whole filter, by the vendor's document of the API."""

_PART = re.compile(
    r"""
      (?P<text>"(?:[^"\\\r\n]|\\[^\r\n])*")
    | (?P<open>\() | (?P<close>\))
    | (?P<comment>--)
    | (?P<other>[^"'`()\\-]|-)
    """,
    re.VERBOSE | re.DOTALL,
)


class Refused(Invalid):
    """A filter that was not sent."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"This filter was not used: {reason}.", remedy)


def checked(text: str) -> str:
    """The filter, if it can stand between parentheses and mean there what it means alone.

    Raises:
        Refused: saying what is wrong with it.
    """
    text = text.strip()
    depth = at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise _unreadable(text[at])
        depth += (part.lastgroup == "open") - (part.lastgroup == "close")
        _check(part, depth)
        at = part.end()
    if depth:
        raise Refused("a parenthesis is not closed", "Close each ( with a ).")
    return text


def _check(part: re.Match[str], depth: int) -> None:
    if depth < 0:
        raise Refused("it closes a parenthesis that it has not opened", "Match each ) with a (.")
    if part.lastgroup == "comment":
        raise Refused("it contains a comment", "Leave comments out; put texts with -- in quotes.")
    if part.lastgroup == "other" and not _is_plain(part[0]):
        raise Refused(
            "it has a sign outside of double quotes that means nothing there",
            "Put texts into double quotes.",
        )


def _is_plain(sign: str) -> bool:
    return sign in "\t\r\n" or (sign.isascii() and sign.isprintable())


def _unreadable(sign: str) -> Refused:
    if sign == '"':
        return Refused("a text in double quotes does not end on its line", 'Close it with a ".')
    return Refused(f"{sign} has no meaning outside of double quotes", "Use double quotes.")


def joined(filters: Iterable[str], start: datetime, end: datetime) -> str:
    """All filters at once, each between parentheses, within a span of time.

    Raises:
        Refused: one of them could escape, or together they are too long.
    """
    parts = [f"({checked(one)})" for one in filters if one.strip()]
    whole = " AND ".join([*parts, f'timestamp>="{_time(start)}"', f'timestamp<="{_time(end)}"'])
    if len(whole) > LONGEST:
        raise Refused(f"it has more than {LONGEST} characters", "Ask for fewer values at once.")
    return whole


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
