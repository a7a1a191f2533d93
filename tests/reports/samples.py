"""Facts and orders to write reports from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.reports.facts import (
    Incident,
    IncidentFacts,
    MonitorFacts,
    Order,
    ReportFacts,
    ServiceFacts,
    Shift,
)
from tests.fixtures_store import ORGANISATION, START

MINUTE = timedelta(minutes=1)

ORDER = Order(
    organisation_id=ORGANISATION,
    subscription_id="subscription",
    report="incidents",
    timezone="Europe/Berlin",
    at=START,
    asked_by="Ana",
    daily_at="10:00 (Europe/Berlin)",
    requested=False,
)


def incident(
    name: str, *, began: float, lasted: float | None = None, at: datetime = START, **more: Any
) -> Incident:
    """An incident that began so many minutes ago; it is open unless it lasted some minutes."""
    began_at = at - began * MINUTE
    return Incident(
        **{
            "name": name,
            "monitor": name,
            "status": "Started" if lasted is None else "Resolved",
            "cause": "Status 502",
            "began_at": began_at,
            "resolved_at": None if lasted is None else began_at + lasted * MINUTE,
            "acknowledged_by": "",
            "link": "",
            **more,
        }
    )


def monitor(name: str, yesterday: float | None = 100.0, week: float | None = 100.0) -> MonitorFacts:
    down = None if yesterday is None else round((100 - yesterday) * 864)
    return MonitorFacts(name, f"https://uptime.example/m/{name}", yesterday, week, down)


CALM = IncidentFacts(open=(), ended=(), began=0, began_before=0, longest=None)

QUIET = ServiceFacts(
    place="Better Stack (Demo)",
    incidents=CALM,
    monitors=(monitor("api"), monitor("shop")),
    paused=0,
    on_call=(Shift("Default schedule", "Bo Chen"),),
    gaps=(),
)

CHECKOUT = incident("Checkout 5xx", began=23, link="https://uptime.example/i/5101")
SEARCH = incident("Search is slow", began=130, status="Acknowledged", acknowledged_by="Chidi")
PAYMENTS = incident("Payments | webhook", began=1135, lasted=31, cause="Timeout *no headers*")

BUSY = replace(
    QUIET,
    incidents=IncidentFacts(
        open=(CHECKOUT, SEARCH), ended=(PAYMENTS,), began=3, began_before=1, longest=SEARCH
    ),
    monitors=(monitor("checkout_api", 99.996, 99.5), monitor("search", None, 99.9), monitor("cdn")),
    paused=1,
    on_call=(Shift("Default schedule", "Bo Chen"), Shift("Database", "nobody")),
    gaps=("Availability of search: Better Stack is failing (HTTP 500). Try again in a moment.",),
)


def facts(*services: ServiceFacts) -> ReportFacts:
    return ReportFacts(yesterday=date(2026, 11, 21), services=services)
