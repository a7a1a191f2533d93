"""Who answers in a channel where the app is mentioned and no agent is named."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import ChannelDefault


async def default_agent_id(session: AsyncSession, team_id: str, channel_id: str) -> str:
    """The id of the channel's default agent, which may be gone; empty where it has none."""
    here = ChannelDefault.team_id == team_id, ChannelDefault.channel_id == channel_id
    return await session.scalar(select(ChannelDefault.agent_id).where(*here)) or ""


async def channels_of(session: AsyncSession, agent_id: str) -> list[str]:
    """The channels that an agent is the default of."""
    found = select(ChannelDefault.channel_id).where(ChannelDefault.agent_id == agent_id)
    return list(await session.scalars(found.order_by(ChannelDefault.channel_id)))


async def set_channels(
    session: AsyncSession, team_id: str, agent_id: str, channels: Collection[str]
) -> None:
    """Makes an agent the default of these channels and no others. Of each there is one."""
    of_agent = ChannelDefault.agent_id == agent_id
    await session.execute(delete(ChannelDefault).where(of_agent))
    here = ChannelDefault.team_id == team_id
    await session.execute(
        delete(ChannelDefault).where(here, ChannelDefault.channel_id.in_(channels))
    )
    session.add_all(
        ChannelDefault(team_id=team_id, channel_id=one, agent_id=agent_id)
        for one in sorted(channels)
    )
