"""The daily incidents report: what is down, what was, how available things were, who is on call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot.connectors.results import Row
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.reports.compare import DAY, compare_days, incidents_in
from bot.reports.facts import (
    Incident,
    IncidentFacts,
    MonitorFacts,
    Order,
    ReportFacts,
    ServiceFacts,
    Shift,
)
from bot.reports.narrating import Narrator
from bot.reports.reading import Reader, Reads
from bot.reports.render import incidents_report
from bot.scheduling.sources import ticked
from bot.store.database import Store
from bot.store.tables import Subscription

LOOKED_BACK = timedelta(days=7)
"""How far back an incident may have begun to be noticed when it is resolved."""

MOST_MONITORS = 20
PATIENCE = 120.0
"""Seconds for the availability of all monitors of a connection."""


class IncidentsReport:
    """Collects and writes the report. It reads through the gate like everybody else."""

    def __init__(
        self,
        store: Store,
        reads: Reads,
        narrator: Narrator | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        """`narrator` has a language model write the opening; without one there is none."""
        self._store = store
        self._reads = reads
        self._narrator = narrator
        self._patience = patience

    async def write(self, order: Order) -> str:
        """The report in Markdown. What cannot be read is named in it."""
        facts = await self.collect(order)
        opening = await self._narrator.opening(facts, order) if self._narrator else None
        if opening is None:
            return incidents_report(facts, order)
        return incidents_report(facts, order, opening.sentences, opening.byline)

    async def collect(self, order: Order) -> ReportFacts:
        caller = Caller(
            CallerKind.REPORT,
            order.organisation_id,
            order.subscription_id,
            "The incidents report",
            asked_by=order.asked_by,
        )
        async with self._store.reading(order.organisation_id) as session:
            subscription = await session.get_one(Subscription, order.subscription_id)
            found, gone = await ticked(session, subscription)
        services = [
            await self._service(Reader(self._reads, caller, one.id), place_of(one), order.at)
            for one in found
        ]
        removed = tuple(place_of(one) for one in gone)
        return ReportFacts(_yesterday(order.at), tuple(services), removed)

    async def _service(self, reader: Reader, place: str, now: datetime) -> ServiceFacts:
        incidents, listed, on_call = await asyncio.gather(
            _incidents(reader, now),
            reader.rows("Monitors", "list_monitors"),
            _on_call(reader),
        )
        rows, cut = listed or ([], "")
        if cut:
            reader.miss("Some monitors", cut)
        watched = [row for row in rows if row.get("status") != "paused"]
        monitors = await self._monitors(reader, _most_wanted(watched, incidents), now)
        return ServiceFacts(
            place=place,
            incidents=incidents,
            monitors=None if listed is None else monitors,
            paused=len(rows) - len(watched),
            on_call=on_call,
            gaps=reader.gaps,
        )

    async def _monitors(
        self, reader: Reader, rows: Sequence[Row], now: datetime
    ) -> tuple[MonitorFacts, ...]:
        found: dict[str, MonitorFacts] = {}

        async def one(row: Row) -> None:
            found[row["id"]] = await _monitor(reader, row, _yesterday(now))

        if len(rows) > MOST_MONITORS:
            left = f"only {MOST_MONITORS} are looked at, those with trouble first."
            reader.miss(f"Availability of {len(rows) - MOST_MONITORS} monitors", left)
        chosen = rows[:MOST_MONITORS]
        try:
            async with asyncio.timeout(self._patience), asyncio.TaskGroup() as group:
                for row in chosen:
                    group.create_task(one(row))
        except TimeoutError:
            for row in chosen:
                if row["id"] not in found:
                    reader.miss(_availability_of(row), "it took too long to find out.")
        return tuple(found[row["id"]] for row in chosen if row["id"] in found)


async def _incidents(reader: Reader, now: datetime) -> IncidentFacts | None:
    since = (now - LOOKED_BACK).astimezone(UTC).date().isoformat()
    recent, still_open = await asyncio.gather(
        reader.rows("Incidents", "list_incidents", from_date=since),
        reader.rows("Incidents", "list_incidents", resolved=False),
    )
    if recent is None or still_open is None:
        return None
    incidents = incidents_in([*recent[0], *still_open[0]])
    if recent[1] and not _reaches_back(incidents_in(recent[0]), now - 2 * DAY):
        reader.miss("Some incidents", recent[1])
    if still_open[1]:
        reader.miss("Some incidents", still_open[1])
    return compare_days(incidents, now)


def _reaches_back(incidents: Sequence[Incident], start: datetime) -> bool:
    """Whether a list that was cut at its old end still holds all since `start`."""
    return bool(incidents) and incidents[-1].began_at < start


async def _on_call(reader: Reader) -> tuple[Shift, ...] | None:
    listed = await reader.rows("Who is on call", "list_on_call_schedules")
    if listed is None:
        return None
    return tuple(Shift(str(row["name"]), str(row["on_call"])) for row in listed[0])


async def _monitor(reader: Reader, row: Row, yesterday: date) -> MonitorFacts:
    """Availability of yesterday, and of the week that ends with it."""
    last = yesterday.isoformat()
    first = (yesterday - 6 * DAY).isoformat()
    what = _availability_of(row)
    day, week = [
        await reader.fields(
            what,
            "monitor_availability",
            monitor_id=row["id"],
            from_date=since,
            to_date=last,
        )
        for since in (last, first)
    ]
    if day is not None and day.get("availability_percent") is None:
        reader.miss(what, "there are no figures for yesterday.")
    return MonitorFacts(
        name=str(row["name"]),
        link=str(row.get("link") or ""),
        yesterday=_number(day, "availability_percent"),
        week=_number(week, "availability_percent"),
        downtime=_number(day, "total_downtime_seconds"),
    )


def _number(row: Row | None, name: str) -> float | None:
    value = (row or {}).get(name)
    return None if value is None else float(value)


def _most_wanted(rows: Sequence[Row], incidents: IncidentFacts | None) -> list[Row]:
    """Monitors with those first that are down or had an incident, else by name."""
    troubled = {one.monitor for one in (*incidents.open, *incidents.ended)} if incidents else set()
    return sorted(
        rows,
        key=lambda row: (row.get("status") == "up", row["name"] not in troubled, row["name"]),
    )


def _availability_of(row: Row) -> str:
    return f"Availability of {row['name']}"


def _yesterday(now: datetime) -> date:
    return now.astimezone(UTC).date() - DAY
