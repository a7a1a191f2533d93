"""chat.*: what Slack takes, what it refuses, and what it keeps."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import BOT_TOKEN, Workspace
from playground.workspace.manifest import parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.helpers import (
    ANA,
    DANA,
    GENERAL,
    INCIDENTS,
    PRIVATE,
    Clock,
    error_of,
    refusal,
    section,
)

PRODUCT = "C0PRODUCT"


async def test_a_post_is_the_apps_and_appears_in_the_channel(
    ws: Workspace, client: AsyncWebClient
) -> None:
    answer = await client.chat_postMessage(channel=INCIDENTS, text="hello")

    (message,) = ws.messages("#incidents")
    assert message == answer["message"]
    assert (message["app_id"], message["bot_id"]) == ("A0QUARTERDECK", "B0OPSBOT")
    assert message["ts"] == answer["ts"]


async def test_times_only_ever_grow(ws: Workspace, client: AsyncWebClient) -> None:
    first = (await client.chat_postMessage(channel=INCIDENTS, text="1"))["ts"]
    second = (await client.chat_postMessage(channel=INCIDENTS, text="2"))["ts"]

    assert first == "1790000000.000000"
    assert second == "1790000000.000001"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        (PRIVATE, "channel_not_found"),
        (GENERAL, "not_in_channel"),
    ],
)
async def test_where_the_bot_is_not_it_cannot_post(
    client: AsyncWebClient, channel: str, error: str
) -> None:
    assert await error_of(client.chat_postMessage(channel=channel, text="hi")) == error


async def test_with_chat_write_public_it_can_post_in_public_channels(
    manifest_data: Json, clock: Clock
) -> None:
    manifest_data["oauth_config"]["scopes"]["bot"].append("chat:write.public")
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)
        await client.chat_postMessage(channel=GENERAL, text="hi")


async def test_a_direct_conversation_of_others_is_not_found(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ws.post("ana", "@bo", "psst")
    private = next(c.id for c in ws.world.channels.values() if c.kind == "im")

    assert (
        await error_of(client.chat_postMessage(channel=private, text="hi")) == "channel_not_found"
    )


async def test_a_person_as_channel_opens_the_direct_conversation(
    ws: Workspace, client: AsyncWebClient
) -> None:
    answer = await client.chat_postMessage(channel=ANA, text="hi")

    assert answer["channel"] == ws.direct("ana")


async def test_an_archived_channel_takes_nothing(ws: Workspace, client: AsyncWebClient) -> None:
    ws.channel("#incidents").is_archived = True

    assert await error_of(client.chat_postMessage(channel=INCIDENTS, text="hi")) == "is_archived"


async def test_a_post_needs_something_in_it(client: AsyncWebClient) -> None:
    call = client.api_call("chat.postMessage", json={"channel": INCIDENTS, "text": ""})

    assert await error_of(call) == "no_text"


async def test_blocks_without_text_are_warned_of(client: AsyncWebClient) -> None:
    answer = await client.api_call(
        "chat.postMessage", json={"channel": INCIDENTS, "blocks": [section()]}
    )

    assert answer["warning"] == "missing_text_in_message"


async def test_wrong_blocks_are_refused_with_a_pointer(client: AsyncWebClient) -> None:
    blocks = [section(), {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]

    answer = await refusal(client.chat_postMessage(channel=INCIDENTS, text="t", blocks=blocks))

    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"
    ]


async def test_blocks_inside_attachments_are_checked_too(client: AsyncWebClient) -> None:
    attachments = [{"color": "#c00", "blocks": [{"type": "section"}]}]

    answer = await refusal(
        client.chat_postMessage(channel=INCIDENTS, text="t", attachments=attachments)
    )

    assert "/attachments/0/blocks/0" in answer["response_metadata"]["messages"][0]


async def test_blocks_that_are_too_much_together_are_refused(client: AsyncWebClient) -> None:
    blocks = [section("x" * 3000)] * 5

    assert (
        await error_of(client.chat_postMessage(channel=INCIDENTS, text="t", blocks=blocks))
        == "msg_blocks_too_long"
    )


async def test_blocks_that_are_no_list_are_refused(client: AsyncWebClient) -> None:
    call = client.api_call("chat.postMessage", json={"channel": INCIDENTS, "blocks": "{}"})

    assert await error_of(call) == "invalid_blocks_format"


async def test_markdown_text_is_kept_as_a_markdown_block(
    ws: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=INCIDENTS, markdown_text="**bold**")

    (block,) = ws.messages("#incidents")[0]["blocks"]
    assert (block["type"], block["text"]) == ("markdown", "**bold**")


async def test_markdown_text_stands_alone_and_has_a_limit(client: AsyncWebClient) -> None:
    both = client.chat_postMessage(channel=INCIDENTS, markdown_text="a", text="b")
    long = client.chat_postMessage(channel=INCIDENTS, markdown_text="a" * 12_001)

    assert await error_of(both) == "markdown_text_conflict"
    assert await error_of(long) == "msg_too_long"


async def test_a_very_long_text_is_cut(ws: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=INCIDENTS, text="x" * 40_001)

    assert len(ws.messages("#incidents")[0]["text"]) == 40_000


async def test_another_name_needs_a_scope_and_makes_a_bot_message(
    ws: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(
        channel=INCIDENTS, text="hi", username="Debugger", icon_emoji=":bug:"
    )

    (message,) = ws.messages("#incidents")
    assert (message["subtype"], message["username"]) == ("bot_message", "Debugger")
    assert message["icons"] == {"emoji": ":bug:"}


async def test_without_that_scope_another_name_is_refused(
    manifest_data: Json, clock: Clock
) -> None:
    manifest_data["oauth_config"]["scopes"]["bot"].remove("chat:write.customize")
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)
        answer = await refusal(
            client.chat_postMessage(channel=INCIDENTS, text="hi", username="Debugger")
        )

    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write.customize")


@pytest.mark.parametrize(
    ("thread_ts", "error"),
    [("1790000000", "invalid_thread_ts"), ("1700000000.000001", "thread_not_found")],
)
async def test_a_thread_that_does_not_exist_is_refused(
    client: AsyncWebClient, thread_ts: str, error: str
) -> None:
    call = client.chat_postMessage(channel=INCIDENTS, text="hi", thread_ts=thread_ts)

    assert await error_of(call) == error


async def test_a_replys_ts_is_no_thread(ws: Workspace, client: AsyncWebClient) -> None:
    root = ws.post("ana", "#incidents", "root")
    reply = ws.post("bo", "#incidents", "reply", root)

    call = client.chat_postMessage(channel=INCIDENTS, text="hi", thread_ts=reply)

    assert await error_of(call) == "cannot_reply_to_message"


async def test_metadata_is_kept_and_shown_on_request(ws: Workspace, client: AsyncWebClient) -> None:
    metadata = {"event_type": "run", "event_payload": {"id": 7}}
    await client.chat_postMessage(channel=INCIDENTS, text="hi", metadata=metadata)

    plain = await client.conversations_history(channel=INCIDENTS)
    whole = await client.conversations_history(channel=INCIDENTS, include_all_metadata=True)

    assert "metadata" not in plain["messages"][0]
    assert whole["messages"][0]["metadata"] == metadata


# updates and deletions


async def test_only_its_own_messages_can_be_changed_or_deleted(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "#incidents", "mine")

    update = client.chat_update(channel=INCIDENTS, ts=ts, text="yours")
    delete = client.chat_delete(channel=INCIDENTS, ts=ts)

    assert await error_of(update) == "cant_update_message"
    assert await error_of(delete) == "cant_delete_message"


async def test_an_update_with_text_alone_removes_the_blocks(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel=INCIDENTS, text="a", blocks=[section()]))["ts"]

    await client.chat_update(channel=INCIDENTS, ts=ts, text="b")

    message = ws.message("#incidents", ts)
    assert (message["text"], message["blocks"]) == ("b", [])
    assert message["edited"]["user"] == "U0OPSBOT"


async def test_an_update_with_blocks_is_not_marked_as_edited(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel=INCIDENTS, text="a"))["ts"]

    await client.chat_update(channel=INCIDENTS, ts=ts, text="b", blocks=[section("new")])

    message = ws.message("#incidents", ts)
    assert message["blocks"][0]["text"]["text"] == "new"
    assert "edited" not in message


async def test_an_update_takes_4000_characters(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=INCIDENTS, text="a"))["ts"]

    await client.chat_update(channel=INCIDENTS, ts=ts, text="x" * 4000)
    assert (
        await error_of(client.chat_update(channel=INCIDENTS, ts=ts, text="x" * 4001))
        == "msg_too_long"
    )


async def test_a_message_that_is_gone_is_not_found(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=INCIDENTS, text="a"))["ts"]
    await client.chat_delete(channel=INCIDENTS, ts=ts)

    assert await error_of(client.chat_delete(channel=INCIDENTS, ts=ts)) == "message_not_found"


async def test_a_permalink_leads_to_the_message(ws: Workspace, client: AsyncWebClient) -> None:
    root = ws.post("ana", "#incidents", "root")
    reply = ws.post("bo", "#incidents", "reply", root)

    link = (await client.chat_getPermalink(channel=INCIDENTS, message_ts=reply))["permalink"]

    assert f"/archives/{INCIDENTS}/p{reply.replace('.', '')}?thread_ts={root}" in link


# ephemeral


async def test_an_ephemeral_message_is_for_one_person_and_in_no_history(
    ws: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel=INCIDENTS, user=ANA, text="psst")

    assert [m["text"] for m in ws.ephemerals("ana")] == ["psst"]
    assert ws.ephemerals("bo") == []
    assert ws.messages("#incidents") == []


async def test_an_ephemeral_message_reaches_members_only(client: AsyncWebClient) -> None:
    call = client.chat_postEphemeral(channel=INCIDENTS, user=DANA, text="psst")

    assert await error_of(call) == "user_not_in_channel"


async def test_an_ephemeral_message_cannot_be_updated_or_deleted_by_ts(
    client: AsyncWebClient,
) -> None:
    answer = await client.chat_postEphemeral(channel=INCIDENTS, user=ANA, text="psst")
    ts = answer["message_ts"]

    update = client.chat_update(channel=INCIDENTS, ts=ts, text="new")

    assert await error_of(update) == "message_not_found"
    assert await error_of(client.chat_delete(channel=INCIDENTS, ts=ts)) == "message_not_found"


# unfurls


async def test_a_link_of_the_apps_domain_can_be_unfurled(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "#incidents", "https://ops.example.com/r/1")
    unfurls = {"https://ops.example.com/r/1": {"blocks": [section("Report 1")]}}

    await client.chat_unfurl(channel=INCIDENTS, ts=ts, unfurls=unfurls)

    (attachment,) = ws.message("#incidents", ts)["attachments"]
    assert attachment["blocks"][0]["text"]["text"] == "Report 1"


async def test_another_link_cannot(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "#incidents", "https://example.org/")
    unfurls = {"https://example.org/": {"blocks": [section()]}}

    call = client.chat_unfurl(channel=INCIDENTS, ts=ts, unfurls=unfurls)

    assert await error_of(call) == "cannot_unfurl_url"
