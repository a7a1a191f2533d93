"""Calls that name their connection themselves, as people's buttons and reports do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.base import Connector
from bot.connectors.errors import NotFound
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import Desk, Target
from bot.gate.kinds import kind_of
from bot.gate.opening import parse_form
from bot.store.rights import Right, is_active, may
from bot.store.tables import Approval, Connection, Member, StandingApproval

_GONE = "The connection was removed in the meantime."


async def named(
    session: AsyncSession, connection_id: str, verb: str, arguments: Mapping[str, Any]
) -> Target:
    """What such a call means.

    Args:
        verb: the tool's name without the connector's slug.

    Raises:
        NotFound: the connection or its connector is gone.
        Invalid: the arguments are wrong.
    """
    connection, kind = await _connection(session, connection_id)
    tool = kind.tools[verb]
    parsed = tool.parse(arguments)
    settings = parse_form(kind.Settings, connection.settings)
    return Target(kind, tool, connection, parsed, tool.access_for(settings, parsed))


async def still_allowed(desk: Desk, caller: Caller, approval: Approval) -> Target:
    """An approved call of whatever kind, if it is allowed still.

    Raises:
        NotFound: who asked may not any more, or the connection is gone.
    """
    if caller.kind is CallerKind.AGENT:
        return await desk.target_of(caller, approval)
    async with desk.store.reading(caller.organisation_id) as session:
        _, kind = await _connection(session, approval.connection_id)
        if approval.standing_id is None:
            await _refuse_the_gone(session, approval.requested_by)
        else:
            await in_force(session, approval.standing_id)
        verb = approval.tool.removeprefix(f"{kind.slug}_")
        if verb not in kind.tools:
            raise NotFound("The service's connector does not have this any more.")
        return await named(session, approval.connection_id, verb, approval.arguments)


async def in_force(session: AsyncSession, standing_id: str) -> StandingApproval:
    """A standing approval that holds now.

    Raises:
        NotFound: it was revoked, or whoever gave it may not give it any more.
    """
    standing = await session.get_one(StandingApproval, standing_id)
    if standing.revoked_at is not None:
        raise NotFound("The standing approval was revoked.")
    giver = await session.get_one(Member, standing.given_by)
    if not may(giver, Right.ALLOW_TICKETS):
        raise NotFound(f"{giver.name}, who gave the standing approval, is no longer an owner.")
    return standing


async def _connection(
    session: AsyncSession, connection_id: str
) -> tuple[Connection, type[Connector]]:
    connection = await session.get(Connection, connection_id)
    kind = kind_of(connection) if connection else None
    if connection is None or connection.removed_at is not None or kind is None:
        raise NotFound(_GONE)
    return connection, kind


async def _refuse_the_gone(session: AsyncSession, member_id: str) -> None:
    member = await session.get_one(Member, member_id)
    if not is_active(member):
        raise NotFound(f"{member.name} does not belong to the organisation any more.")
