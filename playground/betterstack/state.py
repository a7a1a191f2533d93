"""The sandbox's memory, and the facts that follow from it (is it down, who is on call)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from playground.betterstack.pages import (
    StatusPage,
    StatusPageResource,
    StatusPageSection,
    StatusReport,
    StatusUpdate,
)
from playground.betterstack.records import (
    Comment,
    Heartbeat,
    HeartbeatGroup,
    Incident,
    Json,
    Metadata,
    Monitor,
    MonitorGroup,
    OnCallCalendar,
    OnCallEvent,
    OutgoingWebhook,
    Policy,
    PolicyGroup,
    StatusPageGroup,
    TimelineItem,
    Urgency,
    UrgencyGroup,
    User,
)
from playground.betterstack.telemetry import Telemetry

Clock = Callable[[], datetime]

FIRST_NEW_ID = 700_001
"""Identifiers of resources made after seeding start here, so that tests can tell them apart."""


@dataclass(kw_only=True)
class Team:
    id: int
    name: str


@dataclass(kw_only=True)
class State:
    teams: dict[int, Team] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    monitors: dict[int, Monitor] = field(default_factory=dict)
    monitor_groups: dict[int, MonitorGroup] = field(default_factory=dict)
    heartbeats: dict[int, Heartbeat] = field(default_factory=dict)
    heartbeat_groups: dict[int, HeartbeatGroup] = field(default_factory=dict)
    incidents: dict[int, Incident] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    timelines: dict[int, list[TimelineItem]] = field(default_factory=dict)
    calendars: dict[int, OnCallCalendar] = field(default_factory=dict)
    policies: dict[int, Policy] = field(default_factory=dict)
    policy_groups: dict[int, PolicyGroup] = field(default_factory=dict)
    urgencies: dict[int, Urgency] = field(default_factory=dict)
    urgency_groups: dict[int, UrgencyGroup] = field(default_factory=dict)
    metadata: dict[int, Metadata] = field(default_factory=dict)
    status_pages: dict[int, StatusPage] = field(default_factory=dict)
    status_page_groups: dict[int, StatusPageGroup] = field(default_factory=dict)
    sections: dict[int, StatusPageSection] = field(default_factory=dict)
    resources: dict[int, StatusPageResource] = field(default_factory=dict)
    reports: dict[int, StatusReport] = field(default_factory=dict)
    updates: dict[int, StatusUpdate] = field(default_factory=dict)
    outgoing_webhooks: dict[int, OutgoingWebhook] = field(default_factory=dict)
    telemetry: Telemetry = field(default_factory=Telemetry)
    last_id: int = FIRST_NEW_ID - 1

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def team_named(self, name: str) -> Team | None:
        return next((team for team in self.teams.values() if team.name == name), None)

    def user_with(self, email: str) -> User | None:
        return next((user for user in self.users.values() if user.email == email), None)

    def person(self, who: str | None) -> str | None:
        """How the vendor shows who did something: a known e-mail address becomes a name."""
        user = self.user_with(who) if who else None
        return user.name if user else who

    def incidents_of(self, record: Monitor | Heartbeat) -> list[Incident]:
        return [i for i in self.incidents.values() if _belongs(i, record)]

    def monitor_status(self, monitor: Monitor) -> str:
        """The vendor's word for it. Maintenance windows are stored but not acted on here."""
        group = self.monitor_groups.get(monitor.monitor_group_id or 0)
        if monitor.paused_at or (group and group.paused):
            return "paused"
        worst = _worst(self.incidents_of(monitor))
        return worst or ("up" if monitor.last_checked_at else "pending")

    def heartbeat_status(self, heartbeat: Heartbeat) -> str:
        group = self.heartbeat_groups.get(heartbeat.heartbeat_group_id or 0)
        if heartbeat.paused_at or (group and group.paused):
            return "paused"
        worst = _worst(self.incidents_of(heartbeat))
        return "down" if worst else ("up" if heartbeat.last_beat_at else "pending")

    def metadata_of(self, owner_type: str, owner_id: int) -> dict[str, list[Json]]:
        mine = (m for m in self.metadata.values() if m.owner_type == owner_type)
        return {m.key: m.values for m in mine if m.owner_id == str(owner_id)}

    def comments_of(self, incident_id: int) -> list[Comment]:
        return [c for c in self.comments.values() if c.incident_id == incident_id]

    def note(self, incident: Incident, at: datetime, text: str, item_type: str = "generic") -> None:
        """Add a line to an incident's timeline."""
        item = TimelineItem(
            id=str(self.next_id()), item_type=item_type, at=at, data={"title": text}
        )
        self.timelines.setdefault(incident.id, []).append(item)

    def forget_monitor(self, monitor: Monitor) -> None:
        """Its incidents stay, as a history without an owner."""
        for incident in self.incidents_of(monitor):
            incident.monitor_id = None
        self.forget_metadata("Monitor", monitor.id)

    def forget_heartbeat(self, heartbeat: Heartbeat) -> None:
        for incident in self.incidents_of(heartbeat):
            incident.heartbeat_id = None
        self.forget_metadata("Heartbeat", heartbeat.id)

    def empty_monitor_group(self, group: MonitorGroup) -> None:
        for monitor in self.monitors.values():
            if monitor.monitor_group_id == group.id:
                monitor.monitor_group_id = None

    def empty_heartbeat_group(self, group: HeartbeatGroup) -> None:
        for heartbeat in self.heartbeats.values():
            if heartbeat.heartbeat_group_id == group.id:
                heartbeat.heartbeat_group_id = None

    def forget_incident(self, incident: Incident) -> None:
        self.timelines.pop(incident.id, None)
        for comment in self.comments_of(incident.id):
            del self.comments[comment.id]
        self.forget_metadata("Incident", incident.id)

    def forget_page(self, page: StatusPage) -> None:
        for table in (self.sections, self.resources):
            for part in [p for p in table.values() if p.status_page_id == page.id]:
                del table[part.id]
        for report in [r for r in self.reports.values() if r.status_page_id == page.id]:
            self.forget_report(report)

    def forget_report(self, report: StatusReport) -> None:
        for update in [u for u in self.updates.values() if u.status_report_id == report.id]:
            del self.updates[update.id]
        del self.reports[report.id]

    def forget_metadata(self, owner_type: str, owner_id: int) -> None:
        owned = [
            m.id
            for m in self.metadata.values()
            if m.owner_type == owner_type and m.owner_id == str(owner_id)
        ]
        for key in owned:
            del self.metadata[key]


def _belongs(incident: Incident, record: Monitor | Heartbeat) -> bool:
    owner = incident.monitor_id if isinstance(record, Monitor) else incident.heartbeat_id
    return owner == record.id


def _worst(incidents: Iterable[Incident]) -> str | None:
    open_ones = {i.status for i in incidents} - {"Resolved", "Unconfirmed"}
    if not open_ones:
        return None
    return "validating" if open_ones == {"Validating"} else "down"


def on_call_emails(calendar: OnCallCalendar, at: datetime) -> list[str]:
    """Who is on call at a moment. An override hides the plain events under it."""
    current = [e for e in calendar.events if e.starts_at <= at < e.ends_at]
    overriding = [e for e in current if e.override]
    return [email for event in overriding or current for email in event.users]


def shifts(
    first_id: int, users: list[str], start: datetime, end: datetime, length: timedelta
) -> list[OnCallEvent]:
    """Consecutive on-call events from start to end, taking turns through the users."""
    events: list[OnCallEvent] = []
    while start < end:
        turn = len(events)
        stop = min(start + length, end)
        user = users[turn % len(users)]
        events.append(OnCallEvent(id=first_id + turn, starts_at=start, ends_at=stop, users=[user]))
        start = stop
    return events
