"""The incidents of the seeded day: two open, one of yesterday, and a few of the weeks before."""

from datetime import UTC, datetime, time, timedelta

from playground.betterstack.records import Comment, Incident
from playground.betterstack.seed_names import (
    ANA,
    AUTH,
    BACKUP,
    CDN,
    CHECKOUT,
    CHECKOUT_5XX,
    CRITICAL,
    LABS_INCIDENT,
    LABS_MONITOR,
    OTHER_TEAM,
    PARTNER,
    PAYMENTS,
    PAYMENTS_TIMEOUT,
    SEARCH,
    SEARCH_SLOW,
    SHARED_INCIDENT,
    STOREFRONT,
    TEAM,
)
from playground.betterstack.state import State

MINUTE = timedelta(minutes=1)

OLDER = (
    (5011, STOREFRONT, "Storefront keyword missing", 'Missing "Add to basket"', 3, 7, 12),
    (5010, CHECKOUT, "Checkout 5xx", "Status 503", 5, 3, 18),
    (5009, PARTNER, "Tidepay unreachable", "Connection timeout", 8, 11, 64),
    (5008, CDN, "CDN certificate", "SSL certificate expires in 3 days", 10, 25, 190),
    (5007, AUTH, "Auth timeout", "Timeout (no headers received)", 13, 2, 9),
    (5006, SEARCH, "Search unavailable", "Status 500", 17, 6, 41),
    (5005, PAYMENTS, "Payments webhook refused", "Connection refused", 20, 4, 23),
    (5004, CHECKOUT, "Checkout slow", "Timeout (no headers received)", 24, 8, 35),
)
"""Identifier, monitor, name, cause, days ago, minutes to acknowledging and to resolving."""


def add_incidents(state: State, now: datetime) -> None:
    _add_open(state, now)
    _add_yesterday(state, now)
    _add_older(state, now)
    _add_of_other_team(state, now)


def _add_open(state: State, now: datetime) -> None:
    started = now - 23 * MINUTE
    checkout = Incident(
        id=CHECKOUT_5XX,
        team_name=TEAM,
        name="Checkout 5xx",
        cause="Status 502",
        url=state.monitors[CHECKOUT].url,
        http_method="get",
        started_at=started,
        regions=["us", "eu", "as"],
        response_content='{"error":"bad gateway","upstream":"checkout-db"}',
        response_options='{"status":502,"body_size":48}',
        screenshot_url="https://uptime-storage.harbor.example/screenshots/5101.png",
        escalation_policy_id=str(CRITICAL),
        critical_alert=True,
        slack_channels=[{"id": "C0HARBOR01", "name": "incidents"}],
        monitor_id=CHECKOUT,
    )
    _open(state, checkout)
    state.note(checkout, started + MINUTE, "Called Bo Chen: no answer", "generic_card")

    began = now - 130 * MINUTE
    search = Incident(
        id=SEARCH_SLOW,
        team_name=TEAM,
        name="Search latency above 2 s",
        cause="p95 latency of search is above 2 s",
        status="Acknowledged",
        started_at=began,
        acknowledged_at=began + 9 * MINUTE,
        acknowledged_by="Chidi Okoye",
        origin_url="https://telemetry.betterstack.com/team/400/dashboards/77",
        call=False,
        sms=False,
    )
    _open(state, search)
    state.note(search, began + 9 * MINUTE, "Chidi Okoye acknowledged the incident")


def _add_yesterday(state: State, now: datetime) -> None:
    """Always on the day before, in UTC; reopening it is possible or not by the time of day."""
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    started = datetime.combine(yesterday, time(14, 5), UTC)
    cause = "Timeout (no headers received)"
    named = ("Payments webhook timeout", cause)
    incident = _resolved(state, PAYMENTS_TIMEOUT, PAYMENTS, named, started, (4, 31))
    state.comments[5501] = Comment(
        id=5501,
        team_name=TEAM,
        created_at=started + 20 * MINUTE,
        updated_at=started + 20 * MINUTE,
        incident_id=incident.id,
        content="Tidepay confirms slow callbacks on their side. Watching.",
        user_id=ANA,
        user_email="ana@harbor.example",
    )


def _add_older(state: State, now: datetime) -> None:
    for key, monitor, name, cause, days, acknowledged, resolved in OLDER:
        started = now - timedelta(days=days, hours=days % 7)
        _resolved(state, key, monitor, (name, cause), started, (acknowledged, resolved))
    missed = now - timedelta(days=11, hours=3)
    named = ("Nightly database backup", "Missed heartbeat")
    _resolved(state, 5003, None, named, missed, (14, 52)).heartbeat_id = BACKUP
    lent = now - timedelta(days=1, hours=2)
    named = ("Labs cluster upgrade", "Shared by Harbor Labs")
    _resolved(state, SHARED_INCIDENT, None, named, lent, (1, 125)).shared = True


def _add_of_other_team(state: State, now: datetime) -> None:
    labs = Incident(
        id=LABS_INCIDENT,
        team_name=OTHER_TEAM,
        name="Labs",
        cause="Status 500",
        started_at=now - 40 * MINUTE,
        regions=["eu"],
        monitor_id=LABS_MONITOR,
    )
    _open(state, labs)


def _open(state: State, incident: Incident) -> None:
    state.incidents[incident.id] = incident
    state.note(incident, incident.started_at, f"Incident started: {incident.cause}")


def _resolved(
    state: State,
    key: int,
    monitor: int | None,
    named: tuple[str, str],
    started: datetime,
    minutes: tuple[int, int],
) -> Incident:
    """An incident by name and cause that Bo acknowledged and resolved so long after its start."""
    acknowledged, resolved = (started + MINUTE * count for count in minutes)
    incident = Incident(
        id=key,
        team_name=TEAM,
        name=named[0],
        cause=named[1],
        status="Resolved",
        url=state.monitors[monitor].url if monitor else None,
        http_method="get" if monitor else None,
        started_at=started,
        acknowledged_at=acknowledged,
        acknowledged_by="Bo Chen",
        resolved_at=resolved,
        resolved_by="Bo Chen",
        regions=["us", "eu"] if monitor else None,
        monitor_id=monitor,
    )
    _open(state, incident)
    state.note(incident, acknowledged, "Bo Chen acknowledged the incident")
    state.note(incident, resolved, "Bo Chen resolved the incident")
    return incident
