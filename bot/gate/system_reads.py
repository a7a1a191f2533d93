"""What the house may read by itself, when neither a person nor an agent asked for it."""

from __future__ import annotations

SYSTEM_READS = frozenset(
    {
        "better_stack_get_heartbeat",
        "better_stack_get_incident",
        "better_stack_get_monitor",
        "better_stack_incident_comments",
        "better_stack_list_escalation_policies",
        "better_stack_list_incidents",
        "better_stack_list_monitor_groups",
        "better_stack_list_monitors",
        "better_stack_list_on_call_schedules",
        "better_stack_list_severities",
        "better_stack_who_is_on_call",
    }
)
"""Tools by their names. Beside these it tests connections, and looks up who is on call for the
policies of approvals; the gate has a method for each."""
