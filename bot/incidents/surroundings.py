"""What an incident belongs to: its monitor's group, its heartbeat, its severity.

An incident does not say these itself. They seldom change, so they are kept for some minutes: a
storm of incidents must not become a storm of requests.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.connectors.results import Row
from bot.incidents.sources import CannotRead, Source
from bot.store.database import Clock

KEPT = timedelta(minutes=10)
NOT_KNOWN = timedelta(minutes=1)
"""How long it is not asked again after it could not be read."""


@dataclass(frozen=True)
class Surroundings:
    """What an incident is of. What is not known is empty."""

    monitor_id: str = ""
    monitor: str = ""
    group: str = ""
    severity: str = ""


class Neighbourhood:
    """Finds the surroundings of incidents."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[datetime, Any]] = {}

    async def of(self, source: Source, facts: Mapping[str, Any]) -> Surroundings:
        """What an incident, as its service tells it, belongs to."""
        severity = await self._severity(source, facts)
        monitor_id = str(facts.get("monitor_id") or "")
        if monitor_id:
            name = str(facts.get("monitor") or "")
            group = await self._group(source, monitor_id)
            return Surroundings(monitor_id, name, group, severity)
        heartbeat_id = str(facts.get("heartbeat_id") or "")
        if heartbeat_id:
            row = await self._row(source, "get_heartbeat", heartbeat_id=heartbeat_id)
            name = str(row.get("name") or "")
            return Surroundings(f"heartbeat:{heartbeat_id}", name, "", severity)
        return Surroundings(severity=severity)

    async def _group(self, source: Source, monitor_id: str) -> str:
        monitor = await self._row(source, "get_monitor", monitor_id=monitor_id)
        group_id = str(monitor.get("monitor_group_id") or "")
        if not group_id:
            return ""
        groups = await self._rows(source, "list_monitor_groups")
        return next((str(row["name"]) for row in groups if str(row["id"]) == group_id), "")

    async def _severity(self, source: Source, facts: Mapping[str, Any]) -> str:
        """What the incident's metadata calls it, else the one severity that tells people just as
        this incident does."""
        labels: Mapping[str, Any] = facts.get("metadata") or {}
        for key, value in labels.items():
            if key.strip().lower() == "severity":
                return str(value)
        severities = await self._rows(source, "list_severities")
        told = facts.get("notified_by")
        same = [str(row["name"]) for row in severities if row.get("notified_by") == told]
        return same[0] if told and len(same) == 1 else ""

    async def _row(self, source: Source, verb: str, **arguments: Any) -> Row:
        async def ask() -> Row:
            return (await source.document(verb, **arguments))[0]

        found: Row = await self._once(source, f"{verb} {arguments}", ask, {})
        return found

    async def _rows(self, source: Source, verb: str) -> list[Row]:
        async def ask() -> list[Row]:
            return (await source.rows(verb))[0]

        found: list[Row] = await self._once(source, verb, ask, [])
        return found

    async def _once(
        self, source: Source, what: str, ask: Callable[[], Awaitable[Any]], without: Any
    ) -> Any:
        key, now = (source.connection_id, what), self._clock()
        until, value = self._kept.get(key, (now, without))
        if until > now:
            return value
        try:
            value, until = await ask(), now + KEPT
        except (CannotRead, LookupError):  # an incident without its group is better than none
            until = now + NOT_KNOWN
        self._kept[key] = (until, value)
        return value
