"""Which events an app gets, for what, and what they say."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import Workspace
from playground.workspace.manifest import parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.helpers import ANA, BOT, INCIDENTS, TEAM, Clock


def sent(ws: Workspace) -> list[Json]:
    """Events in the order of sending; nobody listens, so each is logged as a failed attempt."""
    return [delivery.payload["event"] for delivery in ws.deliveries if delivery.attempt == 0]


async def arrived(ws: Workspace, count: int) -> list[Json]:
    await ws.wait_for(lambda: len(sent(ws)) >= count)
    assert len(sent(ws)) == count
    return sent(ws)


async def quiet(ws: Workspace) -> None:
    """Everything that was going to be sent has been sent before this marker."""
    ws.emit({"type": "marker"})
    await ws.wait_for(lambda: any(event["type"] == "marker" for event in sent(ws)))


async def test_a_mention_comes_twice_under_two_event_ids(ws: Workspace) -> None:
    ts = ws.post("ana", "#incidents", "@ops why is checkout slow?")

    events = await arrived(ws, 2)

    assert {event["type"] for event in events} == {"message", "app_mention"}
    assert {event["ts"] for event in events} == {ts}
    assert {event["text"] for event in events} == {f"<@{BOT}> why is checkout slow?"}
    envelopes = [delivery.payload for delivery in ws.deliveries]
    assert len({envelope["event_id"] for envelope in envelopes}) == 2


async def test_the_envelope_names_workspace_app_and_bot(ws: Workspace) -> None:
    ws.post("ana", "#incidents", "hello")
    await arrived(ws, 1)

    envelope = ws.deliveries[0].payload

    assert envelope["type"] == "event_callback"
    assert (envelope["team_id"], envelope["api_app_id"]) == (TEAM, "A0QUARTERDECK")
    assert envelope["authorizations"][0]["user_id"] == BOT
    assert envelope["is_ext_shared_channel"] is False


async def test_a_typed_name_that_nobody_has_stays_text(ws: Workspace) -> None:
    ws.post("ana", "#incidents", "@debugger look at <this> & that")

    (event,) = await arrived(ws, 1)

    assert event["text"] == "@debugger look at &lt;this&gt; &amp; that"
    elements = event["blocks"][0]["elements"][0]["elements"]
    assert elements == [{"type": "text", "text": "@debugger look at <this> & that"}]


async def test_a_user_group_is_an_entity_and_no_mention_of_the_app(ws: Workspace) -> None:
    ws.post("ana", "#incidents", "@oncall please")

    (event,) = await arrived(ws, 1)

    assert event["text"] == "<!subteam^S0ONCALL|@oncall> please"


async def test_nothing_comes_from_a_channel_that_the_bot_is_not_in(ws: Workspace) -> None:
    ws.post("ana", "#general", "hello")
    ws.post("ana", "#ops-private", "hello")

    await quiet(ws)

    assert [event["type"] for event in sent(ws)] == ["marker"]


async def test_a_mention_waits_until_the_bot_is_invited(ws: Workspace) -> None:
    ts = ws.post("ana", "#general", "@ops are you there?")
    await quiet(ws)
    assert [event["type"] for event in sent(ws)] == ["marker"]

    ws.invite_bot("ana", "#general")

    events = await arrived(ws, 4)
    kinds = {event["type"]: event for event in events}
    assert kinds["app_mention"]["ts"] == ts
    assert kinds["member_joined_channel"]["user"] == BOT
    assert kinds["member_joined_channel"]["inviter"] == ANA
    assert kinds["message"]["subtype"] == "channel_join"


async def test_a_direct_message_is_a_message_and_no_mention(ws: Workspace) -> None:
    ws.post("ana", "@ops", "@ops hello")

    (event,) = await arrived(ws, 1)

    assert (event["type"], event["channel_type"]) == ("message", "im")
    assert event["channel"] == ws.direct("ana")


async def test_only_events_of_the_manifest_are_sent(ws: Workspace) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    ws.react("bo", "#incidents", ts, "eyes")
    ws.react("bo", "#incidents", ts, "eyes", remove=True)

    await quiet(ws)

    kinds = [event["type"] for event in sent(ws)]
    assert "reaction_added" in kinds
    assert "reaction_removed" not in kinds


@pytest.mark.parametrize("missing", ["message.channels", "channels:history"])
async def test_without_subscription_or_scope_only_the_mention_comes(
    manifest_data: Json, clock: Clock, missing: str
) -> None:
    for names in (
        manifest_data["settings"]["event_subscriptions"]["bot_events"],
        manifest_data["oauth_config"]["scopes"]["bot"],
    ):
        if missing in names:
            names.remove(missing)
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        ws.post("ana", "#incidents", "@ops why?")
        await quiet(ws)

        assert {event["type"] for event in sent(ws)} == {"app_mention", "marker"}


async def test_the_bots_own_posts_and_updates_are_sent_too(
    ws: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=INCIDENTS, text="one")
    await client.chat_update(channel=INCIDENTS, ts=posted["ts"], text="two")

    first, second = await arrived(ws, 2)

    assert (first["user"], first["bot_id"], first["text"]) == (BOT, "B0OPSBOT", "one")
    assert second["subtype"] == "message_changed"
    assert second["message"]["text"] == "two"
    assert second["previous_message"]["text"] == "one"
    assert second["ts"] != posted["ts"]


async def test_the_bot_naming_itself_is_no_mention(ws: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=INCIDENTS, text=f"I am <@{BOT}>")

    (event,) = await arrived(ws, 1)

    assert event["type"] == "message"


async def test_an_edit_is_message_changed_and_no_second_mention(ws: Workspace) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    ws.edit("ana", "#incidents", ts, "@ops hello")

    _, event = await arrived(ws, 2)

    assert event["subtype"] == "message_changed"
    assert event["message"]["edited"]["user"] == ANA


async def test_a_deleted_message_is_told(ws: Workspace) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    ws.delete("ana", "#incidents", ts)

    _, event = await arrived(ws, 2)

    assert event["subtype"] == "message_deleted"
    assert event["deleted_ts"] == ts
    assert event["previous_message"]["text"] == "hello"
    assert ws.messages("#incidents") == []


async def test_a_deleted_root_with_replies_becomes_a_tombstone(ws: Workspace) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    ws.post("bo", "#incidents", "a reply", ts)
    ws.delete("ana", "#incidents", ts)

    event = (await arrived(ws, 3))[2]

    assert event["subtype"] == "message_changed"
    assert event["message"]["subtype"] == "tombstone"
    assert [m["text"] for m in ws.messages("#incidents", ts)] == [
        "This message was deleted.",
        "a reply",
    ]


async def test_replies_name_their_root(ws: Workspace) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    ws.post("bo", "#incidents", "a reply", ts)

    root, reply = await arrived(ws, 2)

    assert "thread_ts" not in root
    assert (reply["thread_ts"], reply["parent_user_id"]) == (ts, ANA)
    assert ws.message("#incidents", ts)["reply_count"] == 1


async def test_a_reply_sent_to_the_channel_too_shows_in_both(ws: Workspace) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    ws.post("bo", "#incidents", "for all", ts, broadcast=True)

    _, event = await arrived(ws, 2)

    assert event["subtype"] == "thread_broadcast"
    assert event["root"]["ts"] == ts
    assert [m["text"] for m in ws.messages("#incidents")] == ["hello", "for all"]


async def test_a_person_of_another_company_is_seen_as_such(ws: Workspace) -> None:
    ws.post("eve", "#partner-lighthouse", "hello from outside")
    await arrived(ws, 1)

    envelope = ws.deliveries[0].payload

    assert envelope["is_ext_shared_channel"] is True
    assert envelope["event"]["team"] != envelope["team_id"]


async def test_a_file_is_shared_with_its_message(ws: Workspace) -> None:
    ws.post("ana", "#incidents", "see this", files=[("log.txt", b"boom")])

    message, shared = await arrived(ws, 2)

    assert message["subtype"] == "file_share"
    assert message["files"][0]["name"] == "log.txt"
    assert shared["type"] == "file_shared"
    assert shared["file_id"] == message["files"][0]["id"]


async def test_only_links_of_the_apps_domains_are_told(ws: Workspace) -> None:
    ws.post("ana", "#incidents", "https://ops.example.com/r/1 and https://example.org/x.")

    message, shared = await arrived(ws, 2)

    assert message["text"] == "<https://ops.example.com/r/1> and <https://example.org/x>."
    assert shared["links"] == [{"url": "https://ops.example.com/r/1", "domain": "ops.example.com"}]


async def test_opening_the_tabs_of_the_app_is_told(ws: Workspace) -> None:
    ws.open_app("ana", "home")
    ws.open_app("ana", "messages")

    home, messages = await arrived(ws, 2)

    assert (home["tab"], messages["tab"]) == ("home", "messages")
    assert home["channel"] == messages["channel"] == ws.direct("ana")


async def test_the_stop_button_names_the_running_streams(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    stream = await client.chat_startStream(
        channel=INCIDENTS, thread_ts=ts, recipient_user_id=ANA, recipient_team_id=TEAM
    )
    ws.stop_agent("ana", "#incidents", ts)

    event = (await arrived(ws, 3))[2]

    assert event["type"] == "agent_session_stopped"
    assert event["streaming_message_ts"] == [stream["ts"]]
    assert event["thread_ts"] == ts


async def test_looking_elsewhere_with_the_agent_open_is_told(ws: Workspace) -> None:
    ws.look_at("ana", "#product")

    (event,) = await arrived(ws, 1)

    assert event["type"] == "app_context_changed"
    assert event["context"]["entities"][0]["value"] == "C0PRODUCT"


async def test_an_uninstalled_app_hears_that_and_nothing_more(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ws.uninstall()
    ws.post("ana", "#incidents", "@ops still there?")

    events = await arrived(ws, 2)

    assert {event["type"] for event in events} == {"app_uninstalled", "tokens_revoked"}
