"""The 28 operations that Better Stack's users ask for first, by the tools that carry them: data for
the docs' table. Every tool that is not here is a further action."""

from __future__ import annotations

ENDPOINTS: tuple[tuple[str, ...], ...] = (
    ("list_monitors",),
    ("get_monitor",),
    ("create_monitor",),
    ("update_monitor", "pause_monitor", "resume_monitor"),
    ("delete_monitor",),
    ("monitor_availability",),
    ("list_monitor_groups",),
    ("create_monitor_group",),
    ("list_heartbeats",),
    ("get_heartbeat",),
    ("create_heartbeat",),
    ("update_heartbeat",),
    ("delete_heartbeat",),
    ("list_incidents",),
    ("get_incident",),
    ("create_incident",),
    ("acknowledge_incident",),
    ("resolve_incident",),
    ("delete_incident",),
    ("list_on_call_schedules",),
    ("who_is_on_call",),
    ("list_escalation_policies",),
    ("create_escalation_policy",),
    ("list_status_pages",),
    ("create_status_page",),
    ("update_status_page_resource",),
    ("list_metadata",),
    ("set_metadata",),
)
