"""Moments that Slack shows in each reader's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime

_RESERVED = str.maketrans("^|<>", "    ")


def date_token(moment: datetime, form: str = "{time}", fallback: str = "") -> str:
    """`<!date^…>` for mrkdwn. `form` holds Slack's words, such as `{date_short_pretty} {time}`.

    `fallback` is what old clients and plain readers see; without one it is the moment in UTC.
    Raises ValueError for a moment without a time zone, which no reader could place.
    Source: docs.slack.dev, "Formatting message text", section "Date formatting".
    """
    if moment.tzinfo is None:
        raise ValueError("a date token needs a moment with its time zone")
    words = fallback or moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    epoch = int(moment.timestamp())
    return f"<!date^{epoch}^{form.translate(_RESERVED)}|{words.translate(_RESERVED)}>"


def time_of_day(moment: datetime) -> str:
    """The time alone, for what happens today."""
    return date_token(moment, "{time}")


def date_and_time(moment: datetime) -> str:
    """ "Today at 14:03", in the reader's language and time zone."""
    return date_token(moment, "{date_short_pretty} {time}")
