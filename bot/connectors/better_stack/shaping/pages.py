"""Status pages, their entries and reports as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.connectors.better_stack.shaping.common import Resource, flat, picked, text
from bot.connectors.results import Row

NO_NAMES: Mapping[str, str] = {}


def status_page_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "company_name", "aggregate_state", "published"),
        "link": status_page_link(row),
        **picked(row, "timezone", "company_url"),
    }


def status_page_link(row: Row) -> str | None:
    """Where customers read a page: its own domain, else its subdomain of the service's."""
    if row.get("custom_domain"):
        return f"https://{row['custom_domain']}"
    return f"https://{row['subdomain']}.betteruptime.com" if row.get("subdomain") else None


def page_resource_row(resource: Resource) -> Row:
    """Availability is a share of one at the service, and percent here as everywhere else."""
    row = flat(resource)
    share = row.get("availability")
    return {
        "id": row["id"],
        "name": row.get("public_name"),
        "status": row.get("status"),
        "availability_percent": None if share is None else round(float(share) * 100, 4),
        "resource_type": row.get("resource_type"),
        "resource_id": text(row.get("resource_id")),
        **picked(row, "explanation", "widget_type"),
        "section_id": text(row.get("status_page_section_id")),
    }


def report_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "title", "report_type", "aggregate_state", "starts_at", "ends_at"),
        "affected": affected_words(row.get("affected_resources")),
    }


def update_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "published_at", "message"),
        "affected": affected_words(row.get("affected_resources")),
        "subscribers_notified": bool(row.get("notify_subscribers")),
    }


def affected_words(affected: Sequence[Resource] | None, names: Mapping[str, str] = NO_NAMES) -> str:
    """`Checkout: downtime, Search: degraded`; by their ids where no names are at hand."""
    return ", ".join(
        f"{names.get(str(one.get('status_page_resource_id')), one.get('status_page_resource_id'))}"
        f": {one.get('status')}"
        for one in affected or ()
    )
