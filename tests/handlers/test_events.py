"""What of Slack's events is a person's message, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents.reception import RUN, Post
from bot.handlers.events import read_post
from bot.scheduling.says import SAY
from bot.store.tables import Channel, Connection
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import BOT_USER, CHANNEL, TEAM

EVENT: dict[str, Any] = {
    "type": "message",
    "channel": "C1",
    "channel_type": "channel",
    "user": "U1",
    "ts": "2.0",
    "text": "hi",
}


def test_a_message_at_the_top_is_the_root_of_its_thread() -> None:
    post = read_post(EVENT)
    assert post == Post("C1", "2.0", "", "U1", "hi")
    assert post.root == "2.0"


def test_a_message_in_a_thread_and_one_in_private() -> None:
    reply = read_post({**EVENT, "thread_ts": "1.0"})
    assert reply is not None
    assert reply.root == "1.0"
    private = read_post({**EVENT, "channel_type": "im"})
    assert private is not None
    assert private.direct


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_a_message_with_a_file_or_so_is_a_persons_too(subtype: str) -> None:
    assert read_post({**EVENT, "subtype": subtype}) is not None


@pytest.mark.parametrize(
    "subtype",
    [
        "message_changed",
        "message_deleted",
        "bot_message",
        "channel_join",
        "channel_topic",
        "message_replied",
        "something_new",
    ],
)
def test_edits_deletions_and_notices_are_none(subtype: str) -> None:
    assert read_post({**EVENT, "subtype": subtype}) is None


def test_a_message_without_an_author_or_text() -> None:
    assert read_post({name: EVENT[name] for name in EVENT if name != "user"}) is None
    empty = read_post({**EVENT, "text": None})
    assert empty is not None
    assert empty.text == ""


@pytest.mark.parametrize("mark", [{"bot_id": "B1"}, {"bot_profile": {"id": "B1"}}])
def test_an_apps_message_is_known_as_one(mark: dict[str, Any]) -> None:
    post = read_post({**EVENT, **mark})
    assert post is not None
    assert post.by_app


async def test_a_persons_message_becomes_work(desk: Desk) -> None:
    await desk.say("UANA", "@debugger how are the lamps?")
    assert len(await desk.jobs(RUN)) == 1


async def test_other_apps_are_left_alone(desk: Desk) -> None:
    await desk.say("UAPP", "@debugger how are the lamps?", bot_id="B9")
    assert await desk.jobs(RUN) == []
    assert await desk.jobs(SAY) == []


async def test_our_own_words_never_start_work_even_where_apps_are_let_in(desk: Desk) -> None:
    """Otherwise an answer that names an agent would ask it, and so on for ever."""
    async with desk.harbor.store.installation() as session:
        session.add(
            Channel(
                team_id=TEAM,
                channel_id=CHANNEL,
                organisation_id=ORGANISATION,
                outsiders_allowed=True,
            )
        )
    await desk.say(BOT_USER, "Write @debugger and ask again.", bot_id="B1")
    await desk.say(BOT_USER, "Write @debuger and ask again.")
    assert await desk.jobs(RUN) == []
    assert await desk.jobs(SAY) == []


async def test_an_event_of_an_unknown_workspace_is_nothing(desk: Desk) -> None:
    listener = desk.listeners.get("event", "message")
    await listener(event=EVENT, context={"team_id": "TOTHER"})
    assert await desk.jobs(RUN) == []
    assert desk.slack.calls == []


async def test_any_other_event_is_taken_and_nothing_follows(desk: Desk) -> None:
    await desk.listeners.get("event", "tokens_revoked")(event={"type": "tokens_revoked"})
    assert desk.slack.calls == []


async def test_the_home_tab_shows_who_can_be_asked_and_what_is_connected(desk: Desk) -> None:
    shown = await desk.open_home("UANA")
    assert "`@debugger`" in shown
    assert "Lamp (Demo)" in shown


async def test_the_home_tab_survives_a_connector_that_was_removed(desk: Desk) -> None:
    async with desk.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Connection, desk.harbor.connection.id)).connector = "gone"
    assert "gone (Demo)" in await desk.open_home("UANA")
    assert "gone (Demo)" in await desk.command("UANA", "connections")
