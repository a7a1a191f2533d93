"""Works out a report's figures from rows. Nothing here reads or writes anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bot.connectors.results import Row
from bot.connectors.wording import moment
from bot.reports.facts import Incident, IncidentFacts, MonitorFacts

DAY = timedelta(days=1)


def incidents_in(rows: Iterable[Row]) -> list[Incident]:
    """The incidents of a service's answers, newest first, each once."""
    found = {str(row["id"]): incident for row in rows if (incident := _incident(row))}
    return sorted(found.values(), key=lambda one: one.began_at, reverse=True)


def compare_days(incidents: Sequence[Incident], now: datetime) -> IncidentFacts:
    """The last 24 hours beside the 24 hours before them."""
    still_open = tuple(one for one in incidents if one.resolved_at is None)
    ended = tuple(one for one in incidents if one.resolved_at and now - one.resolved_at < DAY)
    ages = [now - one.began_at for one in incidents]
    return IncidentFacts(
        open=still_open,
        ended=ended,
        began=sum(age < DAY for age in ages),
        began_before=sum(DAY <= age < 2 * DAY for age in ages),
        longest=max((*still_open, *ended), key=lambda one: one.lasted(now), default=None),
    )


def mean_availability(monitors: Iterable[MonitorFacts]) -> Decimal | None:
    """The mean of yesterday's availability over all monitors where it is known, in percent."""
    known = [Decimal(str(one.yesterday)) for one in monitors if one.yesterday is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


def _incident(row: Row) -> Incident | None:
    began_at = moment(row.get("started_at"))
    if began_at is None:
        return None
    return Incident(
        name=str(row.get("name") or row.get("monitor") or f"Incident {row['id']}"),
        monitor=str(row.get("monitor") or ""),
        status=str(row.get("status") or ""),
        cause=str(row.get("cause") or ""),
        began_at=began_at,
        resolved_at=moment(row.get("resolved_at")),
        acknowledged_by=str(row.get("acknowledged_by") or ""),
        link=str(row.get("link") or ""),
    )
