"""The agent's panel in Slack: what a person could ask first."""

from __future__ import annotations

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.handlers.services import Services
from bot.people.organisations import Site
from bot.slack.blocks import clip
from bot.store.crew import agents_for
from bot.store.rights import Right, may
from bot.store.tables import Agent

log = structlog.get_logger(__name__)

MOST = 4
"""Prompts that Slack shows."""

TITLE = "Ask the crew"

STARTERS = {
    "debugger": ("what is open?", "which incidents are open, and who is on call?"),
    "analyst": ("what changed?", "compare this week with the week before, and say what stands out"),
    "product_manager": ("what matters?", "what matters most to our users right now, and why?"),
}
"""A short name and a question, by an agent's type."""

ANY = ("what can you see?", "what can you look into?")


async def suggest(services: Services, site: Site, user_id: str, channel: str) -> None:
    """Offers a first question for each agent that is there for the person.

    It is a convenience: where Slack does not show such prompts, nothing is missing.
    """
    member = await services.acquaintance.member(
        site.organisation_id, site.workspace.team_id, user_id
    )
    if not may(member, Right.ASK):
        return
    async with services.store.reading(site.organisation_id) as session:
        crew = await agents_for(session, member.id)
    if not crew:
        return
    try:
        await services.client.assistant_threads_setSuggestedPrompts(
            channel_id=channel, title=TITLE, prompts=[_prompt(agent) for agent in crew[:MOST]]
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.info("slack.no_prompts", error=str(error))


def _prompt(agent: Agent) -> dict[str, str]:
    title, question = STARTERS.get(agent.type, ANY)
    return {
        "title": clip(f"{agent.name}: {title}", 75),
        "message": f"@{agent.handle} {question}",
    }
