"""The agent's panel in Slack: what a person could ask first."""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.agents.following_up import left_open
from bot.handlers.services import Services
from bot.people.organisations import Site
from bot.slack.blocks import clip
from bot.store.crew import agents_for
from bot.store.rights import Right, may
from bot.store.tables import Agent

log = structlog.get_logger(__name__)

MOST = 4
"""Prompts that Slack shows."""

MOST_LEFT_OPEN = 2
"""How many of them go on from the last answer."""

TITLE = "Ask the crew"

STARTERS = {
    "debugger": ("what is open?", "which incidents are open, and who is on call?"),
    "analyst": ("what changed?", "compare this week with the week before, and say what stands out"),
    "product_manager": ("what matters?", "what matters most to our users right now, and why?"),
}
"""A short name and a question, by an agent's type."""

ANY = ("what can you see?", "what can you look into?")


async def suggest(services: Services, site: Site, user_id: str, channel: str) -> None:
    """Offers what the person's last answer here left to ask, and a first question for each agent
    that is there for them.

    It is a convenience: where Slack does not show such prompts, nothing is missing.
    """
    member = await services.acquaintance.member(
        site.organisation_id, site.workspace.team_id, user_id
    )
    if not may(member, Right.ASK):
        return
    async with services.store.reading(site.organisation_id) as session:
        crew = await agents_for(session, member.id)
        team_id = site.workspace.team_id
        run, open_ones = await left_open(session, member, team_id, channel, services.store.clock())
    answered = next((one for one in crew if run is not None and one.id == run.agent_id), None)
    further = [_prompt(answered, one.label, one.question) for one in open_ones] if answered else []
    prompts = [*further[:MOST_LEFT_OPEN], *(_starter(agent) for agent in crew)][:MOST]
    if not prompts:
        return
    await _offer(services, channel, prompts)


async def _offer(services: Services, channel: str, prompts: Sequence[dict[str, str]]) -> None:
    try:
        await services.client.assistant_threads_setSuggestedPrompts(
            channel_id=channel, title=TITLE, prompts=list(prompts)
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.info("slack.no_prompts", error=str(error))


def _starter(agent: Agent) -> dict[str, str]:
    return _prompt(agent, *STARTERS.get(agent.type, ANY))


def _prompt(agent: Agent, title: str, question: str) -> dict[str, str]:
    return {
        "title": clip(f"{agent.name}: {title}", 75),
        "message": f"@{agent.handle} {question}",
    }
