"""Sources, metrics, dashboards, charts, their alerts and error applications as rows."""

from __future__ import annotations

from typing import Any

from bot.connectors.better_stack.shaping.common import (
    Resource,
    channels,
    filled,
    flat,
    picked,
    text,
)
from bot.connectors.results import Row
from bot.connectors.wording import duration


def source_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name", "platform", "table_name"),
        "ingesting": not row.get("ingesting_paused"),
        "team": row.get("team_name"),
    }


def source_document(resource: Resource) -> Row:
    """How a source is set up. Its `token`, with which anybody could send logs, stays back."""
    row = flat(resource)
    return filled(
        {
            **source_row(resource),
            **picked(row, "data_region", "ingesting_host", "live_tail_pattern", "created_at"),
            "logs_kept_days": row.get("logs_retention"),
            "metrics_kept_days": row.get("metrics_retention"),
            "source_group_id": text(row.get("source_group_id")),
        }
    )


def metric_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name", "type", "sql_expression"),
        "aggregations": ", ".join(row.get("aggregations") or []),
    }


def dashboard_row(resource: Resource) -> Row:
    row = flat(resource)
    return {**picked(row, "id", "name", "created_at", "updated_at"), "team": row.get("team_name")}


def template_row(resource: Resource) -> Row:
    return picked(flat(resource), "id", "name", "description")


def chart_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name", "chart_type"),
        "place": f"x {row.get('x')}, y {row.get('y')}, {row.get('w')} wide, {row.get('h')} high",
        "queries": "; ".join(_query(query) for query in row.get("queries") or []),
    }


def _query(query: Row) -> str:
    said = query.get("sql_query") or query.get("where_condition") or query.get("static_text") or ""
    return f"{query.get('query_type')}: {said}"


def alert_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name", "alert_type"),
        "condition": f"{str(row.get('operator')).replace('_', ' ')} {row.get('value')}",
        "checked_every": duration(row.get("check_period")),
        "over": duration(row.get("query_period")),
        "paused": bool(row.get("paused")),
        "paused_reason": row.get("paused_reason"),
        "notified_by": channels(row),
        "escalates_to": target_words(row.get("escalation_target")),
    }


def target_words(target: Any) -> str:
    """Who is woken when an alert fires."""
    if not isinstance(target, dict):
        return "the team"
    named = [f"{key.rpartition('_')[0]} {value}" for key, value in target.items() if value]
    return ", ".join(named) or "the team"


def application_row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "name", "platform", "table_name"),
        "kept_days": row.get("errors_retention"),
        "team": row.get("team_name"),
    }
