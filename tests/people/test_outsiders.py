"""Guests, people of other companies and apps: refused, unless an owner allows it in a channel."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.agents.permit import Halt, Permit
from bot.handlers.team import REMOVE
from bot.store.people import find_member
from bot.store.tables import Conversation, Member, Run
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL, TEAM

QUESTION = "@debugger is the mast lamp on?"

KINDS: dict[str, dict[str, Any]] = {
    "a guest of this workspace": {"is_restricted": True},
    "from another company's workspace": {"team_id": "T0OTHER", "is_stranger": True},
    "an app": {"is_bot": True},
}


async def asked(desk: Desk, channel: str = CHANNEL) -> Halt | None:
    """Whether the run of the latest question in a channel may begin."""
    async with desk.harbor.store.reading(ORGANISATION) as session:
        wanted = select(Run).join(Conversation, Conversation.id == Run.conversation_id)
        wanted = wanted.where(Conversation.channel_id == channel).order_by(Run.id.desc())
        run = (await session.scalars(wanted)).first()
        assert run is not None, "no run was started"
        conversation = await session.get_one(Conversation, run.conversation_id)
        asker = await session.get_one(Member, run.asked_by)
    await desk.services.acquaintance.member(ORGANISATION, TEAM, asker.user_id)
    permit = Permit(desk.harbor.store, desk.harbor.queue, default_model="")
    return await permit.halt(run, conversation, desk.harbor.debugger)


@pytest.mark.parametrize(("why", "account"), KINDS.items())
async def test_they_are_refused_with_the_reason(
    desk: Desk, why: str, account: dict[str, Any]
) -> None:
    desk.slack.add("UDANA", "Dana", **account)
    await desk.say("UDANA", QUESTION)
    halt = await asked(desk)
    assert halt is not None
    assert f"you are {why}" in halt.words
    assert why in await desk.command("UDANA", "agents")
    assert why in await desk.open_home("UDANA")


@pytest.mark.parametrize(("why", "account"), KINDS.items())
async def test_an_owner_allows_them_for_one_channel(
    desk: Desk, why: str, account: dict[str, Any]
) -> None:
    desk.slack.add("UDANA", "Dana", **account)
    assert "may ask agents from now on" in await desk.command("UANA", "guests allow")
    await desk.say("UDANA", QUESTION)
    assert await asked(desk) is None
    await desk.say("UDANA", QUESTION, channel="COTHER")
    assert await asked(desk, "COTHER") is not None
    await desk.say("UDANA", QUESTION, channel="DDANA")
    assert await asked(desk, "DDANA") is not None
    await desk.command("UANA", "guests refuse")
    assert await asked(desk) is not None


async def test_allowed_to_ask_they_still_use_no_commands_and_are_no_members(desk: Desk) -> None:
    desk.slack.add("UDANA", "Dana", is_restricted=True)
    await desk.command("UANA", "guests allow")
    await desk.say("UDANA", QUESTION)
    assert "you are a guest" in await desk.command("UDANA", "agents")
    assert "Dana" not in await desk.command("UANA", "team")


async def test_a_deactivated_account_is_never_allowed(desk: Desk) -> None:
    desk.slack.add("UDANA", "Dana", deleted=True)
    await desk.command("UANA", "guests allow")
    await desk.say("UDANA", QUESTION)
    assert await asked(desk) is not None


async def test_whoever_slack_says_nothing_about_is_not_served(desk: Desk) -> None:
    await desk.say("USTRANGE", QUESTION)
    halt = await asked(desk)
    assert halt is not None
    assert "not known to me yet" in halt.words


async def test_an_app_is_ignored_in_silence_unless_it_is_allowed(desk: Desk) -> None:
    desk.slack.add("UBOT2", "Alerts", is_bot=True)
    await desk.say("UBOT2", QUESTION, bot_id="B2")
    assert await desk.jobs("run") == []
    assert await desk.jobs("say") == []
    await desk.command("UANA", "guests allow")
    await desk.say("UBOT2", QUESTION, bot_id="B2", ts="5.1")
    assert len(await desk.jobs("run")) == 1
    await desk.say("UBOT2", "more of the same", bot_id="B2", ts="5.2", thread_ts="5.1")
    assert len(await desk.jobs("run")) == 1


async def test_a_press_from_another_company_is_answered(desk: Desk) -> None:
    """Slack names that company's workspace; the message tells ours."""
    desk.slack.add("UEVE", "Eve", team_id="TPARTNER", is_stranger=True)
    body = {
        "team": {"id": "TPARTNER"},
        "user": {"id": "UEVE", "team_id": "TPARTNER"},
        "channel": {"id": CHANNEL},
        "message": {"team": TEAM},
        "actions": [{"action_id": REMOVE, "value": f"{ORGANISATION}:UBO"}],
    }
    told = await desk._call("action", REMOVE, body)
    assert "you are from another company's workspace" in told
    async with desk.harbor.store.reading(ORGANISATION) as session:
        bo = await find_member(session, "UBO")
    assert bo is not None
    assert bo.removed_at is None


async def test_guests_are_allowed_in_channels_only(desk: Desk) -> None:
    assert "Type this in the channel" in await desk.command("UANA", "guests allow", channel="DANA")
    assert "refused here" in await desk.command("UBO", "guests")
