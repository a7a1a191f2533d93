"""An agent's settings: what somebody wants them to be, whether that can be, and what changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.channel_defaults import channels_of, set_channels
from bot.agents.colleagues import exists_for, why_not_connect
from bot.agents.models.choosing import Installed, shelf_of
from bot.agents.naming import Amiss, read_icon, read_name
from bot.agents.reach import drop_unfitting, keep_only
from bot.agents.types import TYPES
from bot.store.crew import handle_of
from bot.store.rights import Right, may
from bot.store.tables import Agent, AgentLink, Channel, Member, Visibility, Workspace

LONGEST_DESCRIPTION = 200
LONGEST_PROMPT = 3000
"""Characters that a text box of Slack's modals takes."""


@dataclass(frozen=True)
class Wish:
    """How somebody wants an agent to be.

    `colleagues` are ids of agents, `channels` of Slack's, `connections` of those that it keeps.
    None leaves them as they are, and so does a `prompt` or `visibility` that was not shown.
    """

    name: str
    type: str
    description: str = ""
    icon: str = ""
    prompt: str | None = None
    model: str = ""
    visibility: Visibility | None = None
    colleagues: Collection[str] | None = None
    channels: Collection[str] | None = None
    connections: Collection[str] | None = None


async def outfit(
    session: AsyncSession, installed: Installed, who: Member, team_id: str, agent: Agent, wish: Wish
) -> list[str]:
    """Gives an agent what is wished. What changed, in words; raises Amiss with the field."""
    told = await _name(session, who, agent, wish)
    told += await _type(session, agent, wish)
    told += _words(agent, wish)
    told += await _model(session, installed, who, agent, wish.model)
    session.add(agent)
    await session.flush()
    told += await _visibility(session, who, agent, wish.visibility)
    if wish.colleagues is not None:
        told += await _colleagues(session, who, agent, wish.colleagues)
    if wish.channels is not None:
        told += await _channels(session, who, team_id, agent, wish.channels)
    if wish.connections is not None and may(who, Right.SET_ACCESS):
        lost = await keep_only(session, agent, wish.connections)
        told += [f"no access to {place} any more" for place in lost]
    return told


async def _name(session: AsyncSession, who: Member, agent: Agent, wish: Wish) -> list[str]:
    name = read_name(wish.name)
    if name == agent.name:
        return []
    handle = handle_of(name)
    same = await session.scalar(select(Agent).where(Agent.handle == handle, Agent.id != agent.id))
    if same is not None:
        raise Amiss("name", _taken(same, who))
    before, agent.name, agent.handle = agent.name, name, handle
    return [f"the name is {name}, mentioned as @{handle}"] if before else [f"@{handle}"]


def _taken(same: Agent, who: Member) -> str:
    if not exists_for(same, who.id):
        return "This name is taken. Choose another."
    if same.archived_at is not None:
        return (
            f"{same.name}, which is archived, has this name. Bring it back with "
            "/ops agents archived, or choose another."
        )
    return f"{same.name} is mentioned as @{same.handle} already. Choose another name."


async def _type(session: AsyncSession, agent: Agent, wish: Wish) -> list[str]:
    if wish.type not in TYPES:
        raise Amiss("type", "Choose a type from the list.")
    before, agent.type = agent.type, wish.type
    if before in ("", wish.type):
        return []
    lost = await drop_unfitting(session, agent)
    told = [f"the type is {TYPES[agent.type].title}"]
    return told + [f"no access to {place} any more, which that type does not use" for place in lost]


def _words(agent: Agent, wish: Wish) -> list[str]:
    """Description, icon and the team's own prompt."""
    told = []
    description = " ".join(wish.description.split())
    if len(description) > LONGEST_DESCRIPTION:
        raise Amiss("description", f"At most {LONGEST_DESCRIPTION} characters fit.")
    icon = read_icon(wish.icon) or TYPES[agent.type].icon
    if icon != agent.icon:
        told += [f"the icon is {icon}"] if agent.icon else []
        agent.icon = icon
    if description != agent.description:
        agent.description = description
        told.append(f"the description is “{description}”" if description else "no description")
    prompt = agent.prompt if wish.prompt is None else wish.prompt.strip()
    if len(prompt) > LONGEST_PROMPT:
        raise Amiss("prompt", f"At most {LONGEST_PROMPT:,} characters fit.")
    if prompt != agent.prompt:
        agent.prompt = prompt
        told.append(
            f"its own instructions are: {prompt}" if prompt else "no instructions of its own"
        )
    return told


async def _model(
    session: AsyncSession, installed: Installed, who: Member, agent: Agent, model: str
) -> list[str]:
    """One that was chosen on another plan may stay."""
    if model == agent.model:
        return []
    agent.model = model
    if not model:
        return ["the model is that of its type"]
    shelf = await shelf_of(session, who.organisation_id, installed)
    entry = next((one for one in shelf.offered if one.id == model), None)
    if entry is None:
        raise Amiss("model", f"This model is not offered on the plan {shelf.plan.title}.")
    return [f"the model is {entry.title}"]


async def _visibility(
    session: AsyncSession, who: Member, agent: Agent, wanted: Visibility | None
) -> list[str]:
    if wanted is None or wanted == agent.visibility:
        return []
    if agent.created_by != who.id:
        raise Amiss("visibility", "Only the person who made an agent can make it theirs alone.")
    agent.visibility = wanted
    if wanted is Visibility.EVERYONE:
        return ["it is there for everyone"]
    await set_channels(session, "", agent.id, ())
    others = select(Agent.id).where(Agent.created_by != who.id)
    await session.execute(
        delete(AgentLink).where(AgentLink.connected_id == agent.id, AgentLink.agent_id.in_(others))
    )
    return [f"it is there for {who.name} alone"]


async def _colleagues(
    session: AsyncSession, who: Member, agent: Agent, wanted: Collection[str]
) -> list[str]:
    """Connects an agent to others. Links to what a member cannot see stay as they are."""
    links = await session.scalars(select(AgentLink).where(AgentLink.agent_id == agent.id))
    rows = {one.connected_id: one for one in links}
    found = await session.scalars(select(Agent).where(Agent.id.in_({*rows, *wanted})))
    agents = {one.id: one for one in found}
    seen = {one for one in rows if exists_for(agents[one], who.id)}
    gone, new = sorted(seen - set(wanted)), sorted(set(wanted) - set(rows))
    for one in gone:
        await session.delete(rows[one])
    await session.flush()
    for one in new:
        why = await why_not_connect(session, agent, agents.get(one), who.id)
        if why:
            raise Amiss("colleagues", why)
        session.add(AgentLink(agent_id=agent.id, connected_id=one))
        await session.flush()
    return [f"it may ask {agents[one].name}" for one in new] + [
        f"it may not ask {agents[one].name} any more" for one in gone
    ]


async def _channels(
    session: AsyncSession, who: Member, team_id: str, agent: Agent, wanted: Collection[str]
) -> list[str]:
    before = set(await channels_of(session, agent.id))
    if before == set(wanted):
        return []
    if agent.visibility == Visibility.ONLY_ME and wanted:
        words = "An agent that is there for you alone cannot answer for a channel."
        raise Amiss("channels", words)
    for channel_id in set(wanted) - before:
        if await _owner(session, team_id, channel_id) != who.organisation_id:
            raise Amiss("channels", "One of these channels belongs to another organisation.")
    await set_channels(session, team_id, agent.id, wanted)
    places = ", ".join(f"<#{one}>" for one in sorted(wanted))
    return [f"it is the default in {places}" if places else "it is no channel's default any more"]


async def _owner(session: AsyncSession, team_id: str, channel_id: str) -> str:
    """The organisation that a channel belongs to."""
    given = await session.get(Channel, {"team_id": team_id, "channel_id": channel_id})
    if given is not None:
        return given.organisation_id
    return (await session.get_one(Workspace, team_id)).organisation_id
