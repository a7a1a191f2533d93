"""Harbor's public status page."""

from datetime import datetime, timedelta

from playground.betterstack.pages import (
    StatusPage,
    StatusPageResource,
    StatusPageSection,
    StatusReport,
    StatusUpdate,
)
from playground.betterstack.records import Json
from playground.betterstack.seed_names import (
    AUTH,
    CDN,
    CHECKOUT,
    PAYMENTS,
    SEARCH,
    STATUS_PAGE,
    STOREFRONT,
    TEAM,
)
from playground.betterstack.state import State

SHOP, PLUMBING = 8101, 8102

RESOURCES = (
    (8201, SHOP, STOREFRONT, "Shop"),
    (8202, SHOP, CHECKOUT, "Checkout"),
    (8203, SHOP, SEARCH, "Search"),
    (8204, PLUMBING, PAYMENTS, "Payments"),
    (8205, PLUMBING, AUTH, "Sign-in"),
    (8206, PLUMBING, CDN, "Images"),
)


def add_pages(state: State, now: datetime) -> None:
    born = now - timedelta(days=380)
    state.status_pages[STATUS_PAGE] = StatusPage(
        id=STATUS_PAGE,
        team_name=TEAM,
        company_name="Harbor",
        company_url="https://www.harbor.example",
        subdomain="harbor",
        custom_domain="status.harbor.example",
        timezone="UTC",
        published=True,
        subscribable=True,
        created_at=born,
        updated_at=born,
    )
    _add_parts(state)
    _add_old_report(state, now)


def _add_parts(state: State) -> None:
    for position, (key, name) in enumerate(((SHOP, "The shop"), (PLUMBING, "Behind it"))):
        state.sections[key] = StatusPageSection(
            id=key, team_name=TEAM, status_page_id=STATUS_PAGE, name=name, position=position
        )
    for position, (key, section, monitor, name) in enumerate(RESOURCES):
        state.resources[key] = StatusPageResource(
            id=key,
            team_name=TEAM,
            status_page_id=STATUS_PAGE,
            status_page_section_id=section,
            resource_type="Monitor",
            resource_id=monitor,
            public_name=name,
            position=position,
        )


def _add_old_report(state: State, now: datetime) -> None:
    """The payments trouble as customers read of it, a week ago, over since."""
    started = now - timedelta(days=7)
    said: tuple[tuple[int, str, str, int], ...] = (
        (8401, "Some payments are confirmed late. We are looking into it.", "degraded", 0),
        (8402, "Payments are confirmed in time again.", "resolved", 50),
    )
    report = StatusReport(
        id=8301,
        team_name=TEAM,
        status_page_id=STATUS_PAGE,
        title="Late payments",
        starts_at=started,
    )
    for key, message, status, minutes in said:
        affected: list[Json] = [{"status_page_resource_id": "8204", "status": status}]
        state.updates[key] = StatusUpdate(
            id=key,
            team_name=TEAM,
            status_report_id=report.id,
            message=message,
            published_at=started + timedelta(minutes=minutes),
            affected_resources=affected,
        )
        report.affected_resources = affected
    state.reports[report.id] = report
