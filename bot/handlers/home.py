"""The App Home tab: what one pinned, who can be asked, what is reported and connected."""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.pins import Pinned, pins_of
from bot.handlers.agents_list import Roll, new_button
from bot.handlers.agents_roll import roll_of
from bot.handlers.connections import overview
from bot.handlers.connections_views import Overview, add_button, overview_blocks
from bot.handlers.home_reports import Shelved, shelved
from bot.handlers.services import Services
from bot.people.organisations import Site
from bot.slack.blocks import actions, context, divider, header, section
from bot.slack.messages import Block

AGENTS = 15
"""Agents that are listed beside pinned ones: with all the rest they stay within the 100 blocks
that Slack allows the tab."""


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
    roll = await roll_of(services, member)
    async with services.store.reading(site.organisation_id) as session:
        pins = await pins_of(session, member.id)
        reports = await shelved(session, member, pins)
    blocks: list[Block] = [
        header("Quarterdeck"),
        section(
            "Mention an agent in a channel that I am in, or write to me here. "
            "Nothing is changed anywhere before a person presses Approve."
        ),
        *_pinned(roll, reports, pins),
        *_agents(roll),
        *_reports(roll, reports, pins),
        divider(),
        header("Connections"),
        *_connections(await overview(services, site.organisation_id, member)),
        context("`/ops help` lists the commands. Answers can be wrong: their steps are shown."),
    ]
    await services.client.views_publish(user_id=user_id, view={"type": "home", "blocks": blocks})


def _pinned(
    roll: Roll, reports: Sequence[Shelved], pins: Sequence[tuple[Pinned, str]]
) -> list[Block]:
    """What the person pinned, in the order in which they did."""
    found = {(Pinned.AGENT, one.id): roll.entry(one) for one in roll.agents}
    found |= {(one.kind, one.subject): one.entry(roll.member, pinned=True) for one in reports}
    shown = [found[one] for one in pins if one in found]
    return [divider(), header("Pinned"), *shown] if shown else []


def _agents(roll: Roll) -> list[Block]:
    rest = [one for one in roll.agents if one.id not in roll.pinned]
    blocks = [roll.entry(one) for one in rest[:AGENTS]]
    if len(rest) > AGENTS:
        blocks.append(context(f"And {len(rest) - AGENTS} more: `/ops agents`"))
    if not roll.agents:
        blocks.append(section("There are no agents yet."))
    return [divider(), header("Agents"), *blocks, actions(new_button(roll.member))]


def _reports(
    roll: Roll, reports: Sequence[Shelved], pins: Sequence[tuple[Pinned, str]]
) -> list[Block]:
    rest = [one for one in reports if (one.kind, one.subject) not in pins]
    if not rest:
        return []
    entries = [one.entry(roll.member, pinned=False) for one in rest]
    return [divider(), header("Reports"), *entries]


def _connections(found: Overview) -> list[Block]:
    """What `/ops connections` lists, with the same menus."""
    blocks = overview_blocks(found)
    if not blocks:
        blocks = [section("No service is connected yet.")]
    if found.editable:
        blocks.append(add_button())
    return blocks
