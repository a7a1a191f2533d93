"""A believable day at Harbor, a made-up shop: who is there, what is watched, who is called.

Everything is relative to a moment that is handed in. Identifiers are fixed, so that tests and the
demo can name them. The incidents are in `seed_incidents`, the status page in `seed_pages`.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from playground.betterstack.records import (
    Heartbeat,
    HeartbeatGroup,
    Json,
    Metadata,
    Monitor,
    MonitorGroup,
    OnCallCalendar,
    OutgoingWebhook,
    Policy,
    Rotation,
    Urgency,
    User,
)
from playground.betterstack.seed_incidents import add_incidents
from playground.betterstack.seed_names import (
    ADMIN,
    ANA,
    AUTH,
    BACKUP,
    BO,
    CDN,
    CHECKOUT,
    CHECKOUT_5XX,
    CHIDI,
    CRITICAL,
    DATABASE_SCHEDULE,
    DEFAULT_SCHEDULE,
    INVOICES,
    LABS_MONITOR,
    LABS_SCHEDULE,
    LOW,
    ORDERS,
    OTHER_TEAM,
    PARTNER,
    PAYMENTS,
    REINDEX,
    SEARCH,
    SEARCH_SLOW,
    STOREFRONT,
    TEAM,
)
from playground.betterstack.seed_pages import add_pages
from playground.betterstack.seed_telemetry import add_telemetry
from playground.betterstack.state import State, Team, shifts

WEEK = timedelta(weeks=1)
CUSTOMER_FACING, INTERNAL, NIGHTLY = 3101, 3102, 4101
PING = "https://uptime.betterstack.com/api/v1/heartbeat/"


def seed(now: datetime) -> State:
    state = State()
    state.teams = {400: Team(id=400, name=TEAM), 401: Team(id=401, name=OTHER_TEAM)}
    _add_people(state)
    _add_schedules(state, now)
    _add_policies(state)
    _add_groups(state, now)
    _add_monitors(state, now)
    _add_heartbeats(state, now)
    _add_webhook(state)
    add_incidents(state, now)
    add_pages(state, now)
    _add_metadata(state)
    add_telemetry(state, now)
    return state


def _add_people(state: State) -> None:
    people = (
        (BO, "Bo", "Chen", "+1 555 010 0001"),
        (ANA, "Ana", "Marin", "+1 555 010 0002"),
        (CHIDI, "Chidi", "Okoye", "+1 555 010 0003"),
    )
    for key, first, last, phone in people:
        email = f"{first.lower()}@harbor.example"
        state.users[key] = User(
            id=key, first_name=first, last_name=last, email=email, phone_numbers=[phone]
        )


def _add_schedules(state: State, now: datetime) -> None:
    """Bo is on call for four more days, then Ana; Chidi keeps the database all along."""
    start = datetime.combine(now.astimezone(UTC).date(), time(), UTC) - timedelta(days=3)
    end = start + 8 * WEEK
    turns = ["bo@harbor.example", "ana@harbor.example"]
    state.calendars = {
        DEFAULT_SCHEDULE: OnCallCalendar(
            id=DEFAULT_SCHEDULE,
            team_name=TEAM,
            default_calendar=True,
            events=shifts(6101, turns, start, end, WEEK),
            rotation=Rotation(
                users=turns,
                rotation_length=1,
                rotation_interval="week",
                start_rotations_at=start,
                end_rotations_at=end,
            ),
        ),
        DATABASE_SCHEDULE: OnCallCalendar(
            id=DATABASE_SCHEDULE,
            team_name=TEAM,
            name="Database",
            events=shifts(6201, ["chidi@harbor.example"], start, end, WEEK),
        ),
        LABS_SCHEDULE: OnCallCalendar(
            id=LABS_SCHEDULE, team_name=OTHER_TEAM, default_calendar=True
        ),
    }


def _add_policies(state: State) -> None:
    state.urgencies = {
        7501: Urgency(id=7501, team_name=TEAM, name="Critical", critical_alert=True),
        7502: Urgency(id=7502, team_name=TEAM, name="Low", call=False, sms=False),
    }
    state.policies = {
        CRITICAL: Policy(
            id=CRITICAL,
            team_name=TEAM,
            name="Page the person on call, then everyone",
            repeat_count=2,
            repeat_delay=300,
            steps=[_step(0, 7501, "current_on_call"), _step(300, 7501, "entire_team")],
            incident_token="secret-incident-token-critical",  # noqa: S106 - made up
        ),
        LOW: Policy(
            id=LOW,
            team_name=TEAM,
            name="Tell the person on call by e-mail",
            steps=[_step(0, 7502, "current_on_call")],
            incident_token="secret-incident-token-low",  # noqa: S106
        ),
    }


def _step(wait: int, urgency: int, who: str) -> Json:
    return {
        "type": "escalation",
        "wait_before": wait,
        "urgency_id": urgency,
        "step_members": [{"type": who}],
    }


def _add_groups(state: State, now: datetime) -> None:
    born = now - timedelta(days=400)
    for key, name in ((CUSTOMER_FACING, "Customer facing"), (INTERNAL, "Internal")):
        state.monitor_groups[key] = MonitorGroup(
            id=key, team_name=TEAM, name=name, created_at=born, updated_at=born
        )
    state.heartbeat_groups[NIGHTLY] = HeartbeatGroup(
        id=NIGHTLY, team_name=TEAM, name="Nightly jobs", created_at=born, updated_at=born
    )


def _add_monitors(state: State, now: datetime) -> None:
    shop: Json = {"monitor_group_id": CUSTOMER_FACING, "policy_id": str(CRITICAL)}
    inside: Json = {"monitor_group_id": INTERNAL, "policy_id": str(LOW)}
    api = "https://api.harbor.example"
    monitors = (
        _monitor(now, CHECKOUT, "Checkout API", f"{api}/checkout/health", **shop, **_CHECKOUT),
        _monitor(now, STOREFRONT, "Storefront", "https://www.harbor.example", **shop, **_STORE),
        _monitor(now, SEARCH, "Search", f"{api}/search/health", **shop, base_latency=0.31),
        _monitor(now, CDN, "CDN", "https://static.harbor.example/ping.txt", **shop),
        _monitor(
            now,
            PAYMENTS,
            "Payments webhook",
            "https://hooks.harbor.example/payments",
            **inside,
            **_PAYMENTS,
        ),
        _monitor(
            now,
            ADMIN,
            "Admin",
            "https://admin.harbor.example/login",
            **inside,
            paused_at=now - timedelta(days=2),
        ),
        _monitor(now, AUTH, "Auth", "https://id.harbor.example/health", **inside),
        _monitor(now, PARTNER, "Tidepay (partner) status", "https://status.tidepay.example"),
        _monitor(now, LABS_MONITOR, "Labs", "https://labs.harbor.example", team_name=OTHER_TEAM),
    )
    state.monitors = {monitor.id: monitor for monitor in monitors}


_CHECKOUT: Json = {
    "auth_username": "probe",
    "auth_password": "secret-probe-password",
    "request_headers": [
        {"id": "91", "name": "Authorization", "value": "Bearer secret-probe-header"}
    ],
    "check_frequency": 30,
    "base_latency": 0.18,
}
_STORE: Json = {
    "monitor_type": "keyword",
    "required_keyword": "Add to basket",
    "ssl_expiration": 14,
    "domain_expiration": 30,
}
_PAYMENTS: Json = {
    "http_method": "post",
    "expected_status_codes": [200, 202],
    "environment_variables": {"WEBHOOK_SECRET": "secret-webhook-value"},
    "proxy_host": "probe:secret-proxy-password@proxy.harbor.example",
    "proxy_port": "3128",
}


def _monitor(now: datetime, key: int, name: str, url: str, **more: Any) -> Monitor:
    born = now - timedelta(days=400)
    values: Json = {
        "team_name": TEAM,
        "created_at": born,
        "updated_at": born,
        "last_checked_at": now - timedelta(seconds=17),
        **more,
    }
    return Monitor(id=key, pronounceable_name=name, url=url, **values)


def _add_heartbeats(state: State, now: datetime) -> None:
    jobs = (
        (BACKUP, "Nightly database backup", 86_400, NIGHTLY, timedelta(hours=5)),
        (ORDERS, "Order export", 900, None, timedelta(minutes=6)),
        (INVOICES, "Invoice mailer", 3_600, None, timedelta(days=3)),
        (REINDEX, "Search index rebuild", 86_400, NIGHTLY, timedelta(hours=4)),
    )
    born = now - timedelta(days=300)
    for key, name, period, group, ago in jobs:
        state.heartbeats[key] = Heartbeat(
            id=key,
            team_name=TEAM,
            name=name,
            url=f"{PING}secret-ping-{key}",
            period=period,
            grace=period // 5,
            heartbeat_group_id=group,
            created_at=born,
            updated_at=born,
            last_beat_at=now - ago,
        )
    state.heartbeats[INVOICES].pause(True, now - timedelta(days=3))


def _add_webhook(state: State) -> None:
    state.outgoing_webhooks[9001] = OutgoingWebhook(
        id=9001,
        team_name=TEAM,
        name="Incidents to the data team",
        url="https://data.harbor.example/hooks/secret-hook-path",
        trigger_type="incident_change",
        notify_alongside_primary_responder=True,
        on_incident_started=True,
        on_incident_acknowledged=False,
        on_incident_resolved=True,
        on_incident_reopened=False,
        on_incident_comment=False,
        custom_webhook_template_attributes={
            "id": 9101,
            "http_method": "post",
            "auth_username": "harbor",
            "auth_password": "secret-hook-password",
            "headers_template": [{"name": "X-Secret", "value": "secret-hook-header"}],
            "body_template": None,
        },
    )


def _add_metadata(state: State) -> None:
    entries: tuple[tuple[int, str, int, str, Json], ...] = (
        (9501, "Monitor", CHECKOUT, "Service", {"type": "String", "value": "checkout-api"}),
        (9502, "Monitor", CHECKOUT, "Owner", {"type": "User", "email": "bo@harbor.example"}),
        (9503, "Monitor", SEARCH, "Service", {"type": "String", "value": "search"}),
        (9504, "Incident", CHECKOUT_5XX, "Service", {"type": "String", "value": "checkout-api"}),
        (9505, "Incident", SEARCH_SLOW, "Service", {"type": "String", "value": "search"}),
    )
    for key, owner_type, owner, name, value in entries:
        state.metadata[key] = Metadata(
            id=key,
            team_name=TEAM,
            owner_type=owner_type,
            owner_id=str(owner),
            key=name,
            values=[value],
        )
