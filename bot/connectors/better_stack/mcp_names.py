"""Which tools of the hosted MCP server do what ours do, by our verb: data, and nothing else.

The server renamed its tools in 2026 and may again, so each verb has every name that was seen, the
newest first; what a server offers is asked with `tools/list` and looked up here. A verb without an
entry has no known counterpart. Input schemas are behind the sign-in and are read from the server.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

MCP_NAMES: Mapping[str, tuple[str, ...]] = {
    "list_monitors": ("monitors", "uptime_list_monitors_tool"),
    "get_monitor": ("monitor", "uptime_get_monitor_tool"),
    "monitor_availability": ("monitor_availability", "uptime_get_monitor_availability_tool"),
    "monitor_response_times": ("monitor_response_times", "uptime_get_monitor_response_times_tool"),
    "create_monitor": ("create_monitor",),
    "list_heartbeats": ("heartbeats", "uptime_list_heartbeats_tool"),
    "get_heartbeat": ("heartbeat", "uptime_get_heartbeat_tool"),
    "heartbeat_availability": ("heartbeat_availability",),
    "create_heartbeat": ("create_heartbeat",),
    "list_incidents": ("incidents", "uptime_list_incidents_tool"),
    "get_incident": ("incident", "uptime_get_incident_tool"),
    "incident_timeline": ("incident_timeline", "uptime_get_incident_timeline_tool"),
    "incident_comments": ("incident_comments", "uptime_get_incident_comments_tool"),
    "escalation_options": (
        "available_incident_escalation_policies",
        "uptime_get_incident_escalation_options_tool",
    ),
    "create_incident": ("create_incident",),
    "comment_on_incident": ("create_incident_comment", "uptime_create_incident_comment_tool"),
    "acknowledge_incident": ("acknowledge_incident", "uptime_acknowledge_incident_tool"),
    "resolve_incident": ("resolve_incident",),
    "reopen_incident": ("reopen_incident",),
    "escalate_incident": ("escalate_incident",),
    "list_escalation_policies": ("escalation_policies",),
    "list_severities": ("severities",),
    "list_on_call_schedules": ("uptime_list_on_calls_tool",),
    "list_log_sources": ("telemetry_list_sources_tool",),
    "list_source_fields": ("telemetry_get_source_fields_tool",),
    "query_source": ("query", "telemetry_query"),
    "search_logs": ("query", "telemetry_query"),
    "list_dashboards": ("telemetry_list_dashboards_tool",),
    "delete_dashboard": ("remove_dashboard",),
    "delete_chart": ("remove_chart",),
    "pause_chart_alert": ("telemetry_toggle_chart_alert_pause_tool",),
    "resume_chart_alert": ("telemetry_toggle_chart_alert_pause_tool",),
    "list_recent_errors": ("telemetry_list_errors_tool",),
    "list_error_groups": ("telemetry_list_errors_tool",),
    "set_error_state": ("telemetry_update_error_state_tool",),
}


def counterpart(verb: str, offered: Collection[str]) -> str | None:
    """The tool of a server that does what our verb does, None where it offers none."""
    return next((name for name in MCP_NAMES.get(verb, ()) if name in offered), None)
