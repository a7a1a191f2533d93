"""The span of time that a question about logs is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from bot.connectors.arguments import Moment
from bot.connectors.errors import Invalid
from bot.connectors.wording import moment, when

Start = Annotated[
    Moment | None,
    Field(description="From when on: 2026-01-31T13:00:00Z. Left out, 24 hours before the end."),
]
End = Annotated[
    Moment | None, Field(description="Until when: 2026-01-31T14:00:00Z. Left out, until now.")
]


@dataclass(frozen=True)
class Period:
    start: datetime
    end: datetime
    words: str


def period(
    start: str | None,
    end: str | None,
    now: datetime,
    *,
    default: timedelta = timedelta(hours=24),
) -> Period:
    """The asked-for span; where an end is left open, the default's length or until now.

    Raises:
        Invalid: the start is not before the end.
    """
    until = moment(end) or now.astimezone(UTC)
    since = moment(start) or until - default
    if since >= until:
        raise Invalid("The period is empty.", fields={"start": "must be before the end"})
    return Period(since, until, _words(since, until, now))


def _words(since: datetime, until: datetime, now: datetime) -> str:
    ends_today = until.date() == now.astimezone(UTC).date() != since.date()
    today = "today, " if ends_today else ""
    return f"{when(since.isoformat(), now)} to {today}{when(until.isoformat(), now)}"
