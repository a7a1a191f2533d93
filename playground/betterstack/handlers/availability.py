"""How available a monitor or heartbeat was, worked out from its incidents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from playground.betterstack.envelope import invalid
from playground.betterstack.records import Incident, Json
from playground.betterstack.routing import Call

WINDOW = frozenset({"from", "to"})
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return max(0.0, (self.end - self.start).total_seconds())

    def overlap(self, incident: Incident) -> float:
        """Seconds of an incident that fall into this window."""
        start = max(self.start, incident.started_at)
        end = min(self.end, ended_at(incident) or self.end)
        return max(0.0, (end - start).total_seconds())


def ended_at(incident: Incident) -> datetime | None:
    return incident.resolved_at if incident.status == "Resolved" else None


def day_window(day: date) -> Window:
    start = datetime.combine(day, time(), UTC)
    return Window(start, start + DAY)


def asked_window(call: Call, since: datetime) -> Window:
    """The days asked for, both included, but nothing before the record was made or after now."""
    first, last = call.query.day("from"), call.query.day("to")
    if first and last and last < first:
        raise invalid("to", "must not be before from")
    start = day_window(first).start if first else since
    end = day_window(last).end if last else call.now
    return Window(max(start, since), min(end, call.now))


def downtimes(incidents: Iterable[Incident], window: Window) -> list[float]:
    lengths = (window.overlap(incident) for incident in incidents)
    return [length for length in lengths if length > 0]


def summary(incidents: Iterable[Incident], window: Window) -> Json:
    down = downtimes(incidents, window)
    total = sum(down)
    share = total / window.seconds if window.seconds else 0.0
    return {
        "availability": round(100 * (1 - share), 4),
        "total_downtime": round(total),
        "number_of_incidents": len(down),
        "longest_incident": round(max(down, default=0)),
        "average_incident": round(total / len(down)) if down else 0,
    }
