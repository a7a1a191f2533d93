"""Puts a report into words: standard Markdown, from the facts and nothing else but the opening.

Whatever a service returned is escaped on its way into the template, so no incident can carry
formatting, a mention or a table of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.agents.prose.checking import Sentence
from bot.connectors.wording import duration
from bot.reports.compare import mean_availability
from bot.reports.facts import Incident, IncidentFacts, MonitorFacts, Order, ReportFacts
from bot.scheduling.phrases import EXAMPLE
from bot.scheduling.subscriptions import how_to_stop

MOST_SHOWN = 15
"""Incidents in one table."""

LONGEST_TEXT = 80
"""Characters of one cell."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&])")
_WEB_ADDRESS = re.compile(r"https?://[^\s()<>|\\]+")
_HUNDREDTH = Decimal("0.01")


class Markdown(str):
    """Text that is Markdown already, and trusted."""

    __slots__ = ()


def incidents_report(
    facts: ReportFacts, order: Order, opening: Sequence[Sentence] = (), byline: str = ""
) -> str:
    """The daily incidents report as Markdown. `opening` are sentences of a language model, which is
    named in `byline`."""
    zone = ZoneInfo(order.timezone)
    local = order.at.astimezone(zone)
    return (
        _templates()
        .get_template("incidents.md.j2")
        .render(
            facts=facts,
            order=order,
            zone=zone,
            date=f"{local:%A}, {local.day} {local:%B %Y, %H:%M} ({order.timezone})",
            yesterday=day_of(facts.yesterday),
            headline=headline(facts),
            opening=Markdown(" ".join(one.written(_plain, _name) for one in opening)),
            byline=byline,
            sources=", ".join(one.place for one in facts.services),
            most=MOST_SHOWN,
            how_to_stop=Markdown(how_to_stop(order.report)),
            how_to_start=Markdown(EXAMPLE),
        )
    )


def headline(facts: ReportFacts) -> str:
    """The state in one line: "2 incidents open; 99.95 % availability yesterday"."""
    if not facts.services and facts.gone:
        return "None of this report's sources is connected any more"
    if not facts.services:
        return "Better Stack is not connected, so there is nothing to report"
    monitors = [one for service in facts.services for one in service.monitors or ()]
    known = [service.incidents for service in facts.services if service.incidents]
    if not known and not monitors:
        return "The state is not known: nothing could be read"
    return f"{_open_in_words(known, len(facts.services))}; {_availability_in_words(monitors)}"


def _open_in_words(known: list[IncidentFacts], services: int) -> str:
    if not known:
        return "Open incidents are not known"
    count = sum(len(incidents.open) for incidents in known)
    counted = f"{count or 'No'} {plural(count, 'incident')} open"
    if len(known) == services:
        return counted
    # One service that is silent may hide more of them.
    return f"At least {counted}" if count else f"{counted} as far as known"


def _availability_in_words(monitors: Iterable[MonitorFacts]) -> str:
    mean = mean_availability(monitors)
    return "availability not known" if mean is None else f"{percent(mean)} availability yesterday"


def percent(value: float | Decimal | None) -> str:
    """`99.95 %`, never rounded up: 100 % means that nothing was missed."""
    if value is None:
        return "not known"
    cut = Decimal(str(value)).quantize(_HUNDREDTH, ROUND_DOWN)
    return f"{cut.normalize() if cut == cut.to_integral() else cut:f} %"


def plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def compared(incidents: IncidentFacts) -> str:
    """`3 incidents began in the last 24 hours, 2 more than in the 24 hours before`"""
    difference = incidents.began - incidents.began_before
    if incidents.began == incidents.began_before == 0:
        return "No incidents began in the last 48 hours"
    if difference == 0:
        than = "as many as"
    else:
        than = f"{abs(difference)} {'more' if difference > 0 else 'fewer'} than"
    count = f"{incidents.began or 'No'} {plural(incidents.began, 'incident')}"
    return f"{count} began in the last 24 hours, {than} in the 24 hours before"


def state_of(incident: Incident) -> str:
    if incident.resolved_at is not None:
        return "resolved"
    by = f" by {incident.acknowledged_by}" if incident.acknowledged_by else ""
    status = incident.status.lower()
    return f"{'open' if status in ('', 'started') else status}{by}"


def lasted(incident: Incident, now: datetime) -> str:
    length = _length(incident.lasted(now))
    return length if incident.resolved_at else f"{length} so far"


def escaped(value: Any) -> str:
    """A value as text that Markdown shows as it is, on one line, and not too long."""
    if isinstance(value, Markdown):
        return value
    return _plain(" ".join(str(value).split()))


def short(value: str) -> str:
    return value if len(value) <= LONGEST_TEXT else value[: LONGEST_TEXT - 1] + "…"


def linked(text: str, address: str) -> Markdown:
    """A link, where the address is one that can be followed."""
    words = escaped(short(text))
    return Markdown(f"[{words}]({address})" if _WEB_ADDRESS.fullmatch(address) else words)


def day_of(day: date) -> str:
    """`21 November`"""
    return f"{day.day} {day:%B}"


def _plain(words: str) -> str:
    """Words of a sentence as they are, with the spaces around them."""
    return _SPECIAL.sub(r"\\\1", words)


def _name(value: str) -> str:
    return f"**{_plain(value)}**"


def _length(value: timedelta) -> str:
    return duration(value.total_seconds()) or ""


def local_moment(at: datetime, zone: ZoneInfo) -> str:
    """`22 Nov, 09:37`"""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b, %H:%M}"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.reports"),
        autoescape=False,  # noqa: S701  (it is Markdown, which `finalize` escapes for)
        finalize=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "compared": compared,
        "duration": duration,
        "lasted": lasted,
        "linked": linked,
        "moment": local_moment,
        "percent": percent,
        "plural": plural,
        "short": short,
        "state": state_of,
    }
    return environment
