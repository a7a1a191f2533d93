"""Agents and connections."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Agent, Connection, Member, Visibility


def handle_of(name: str) -> str:
    """How an agent's name is mentioned: "Product Manager" becomes "product-manager"."""
    plain = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"[\W_]+", "-", plain).strip("-")


async def agents(session: AsyncSession) -> Sequence[Agent]:
    """The agents that are not archived, by name; private ones too, so not for people's eyes."""
    found = select(Agent).where(Agent.archived_at.is_(None)).order_by(Agent.name)
    return (await session.scalars(found)).all()


async def agents_for(session: AsyncSession, member_id: str = "") -> Sequence[Agent]:
    """The agents that are there for a member, by name; without one, those that are for all."""
    found = select(Agent).where(Agent.archived_at.is_(None), there_for(member_id))
    return (await session.scalars(found.order_by(Agent.name))).all()


async def crew_of(session: AsyncSession, user_id: str) -> tuple[Member | None, Sequence[Agent]]:
    """A Slack account's member, and the agents that are there for it, by name.

    One statement: every message that may be for an agent comes through here. Of an organisation
    without agents the member is not told.
    """
    own = and_(Agent.created_by == Member.id, Agent.created_by != "")
    found = (
        select(Agent, Member)
        .select_from(Agent)
        .outerjoin(Member, Member.user_id == user_id)
        .where(Agent.archived_at.is_(None), or_(Agent.visibility != Visibility.ONLY_ME, own))
        .order_by(Agent.name)
    )
    rows = (await session.execute(found)).all()
    return (rows[0][1] if rows else None), [row[0] for row in rows]


def there_for(member_id: str) -> ColumnElement[bool]:
    """The condition for agents that a member may know of; without one, nobody's private ones."""
    shared = Agent.visibility != Visibility.ONLY_ME
    return or_(shared, and_(Agent.created_by == member_id, Agent.created_by != ""))


async def find_agent(session: AsyncSession, handle: str) -> Agent | None:
    wanted = select(Agent).where(Agent.handle == handle, Agent.archived_at.is_(None))
    found: Agent | None = await session.scalar(wanted)
    return found


async def connections(session: AsyncSession) -> Sequence[Connection]:
    """The connections that were not removed, by label."""
    found = select(Connection).where(Connection.removed_at.is_(None)).order_by(Connection.label)
    return (await session.scalars(found)).all()


async def find_connection(session: AsyncSession, label: str) -> Connection | None:
    found: Connection | None = await session.scalar(
        select(Connection).where(Connection.label == label, Connection.removed_at.is_(None))
    )
    return found
