"""The opening sentences of a report: a language model's, checked against the facts below them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.agents.prose.checking import Sentence, checked
from bot.agents.prose.grounds import Fact, Grounds, State
from bot.agents.prose.writing import Piece, Writer
from bot.connectors.wording import duration
from bot.reports import render
from bot.reports.facts import (
    Incident,
    IncidentFacts,
    MonitorFacts,
    Order,
    ReportFacts,
    ServiceFacts,
)
from bot.scheduling.sources import CONNECTORS
from bot.store.tables import ProseKind

MOST_SENTENCES = 4
NOBODY = "nobody"
"""How the service's connector says that a schedule is empty."""


@dataclass(frozen=True)
class Opening:
    """Sentences that stood the check, and whose they are."""

    sentences: Sequence[Sentence]
    byline: str


class Narrator:
    """Has reports opened."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def opening(self, facts: ReportFacts, order: Order) -> Opening | None:
        """The opening of a report; None where there is no model, no money, or too little that is
        true."""
        if not any(one.incidents or one.monitors for one in facts.services):
            return None
        grounds = grounds_of(facts, order)
        kind = next(iter(CONNECTORS.get(order.report, ())), "")
        piece = Piece(
            organisation_id=order.organisation_id,
            kind=ProseKind.REPORT,
            subject=order.subscription_id,
            facts=grounds.text,
            choose=lambda shelf: shelf.for_report(kind),
            timezone=order.timezone,
        )
        prose = await self._writer.write(piece)
        if prose is None:
            return None
        found = checked(prose.text, grounds)
        return Opening(found.kept[:MOST_SENTENCES], prose.byline) if found.enough else None


def grounds_of(facts: ReportFacts, order: Order) -> Grounds:
    """What the prose of a report may say, in the report's own words and rounding."""
    every = [one for service in facts.services for one in _shown(service.incidents)]
    monitors = [one for service in facts.services for one in service.monitors or ()]
    known = [service.incidents for service in facts.services if service.incidents]
    whole = len(known) == len(facts.services)
    on_call = [name for service in facts.services for name in _on_call(service)]
    acknowledgers = [one.acknowledged_by for one in every if one.acknowledged_by]
    return Grounds(
        facts=list(_facts(facts, order)),
        things=[
            *(render.short(one.name) for one in every),
            *(one.monitor for one in every if one.monitor),
            *(one.name for one in monitors),
            *(name for one in facts.services for name in (one.place, one.place.split(" (")[0])),
        ],
        people=list(dict.fromkeys([*on_call, *acknowledgers])),
        on_call=on_call,
        states=_states(every),
        counts=_counts(known) if whole else {},
        trends={**(_trend_of(known) if whole else {}), **_trends(monitors)},
        calm=whole and _is_calm(facts, every, monitors),
    )


def _facts(facts: ReportFacts, order: Order) -> Iterator[Fact]:
    zone = ZoneInfo(order.timezone)
    local = order.at.astimezone(zone)
    yield Fact(f"The report is of {local:%A}, {local.day} {local:%B %Y}, {local:%H:%M} local time")
    yield Fact(f"In all: {render.headline(facts)}")
    day = render.day_of(facts.yesterday)
    for service in facts.services:
        about = (service.place,) if len(facts.services) > 1 else ()
        yield from _of_service(service, day, about)
        for one in _shown(service.incidents):
            names = tuple(filter(None, (render.short(one.name), one.monitor)))
            yield Fact(_incident(one, order, zone), names)
        for monitor in service.monitors or ():
            yield Fact(_monitor(monitor, day), (monitor.name,))
    for place in facts.gone:
        yield Fact(f"Removed, so not in the report: {place}")


def _of_service(service: ServiceFacts, day: str, about: tuple[str, ...]) -> Iterator[Fact]:
    yield Fact(f"Source: {service.place}", about)
    if service.incidents:
        ended = len(service.incidents.ended)
        was = "was" if ended == 1 else "were"
        yield Fact(f"{render.compared(service.incidents)}; {ended} {was} resolved in them", about)
    monitors = service.monitors or ()
    flawless = sum(one.flawless for one in monitors)
    if monitors:
        count = f"{flawless} of {len(monitors)} {render.plural(len(monitors), 'monitor')}"
        # Without a percentage: it could be taken for that of all.
        yield Fact(f"{count} up all the time on {day} (UTC) and in the 7 days up to it", about)
    if service.paused:
        yield Fact(f"{service.paused} paused {render.plural(service.paused, 'monitor')}", about)
    for one in service.on_call or ():
        yield Fact(f"On call now in the schedule {one.schedule}: {one.people}", about)
    for gap in service.gaps:
        yield Fact(f"Not in the report: {gap}", about)


def _incident(one: Incident, order: Order, zone: ZoneInfo) -> str:
    acknowledged = f"acknowledged by {one.acknowledged_by}" if one.acknowledged_by else ""
    if one.resolved_at is None and not _acknowledged(one):
        acknowledged = "not acknowledged by anybody"
    said = [
        f"Incident {render.short(one.name)}: {'open' if one.resolved_at is None else 'resolved'}",
        acknowledged,
        f"began {render.local_moment(one.began_at, zone)}",
        f"lasted {render.lasted(one, order.at)}",
        f"cause: {render.short(one.cause)}" if one.cause else "",
        f"monitor {one.monitor}" if one.monitor and one.monitor != one.name else "",
    ]
    return "; ".join(filter(None, said))


def _monitor(one: MonitorFacts, day: str) -> str:
    return (
        f"Monitor {one.name}: availability {render.percent(one.yesterday)} on {day} (yesterday), "
        f"{render.percent(one.week)} in the 7 days up to it; down for "
        f"{duration(one.downtime) or 'a time that is not known'} on {day}"
    )


def _shown(incidents: IncidentFacts | None) -> Sequence[Incident]:
    return [*incidents.open, *incidents.ended][: render.MOST_SHOWN] if incidents else ()


def _on_call(service: ServiceFacts) -> Iterator[str]:
    for shift in service.on_call or ():
        yield from (name for name in shift.people.split(", ") if name and name != NOBODY)


def _acknowledged(one: Incident) -> bool:
    return bool(one.acknowledged_by) or one.status.casefold() == "acknowledged"


def _states(incidents: Sequence[Incident]) -> Mapping[str, State]:
    """Of two incidents with one name that differ, nothing is known."""
    found: dict[str, State] = {}
    for one in incidents:
        is_open = one.resolved_at is None
        state = State(is_open, _acknowledged(one) if is_open or one.acknowledged_by else None)
        name = render.short(one.name)
        found[name] = state if found.get(name, state) == state else State()
    return found


def _counts(known: Sequence[IncidentFacts]) -> Mapping[str, int]:
    return {
        "open": sum(len(one.open) for one in known),
        "resolved": sum(len(one.ended) for one in known),
        "began": sum(one.began for one in known),
    }


def _trend_of(known: Sequence[IncidentFacts]) -> Mapping[str, int]:
    return {"": _sign(sum(one.began for one in known) - sum(one.began_before for one in known))}


def _trends(monitors: Sequence[MonitorFacts]) -> Mapping[str, int]:
    """Yesterday beside the week."""
    return {
        one.name: _sign(one.yesterday - one.week)
        for one in monitors
        if one.yesterday is not None and one.week is not None
    }


def _is_calm(
    facts: ReportFacts, incidents: Sequence[Incident], monitors: Sequence[MonitorFacts]
) -> bool:
    complete = not facts.gone and not any(one.gaps for one in facts.services)
    return complete and not incidents and all(one.flawless for one in monitors)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
