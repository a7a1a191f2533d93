"""Keeps what MCP servers list, notices what changed, and lets an owner accept it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.results import Health
from bot.connectors.toolset import accepted, merge, slug_for
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.kinds import kind_of
from bot.store.database import Store
from bot.store.tables import Connection, Member

SHOWN = 10
"""Names of tools in one entry of the record."""


class MovedOn(Exception):
    """The server listed something else since the person looked."""


async def keep_tools(session: AsyncSession, row: Connection, seen: Health) -> None:
    """Keeps a new listing of a connection's tools. What changed is on record, once."""
    kind = kind_of(row)
    if kind is not None and kind.trusts_listing:
        listed = seen.tools or ()  # none at all with a key
        row.toolset = merge(None, listed, row.connector, seen.account) if listed else None
        return
    if seen.tools is None:
        return
    before = row.toolset
    slug = before["slug"] if before else slug_for(row.label, await _slugs(session))
    now = merge(before, seen.tools, slug, seen.account)
    if before is not None and before["digest"] == now["digest"]:
        return
    row.toolset = now
    news = _fresh(before, now)
    if news:
        audit.record(
            session,
            Caller(CallerKind.SYSTEM, row.organisation_id, "tools", "Quarterdeck"),
            at=row.checked_at or row.created_at,
            action="tools",
            outcome="refused",
            connection_id=row.id,
            sentence=(
                f"{row.label} changed what it says of {_named(news)}: off until an owner has looked"
            ),
        )


async def accept_tools(
    session: AsyncSession, store: Store, member: Member, connection_id: str, digest: str
) -> Sequence[str]:
    """Accepts a server's changed and new tools as they were shown. Gives their titles.

    The caller has checked that the person may.

    Args:
        digest: of the toolset that the person looked at.

    Raises:
        MovedOn: the server has listed something else since then.
    """
    row = await session.get_one(Connection, connection_id)
    if not row.toolset or row.toolset["digest"] != digest:
        raise MovedOn
    changed = list(row.toolset["changed"])
    row.toolset = accepted(row.toolset)
    audit.record(
        session,
        Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name),
        at=store.clock(),
        action="tools",
        outcome="done",
        connection_id=row.id,
        sentence=f"{member.name} accepted what {row.label} says of {_named(changed)}",
    )
    return [str(one["title"]) for one in changed]


async def _slugs(session: AsyncSession) -> list[str]:
    rows = await session.scalars(select(Connection))
    return [str(row.toolset["slug"]) for row in rows if row.toolset and "slug" in row.toolset]


def _fresh(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What waits for an owner now, and did not before."""
    known = {one["hash"] for one in before["changed"]} if before else set()
    return [one for one in now["changed"] if one["hash"] not in known]


def _named(tools: Sequence[Mapping[str, Any]]) -> str:
    names = [f"“{one['title']}”" for one in tools[:SHOWN]]
    more = len(tools) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
