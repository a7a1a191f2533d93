"""Whether what some rows tell belongs into the channel of an incident route."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.agents.directives.results import Row
from bot.store.tables import IncidentRoute

_COLUMNS = {
    "team": ("team", "team_name"),
    "monitor": ("monitor", "monitor_id"),
    "group": ("monitor_group", "group"),
    "severity": ("severity",),
}
"""Where rows have what a route goes by."""


def route_fits(route: IncidentRoute, rows: Sequence[Row]) -> bool:
    """Whether a route is for some of the rows; one for everything is for none at all, too."""
    if route.by == "everything":
        return True
    parts = [re.escape(part) for part in route.value.casefold().split("*")]
    wanted = re.compile(".*".join(parts), re.DOTALL)
    return any(wanted.fullmatch(said) for row in rows for said in _said(route, row))


def _said(route: IncidentRoute, row: Row) -> list[str]:
    if route.by == "metadata":
        labels = _labels(row.get("metadata"))
        return _each(labels.get(route.key.casefold()))
    return [said for one in _COLUMNS.get(route.by, ()) for said in _each(row.get(one))]


def _labels(metadata: Any) -> Mapping[str, Any]:
    found = metadata if isinstance(metadata, Mapping) else {}
    return {str(key).casefold(): value for key, value in found.items()}


def _each(value: Any) -> list[str]:
    if isinstance(value, list):
        return [said for one in value for said in _each(one)]
    whole = str(value if value is not None else "").casefold()
    return [one for one in (whole, *whole.split(", ")) if one]
