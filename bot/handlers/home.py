"""The App Home tab: who can be asked, what is connected, how to begin."""

from __future__ import annotations

from bot.gate.desk import place_of
from bot.handlers.commands.connections import LAMPS
from bot.handlers.services import Services
from bot.people.organisations import Site
from bot.slack.blocks import context, divider, escape, header, section
from bot.slack.messages import Block
from bot.store import crew
from bot.store.tables import ConnectionStatus


async def show_home(services: Services, site: Site, user_id: str) -> None:
    """Publishes the tab for one person, of the organisation of their direct messages."""
    member = await services.acquaintance.member(
        site.organisation_id, site.workspace.team_id, user_id
    )
    if member.outsider:
        words = f"Only members of this organisation are shown more, and you are {member.outsider}."
        view = {"type": "home", "blocks": [header("Quarterdeck"), section(words)]}
        await services.client.views_publish(user_id=user_id, view=view)
        return
    async with services.store.reading(site.organisation_id) as session:
        agents = await crew.agents(session)
        connections = await crew.connections(session)
    blocks: list[Block] = [
        header("Quarterdeck"),
        section(
            "Mention an agent in a channel that I am in, or write to me here. "
            "Nothing is changed anywhere before a person presses Approve."
        ),
        divider(),
        header("Agents"),
        *[section(f"{one.icon} *{escape(one.name)}*  `@{one.handle}`") for one in agents[:30]],
        divider(),
        header("Connections"),
        *[
            section(f"{LAMPS[ConnectionStatus(one.status)][0]} {escape(place_of(one))}")
            for one in connections[:30]
        ],
        context("`/ops help` lists the commands. Answers can be wrong: their steps are shown."),
    ]
    await services.client.views_publish(user_id=user_id, view={"type": "home", "blocks": blocks})
