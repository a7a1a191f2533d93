"""What the sandbox remembers: one dataclass per kind of resource, named as the vendor names it.

A field of a record is an attribute of the resource in an answer, under the same name, unless it
is listed in `OMIT`. Lengths of time are in seconds. Identifiers are numbers here and strings in
answers.
"""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar

Json = dict[str, Any]

REGIONS = ("us", "eu", "as", "au")


def stamp(moment: datetime) -> str:
    """A moment the way the vendor writes it: UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(kw_only=True)
class Record:
    KIND: ClassVar[str]
    OMIT: ClassVar[frozenset[str]] = frozenset()

    id: int
    team_name: str

    def attributes(self) -> Json:
        shown = (f.name for f in fields(self) if f.name != "id" and f.name not in self.OMIT)
        return {name: _plain(getattr(self, name)) for name in shown}


def _plain(value: object) -> object:
    return stamp(value) if isinstance(value, datetime) else value


@dataclass(kw_only=True)
class Dated(Record):
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True)
class Channels:
    """How people are told. Absent in a request means told, save for the critical alert."""

    call: bool = True
    sms: bool = True
    email: bool = True
    push: bool = True
    critical_alert: bool = False


@dataclass(kw_only=True)
class Maintenance:
    maintenance_days: list[str] = field(default_factory=list)
    maintenance_from: str | None = None
    maintenance_to: str | None = None
    maintenance_timezone: str = "UTC"


@dataclass(kw_only=True)
class Pausable:
    paused_at: datetime | None = None

    def pause(self, paused: bool, now: datetime) -> None:
        """Pausing what is paused keeps the moment of the first time."""
        self.paused_at = (self.paused_at or now) if paused else None


@dataclass(kw_only=True)
class Monitor(Pausable, Maintenance, Channels, Dated):
    KIND = "monitor"
    OMIT = frozenset({"base_latency", "scenario_name"})

    url: str
    pronounceable_name: str
    monitor_type: str = "status"
    monitor_group_id: int | None = None
    policy_id: str | None = None
    expiration_policy_id: int | None = None
    last_checked_at: datetime | None = None
    check_frequency: int = 180
    checks_version: str = "v3"
    request_timeout: int = 30
    confirmation_period: int = 0
    recovery_period: int = 180
    team_wait: int | None = None
    regions: list[str] = field(default_factory=lambda: list(REGIONS))
    http_method: str = "get"
    request_headers: list[Json] = field(default_factory=list)
    request_body: str = ""
    auth_username: str = ""
    auth_password: str = ""
    environment_variables: dict[str, str] = field(default_factory=dict)
    proxy_host: str | None = None
    proxy_port: str | None = None
    expected_status_codes: list[int] = field(default_factory=list)
    required_keyword: str | None = None
    playwright_script: str | None = None
    scenario_name: str | None = None
    port: str | None = None
    ip_version: str | None = None
    verify_ssl: bool = True
    follow_redirects: bool = True
    remember_cookies: bool = True
    ssl_expiration: int | None = None
    domain_expiration: int | None = None
    base_latency: float = 0.2
    """Seconds a healthy check takes from the nearest region; not an attribute of the API."""


@dataclass(kw_only=True)
class Heartbeat(Pausable, Maintenance, Channels, Dated):
    KIND = "heartbeat"
    OMIT = frozenset({"last_beat_at"})

    name: str
    url: str
    period: int
    grace: int
    heartbeat_group_id: int | None = None
    policy_id: int | None = None
    sort_index: int = 0
    team_wait: int | None = None
    server_timezone: str | None = None
    last_beat_at: datetime | None = None


@dataclass(kw_only=True)
class Group(Dated):
    """A named drawer. Monitor and heartbeat groups can also be paused as a whole."""

    name: str = ""
    sort_index: int | None = None


@dataclass(kw_only=True)
class MonitorGroup(Group):
    KIND = "monitor_group"
    paused: bool = False


@dataclass(kw_only=True)
class HeartbeatGroup(Group):
    KIND = "heartbeat_group"
    paused: bool = False


@dataclass(kw_only=True)
class PolicyGroup(Group):
    KIND = "policy_group"


@dataclass(kw_only=True)
class UrgencyGroup(Group):
    KIND = "urgency_group"


@dataclass(kw_only=True)
class StatusPageGroup(Group):
    KIND = "status_page_group"
    OMIT = frozenset({"team_name"})


@dataclass(kw_only=True)
class Incident(Channels, Record):
    KIND = "incident"
    OMIT = frozenset(
        {"monitor_id", "heartbeat_id", "description", "shared", "reopened_at", "reopened_by"}
    )

    name: str
    cause: str
    status: str = "Started"
    url: str | None = None
    http_method: str | None = None
    incident_group_id: int | None = None
    started_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    reopened_at: datetime | None = None
    reopened_by: str | None = None
    escalation_policy_id: str | None = None
    regions: list[str] | None = None
    response_content: str | None = None
    response_url: str | None = None
    response_options: str | None = None
    screenshot_url: str | None = None
    origin_url: str | None = None
    slack_channels: list[Json] = field(default_factory=list)
    monitor_id: int | None = None
    heartbeat_id: int | None = None
    description: str | None = None
    shared: bool = False
    """Shared with this team by another one, which makes it impossible to reopen."""


@dataclass(kw_only=True)
class Comment(Dated):
    KIND = "incident_comment"
    OMIT = frozenset({"team_name", "incident_id", "user_id", "user_email"})

    incident_id: int
    content: str
    user_id: int | None = None
    user_email: str | None = None


@dataclass(kw_only=True)
class TimelineItem:
    id: str
    item_type: str
    at: datetime
    data: Json


@dataclass(kw_only=True)
class User:
    id: int
    first_name: str
    last_name: str
    email: str
    phone_numbers: list[str]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(kw_only=True)
class OnCallEvent:
    id: int
    starts_at: datetime
    ends_at: datetime
    users: list[str]
    override: bool = False


@dataclass(kw_only=True)
class Rotation:
    users: list[str]
    rotation_length: int
    rotation_interval: str
    start_rotations_at: datetime
    end_rotations_at: datetime


@dataclass(kw_only=True)
class OnCallCalendar(Record):
    KIND = "on_call_calendar"
    OMIT = frozenset({"events", "rotation"})

    name: str | None = None
    default_calendar: bool = False
    events: list[OnCallEvent] = field(default_factory=list)
    rotation: Rotation | None = None


@dataclass(kw_only=True)
class Policy(Record):
    KIND = "policy"

    name: str
    repeat_count: int = 0
    repeat_delay: int = 0
    steps: list[Json] = field(default_factory=list)
    fallback_policy_id: int | None = None
    policy_group_id: int | None = None
    incident_token: str


@dataclass(kw_only=True)
class Urgency(Channels, Record):
    KIND = "urgency"

    name: str
    urgency_group_id: int | None = None


@dataclass(kw_only=True)
class Metadata(Record):
    KIND = "metadata"

    owner_type: str
    owner_id: str
    key: str
    values: list[Json] = field(default_factory=list)


@dataclass(kw_only=True)
class OutgoingWebhook(Record):
    KIND = "outgoing_webhook"

    name: str | None = None
    url: str
    trigger_type: str
    notify_alongside_primary_responder: bool | None = None
    on_incident_started: bool | None = None
    on_incident_acknowledged: bool | None = None
    on_incident_resolved: bool | None = None
    on_incident_reopened: bool | None = None
    on_incident_comment: bool | None = None
    custom_webhook_template_attributes: Json | None = None
