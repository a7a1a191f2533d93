"""Messages arrive: in plainer forms where blocks are refused, in a pace that Slack allows."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientError
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError

from bot.slack.blocks import section
from bot.slack.client import user_groups
from bot.slack.messages import Identity, Message, Place
from bot.slack.sender import BURST, PACE, CannotPost, Pace, Sender
from tests.support.slack import FakeSlack

PLACE = Place("C1", "1.0")
RICH = Message("plain words", [section("rich")], plainer=[[section("older")]])


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
def sender(slack: FakeSlack) -> Sender:
    return slack.sender()


def refusing(slack: FakeSlack, *errors: str) -> None:
    """Each call is refused with the next error, until there are none left."""
    left = list(errors)
    slack.refuse = lambda _method, _arguments: left.pop(0) if left else ""


async def test_a_message_goes_where_it_belongs_under_the_agents_name(
    slack: FakeSlack, sender: Sender
) -> None:
    ts = await sender.post(PLACE, [Message("hi")], Identity("Tony", ":mag:"))
    [sent] = slack.of("chat_postMessage")
    assert slack.posts[ts]["text"] == "hi"
    assert (sent["channel"], sent["thread_ts"]) == ("C1", "1.0")
    assert (sent["username"], sent["icon_emoji"]) == ("Tony", ":mag:")
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


async def test_several_messages_come_in_order_and_the_first_one_counts(
    slack: FakeSlack, sender: Sender
) -> None:
    ts = await sender.post(PLACE, [Message("one"), Message("two")])
    assert [post["text"] for post in slack.posts.values()] == ["one", "two"]
    assert slack.posts[ts]["text"] == "one"


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long", "invalid_arguments"])
async def test_refused_blocks_are_sent_in_an_older_form_and_at_last_as_text(
    slack: FakeSlack, sender: Sender, error: str
) -> None:
    refusing(slack, error, error)
    await sender.post(PLACE, [RICH])
    forms = [sent["blocks"] for sent in slack.of("chat_postMessage")]
    assert forms == [[section("rich")], [section("older")], []]
    assert [sent["text"] for sent in slack.of("chat_postMessage")] == ["plain words"] * 3


async def test_where_even_the_text_is_refused_it_is_an_error(
    slack: FakeSlack, sender: Sender
) -> None:
    refusing(slack, *["invalid_blocks"] * 3)
    with pytest.raises(SlackApiError):
        await sender.post(PLACE, [RICH])


async def test_other_refusals_are_not_tried_again(slack: FakeSlack, sender: Sender) -> None:
    refusing(slack, "internal_error")
    with pytest.raises(SlackApiError):
        await sender.post(PLACE, [RICH])
    assert len(slack.calls) == 1


@pytest.mark.parametrize(
    "reason",
    [
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "restricted_action_thread_locked",
    ],
)
async def test_where_the_bot_may_not_write_that_is_said_by_its_reason(
    slack: FakeSlack, sender: Sender, reason: str
) -> None:
    refusing(slack, reason)
    with pytest.raises(CannotPost) as caught:
        await sender.post(PLACE, [RICH])
    assert caught.value.reason == reason


async def test_a_long_text_is_cut_to_what_slack_takes(slack: FakeSlack, sender: Sender) -> None:
    await sender.post(PLACE, [Message("x" * 9000)])
    assert len(slack.of("chat_postMessage")[0]["text"]) == 4000


async def test_an_edit_of_a_message_that_is_gone_is_not_an_error(
    slack: FakeSlack, sender: Sender
) -> None:
    ts = await sender.post(PLACE, [Message("hi")])
    assert await sender.update("C1", ts, Message("ho"))
    assert slack.posts[ts]["text"] == "ho"
    assert not await sender.update("C1", "99.0", Message("ho"))
    refusing(slack, "not_in_channel")
    assert not await sender.update("C1", ts, Message("hu"))


async def test_an_edit_falls_back_to_plainer_forms_too(slack: FakeSlack, sender: Sender) -> None:
    ts = await sender.post(PLACE, [Message("hi")])
    refusing(slack, "invalid_blocks")
    assert await sender.update("C1", ts, RICH)
    assert slack.posts[ts]["blocks"] == [section("older")]


async def test_a_whisper_or_direct_message_that_fails_is_not_an_error(
    slack: FakeSlack, sender: Sender
) -> None:
    assert await sender.whisper(PLACE, "U1", "psst")
    [whisper] = slack.of("chat_postEphemeral")
    assert (whisper["user"], whisper["thread_ts"]) == ("U1", "1.0")
    assert await sender.tell("U1", "hello")
    assert slack.texts("DU1") == ["hello"]
    slack.refuse = lambda _method, _arguments: "user_not_found"
    assert not await sender.whisper(PLACE, "U1", "psst")
    assert not await sender.tell("U1", "hello")


class Wall:
    """A clock on a wall that moves only by waiting for it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def timer(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


async def test_after_a_short_burst_posts_keep_their_distance() -> None:
    wall = Wall()
    pace = Pace(wall.timer, wall.sleep)
    for _ in range(BURST):
        await pace.wait("C1")
    assert wall.waits == []
    for _ in range(3):
        await pace.wait("C1")
    assert wall.waits == [PACE] * 3


async def test_channels_do_not_wait_for_each_other() -> None:
    wall = Wall()
    pace = Pace(wall.timer, wall.sleep)
    for number in range(20):
        await pace.wait(f"C{number}")
    assert wall.waits == []


@given(st.lists(st.floats(0, 5), max_size=40))
async def test_no_pattern_of_posts_is_faster_than_slack_allows(pauses: list[float]) -> None:
    wall = Wall()
    pace = Pace(wall.timer, wall.sleep)
    sent: list[float] = []
    for pause in pauses:
        wall.now += pause
        await pace.wait("C1")
        sent.append(wall.now)
    for count in range(BURST + 1, len(sent) + 1):
        for last in range(count, len(sent) + 1):
            window = sent[last - count : last]
            assert window[-1] - window[0] >= (count - BURST) * PACE - 1e-6


async def test_reading_a_user_group_says_why_it_could_not_be_read() -> None:
    class Client:
        def __init__(self, outcome: Any) -> None:
            self._outcome = outcome

        async def usergroups_users_list(self, usergroup: str) -> dict[str, Any]:
            if isinstance(self._outcome, Exception):
                raise self._outcome
            return {"ok": True, "users": [usergroup]}

    async def read(outcome: Any) -> Any:
        client: Any = Client(outcome)
        return await user_groups(client)("S1")

    assert await read(None) == ["S1"]
    for trouble in (ClientError("down"), TimeoutError()):
        with pytest.raises(LookupError, match="could not be read"):
            await read(trouble)
