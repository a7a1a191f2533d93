"""The App Home tab: who can be asked, what is connected, how to begin."""

from __future__ import annotations

from bot.gate.desk import place_of
from bot.handlers.commands.connections import LAMPS
from bot.handlers.services import Services
from bot.slack.blocks import context, divider, escape, header, section
from bot.slack.messages import Block
from bot.store import crew
from bot.store.tables import ConnectionStatus, Workspace


async def show_home(services: Services, workspace: Workspace, user_id: str) -> None:
    """Publishes the tab for one person."""
    async with services.store.reading(workspace.organisation_id) as session:
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
