"""What a report knows, before any of it is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Order:
    """A report that is to be written: for whom, and in which time zone its times are.

    `daily_at` says when the channel gets it every day ("" for never), and `requested` that this
    one was asked for at once.
    """

    organisation_id: str
    subscription_id: str
    report: str
    timezone: str
    at: datetime
    asked_by: str
    daily_at: str
    requested: bool


@dataclass(frozen=True)
class Incident:
    """An incident with its moments; it is open until `resolved_at`."""

    name: str
    monitor: str
    status: str
    cause: str
    began_at: datetime
    resolved_at: datetime | None
    acknowledged_by: str
    link: str

    def lasted(self, now: datetime) -> timedelta:
        return (self.resolved_at or now) - self.began_at


@dataclass(frozen=True)
class IncidentFacts:
    """Incidents of the last 24 hours, newest first.

    `ended` are those that were resolved in that time, whenever they began; `began` and
    `began_before` count those that began in the last 24 hours and in the 24 hours before.
    """

    open: tuple[Incident, ...]
    ended: tuple[Incident, ...]
    began: int
    began_before: int
    longest: Incident | None


@dataclass(frozen=True)
class MonitorFacts:
    """Availability in percent (0 to 100) and downtime in seconds; None is not known."""

    name: str
    link: str
    yesterday: float | None
    week: float | None
    downtime: float | None

    @property
    def flawless(self) -> bool:
        return self.yesterday == 100 and self.week == 100

    @property
    def unknown(self) -> bool:
        return self.yesterday is None and self.week is None


@dataclass(frozen=True)
class Shift:
    """Who is on call in a schedule."""

    schedule: str
    people: str


@dataclass(frozen=True)
class ServiceFacts:
    """What one connection said. A part that could not be read is None; `gaps` say why."""

    place: str
    incidents: IncidentFacts | None
    monitors: tuple[MonitorFacts, ...] | None
    paused: int
    on_call: tuple[Shift, ...] | None
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class ReportFacts:
    """`yesterday` is the last whole day in UTC, which the service counts in. `gone` are sources
    that were removed."""

    yesterday: date
    services: tuple[ServiceFacts, ...]
    gone: tuple[str, ...] = ()
