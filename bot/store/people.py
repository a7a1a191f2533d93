"""Workspaces, organisations and members."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.database import Store
from bot.store.racing import again_if_raced
from bot.store.tables import Member, Organisation, Workspace

NOT_MET = "not known to me yet, because Slack did not answer; try again in a moment"
"""Why somebody of whom nothing is known is not served, after "you are"."""


async def find_workspace(store: Store, team_id: str) -> Workspace | None:
    async with store.looking() as session:
        return await session.get(Workspace, team_id)


async def ensure_workspace(
    store: Store, *, team_id: str, name: str, bot_user_id: str, plan: str, now: datetime
) -> Workspace:
    """The workspace; when it is new, with a default organisation on `plan`, named after it."""

    async def ensure() -> Workspace:
        async with store.installation() as session:
            workspace = await session.get(Workspace, team_id)
            if workspace is None:
                organisation = Organisation(name=name, plan=plan, created_at=now)
                session.add(organisation)
                await session.flush()
                workspace = Workspace(
                    team_id=team_id,
                    organisation_id=organisation.id,
                    name=name,
                    bot_user_id=bot_user_id,
                    created_at=now,
                )
                session.add(workspace)
            workspace.name, workspace.bot_user_id = name, bot_user_id
        return workspace

    return await again_if_raced(ensure)


async def organisations(store: Store) -> Sequence[Organisation]:
    async with store.looking() as session:
        return (await session.scalars(select(Organisation).order_by(Organisation.id))).all()


async def find_member(session: AsyncSession, user_id: str) -> Member | None:
    found: Member | None = await session.scalar(select(Member).where(Member.user_id == user_id))
    return found


async def ensure_member(session: AsyncSession, user_id: str, *, now: datetime) -> Member:
    """The row of a Slack account. Somebody new is served once Slack was asked about them."""
    member = await find_member(session, user_id)
    if member is None:
        member = Member(user_id=user_id, name=f"<@{user_id}>", joined_at=now, outsider=NOT_MET)
        session.add(member)
        await session.flush()
    return member
