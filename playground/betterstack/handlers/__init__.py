"""The routes of the sandbox, one module per family of resources."""

from playground.betterstack.handlers import (
    comments,
    groups,
    heartbeats,
    incident_actions,
    incidents,
    metadata,
    monitors,
    on_calls,
    outgoing_webhooks,
    policies,
    status_page_parts,
    status_pages,
    status_reports,
    telemetry,
    urgencies,
)
from playground.betterstack.routing import Route

ROUTES: tuple[Route, ...] = (
    *monitors.ROUTES,
    *heartbeats.ROUTES,
    *groups.ROUTES,
    *incidents.ROUTES,
    *incident_actions.ROUTES,
    *comments.ROUTES,
    *on_calls.ROUTES,
    *policies.ROUTES,
    *urgencies.ROUTES,
    *status_pages.ROUTES,
    *status_page_parts.ROUTES,
    *status_reports.ROUTES,
    *metadata.ROUTES,
    *outgoing_webhooks.ROUTES,
    *telemetry.ROUTES,
)
