"""Streams, thread status, sessions and suggested prompts."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models.messages.chunk import MarkdownTextChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import BOT_TOKEN, Delays, Workspace
from playground.workspace.manifest import parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.helpers import (
    ANA,
    INCIDENTS,
    TEAM,
    Clock,
    button,
    error_of,
    section,
)

RECIPIENT: dict[str, Any] = {"recipient_user_id": ANA, "recipient_team_id": TEAM}


async def test_the_sdks_stream_grows_a_message_in_the_thread(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "#incidents", "why?")
    stream = await client.chat_stream(
        channel=INCIDENTS, thread_ts=ts, buffer_size=4, task_display_mode="timeline", **RECIPIENT
    )

    await stream.append(markdown_text="Because ")
    growing = ws.messages("#incidents", ts)[1]
    await stream.append(markdown_text="of **this**.")
    await stream.stop(blocks=[section("Was this right?")])

    assert (growing["text"], growing["streaming_state"]) == ("Because ", "in_progress")
    message = ws.messages("#incidents", ts)[1]
    assert message["streaming_state"] == "completed"
    assert message["text"] == "Because of **this**."
    assert [block["type"] for block in message["blocks"]] == ["markdown", "section"]


async def test_a_button_keeps_its_id_while_the_message_grows(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "#incidents", "why?")
    stream = await client.chat_stream(channel=INCIDENTS, thread_ts=ts, **RECIPIENT)
    row = {"type": "actions", "elements": [button()]}

    await stream.append(chunks=[{"type": "blocks", "blocks": [row]}])
    before = ws.messages("#incidents", ts)[1]["blocks"][0]["block_id"]
    await stream.stop(markdown_text="Done.")

    assert ws.messages("#incidents", ts)[1]["blocks"][0]["block_id"] == before


async def test_steps_are_shown_and_updated_by_their_id(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "#incidents", "why?")
    stream = await client.chat_stream(channel=INCIDENTS, thread_ts=ts, **RECIPIENT)

    await stream.append(
        chunks=[
            MarkdownTextChunk(text="Looking."),
            TaskUpdateChunk(id="1", title="Read logs", status="in_progress"),
        ]
    )
    await stream.append(
        chunks=[TaskUpdateChunk(id="1", title="Read logs", status="complete", output="3 errors")]
    )
    await stream.stop()

    text, task = ws.messages("#incidents", ts)[1]["blocks"]
    assert text["text"] == "Looking."
    assert (task["type"], task["status"]) == ("task_card", "complete")
    assert task["output"]["elements"][0]["elements"][0]["text"] == "3 errors"


async def test_a_plan_shows_its_steps_together(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "#incidents", "why?")
    stream = await client.chat_stream(
        channel=INCIDENTS, thread_ts=ts, task_display_mode="plan", **RECIPIENT
    )
    await stream.append(
        chunks=[
            {"type": "plan_update", "title": "Finding out"},
            {"type": "task_update", "id": "1", "title": "Logs", "status": "pending"},
            {"type": "task_update", "id": "2", "title": "Deploys", "status": "pending"},
        ]
    )
    await stream.stop(markdown_text="Done.")

    plan, text = ws.messages("#incidents", ts)[1]["blocks"]
    assert (plan["title"], len(plan["tasks"])) == ("Finding out", 2)
    assert text["text"] == "Done."


@pytest.mark.parametrize(
    ("recipient", "error"),
    [
        ({}, "missing_recipient_user_id"),
        ({"recipient_user_id": ANA}, "missing_recipient_team_id"),
        ({"recipient_user_id": "U0NOBODY", "recipient_team_id": TEAM}, "user_not_found"),
    ],
)
async def test_in_a_channel_a_stream_needs_its_reader(
    ws: Workspace, client: AsyncWebClient, recipient: dict[str, Any], error: str
) -> None:
    ts = ws.post("ana", "#incidents", "why?")

    call = client.chat_startStream(channel=INCIDENTS, thread_ts=ts, **recipient)

    assert await error_of(call) == error


async def test_in_a_direct_message_it_does_not(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "@ops", "why?")

    await client.chat_startStream(channel=ws.direct("ana"), thread_ts=ts)


async def started(ws: Workspace, client: AsyncWebClient) -> str:
    root = ws.post("ana", "#incidents", "why?")
    answer = await client.chat_startStream(channel=INCIDENTS, thread_ts=root, **RECIPIENT)
    return str(answer["ts"])


async def test_a_finished_stream_takes_nothing_more(ws: Workspace, client: AsyncWebClient) -> None:
    ts = await started(ws, client)
    await client.chat_stopStream(channel=INCIDENTS, ts=ts, markdown_text="Done.")

    append = client.chat_appendStream(channel=INCIDENTS, ts=ts, markdown_text="more")
    stop = client.chat_stopStream(channel=INCIDENTS, ts=ts)

    assert await error_of(append) == "message_not_in_streaming_state"
    assert await error_of(stop) == "message_not_in_streaming_state"


async def test_a_running_stream_cannot_be_updated_and_a_finished_one_can(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = await started(ws, client)
    update = client.chat_update(channel=INCIDENTS, ts=ts, text="new")
    assert await error_of(update) == "streaming_state_conflict"

    await client.chat_stopStream(channel=INCIDENTS, ts=ts, markdown_text="Done.")
    await client.chat_update(channel=INCIDENTS, ts=ts, text="new")

    assert ws.message("#incidents", ts)["text"] == "new"


async def test_an_ordinary_message_is_no_stream(ws: Workspace, client: AsyncWebClient) -> None:
    own = (await client.chat_postMessage(channel=INCIDENTS, text="hi"))["ts"]
    foreign = ws.post("ana", "#incidents", "hi")
    append = client.chat_appendStream

    assert (
        await error_of(append(channel=INCIDENTS, ts=own, markdown_text="x"))
        == "message_not_in_streaming_state"
    )
    assert (
        await error_of(append(channel=INCIDENTS, ts=foreign, markdown_text="x"))
        == "message_not_owned_by_app"
    )


async def test_a_stream_that_a_person_stopped_says_so(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = await started(ws, client)
    ws.stop_agent("ana", "#incidents", ws.message("#incidents", ts)["thread_ts"])

    append = client.chat_appendStream(channel=INCIDENTS, ts=ts, markdown_text="x")

    assert await error_of(append) == "stopped_by_user"
    await client.chat_stopStream(channel=INCIDENTS, ts=ts)


async def test_a_stream_holds_12000_characters(ws: Workspace, client: AsyncWebClient) -> None:
    ts = await started(ws, client)
    await client.chat_appendStream(channel=INCIDENTS, ts=ts, markdown_text="x" * 12_000)

    append = client.chat_appendStream(channel=INCIDENTS, ts=ts, markdown_text="y")

    assert await error_of(append) == "msg_too_long"


async def test_wrong_chunks_are_refused(ws: Workspace, client: AsyncWebClient) -> None:
    ts = await started(ws, client)
    wrong = [{"type": "task_update", "id": "1", "title": "Logs", "status": "done"}]

    call = client.chat_appendStream(channel=INCIDENTS, ts=ts, markdown_text="", chunks=wrong)

    assert await error_of(call) == "invalid_chunks"


class TestWhatEndsByItself:
    @pytest.fixture
    def delays(self) -> Delays:
        return Delays(stream=0.02, status=0.02)

    async def test_a_stream_is_closed_by_slack_after_a_while(
        self, ws: Workspace, client: AsyncWebClient
    ) -> None:
        ts = await started(ws, client)

        await ws.wait_for(lambda: ws.message("#incidents", ts)["streaming_state"] == "errored")

        stop = client.chat_stopStream(channel=INCIDENTS, ts=ts)
        assert await error_of(stop) == "message_not_in_streaming_state"
        await client.chat_update(channel=INCIDENTS, ts=ts, text="finished otherwise")

    async def test_a_status_disappears_after_a_while(
        self, ws: Workspace, client: AsyncWebClient
    ) -> None:
        ts = ws.post("ana", "#incidents", "why?")
        await client.assistant_threads_setStatus(
            channel_id=INCIDENTS, thread_ts=ts, status="is thinking"
        )

        await ws.wait_for(lambda: not ws.world.agents.statuses)


async def test_a_status_ends_with_the_next_post(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "#incidents", "why?")
    await client.assistant_threads_setStatus(
        channel_id=INCIDENTS, thread_ts=ts, status="is thinking", loading_messages=["Hm", "Ah"]
    )
    (shown,) = ws.world.agents.statuses.values()
    assert (shown.status, shown.loading_messages) == ("is thinking", ("Hm", "Ah"))

    await client.chat_postMessage(channel=INCIDENTS, thread_ts=ts, text="Because.")

    assert not ws.world.agents.statuses


async def test_a_session_has_status_and_title(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "@ops", "why?")
    direct = ws.direct("ana")
    rename = client.agents_sessions_rename(channel_id=direct, thread_ts=ts, title="Early")
    assert await error_of(rename) == "not_authorized"

    await client.agents_sessions_setStatus(channel_id=direct, thread_ts=ts, status="processing")
    await client.agents_sessions_rename(channel_id=direct, thread_ts=ts, title="Checkout")

    (session,) = ws.world.agents.sessions.values()
    assert (session.status, session.title) == ("processing", "Checkout")


async def test_apps_without_the_agent_feature_have_no_sessions(
    manifest_data: Json, clock: Clock
) -> None:
    del manifest_data["features"]["agent_view"]
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)
        ts = ws.post("ana", "@ops", "why?")
        call = client.agents_sessions_setStatus(
            channel_id=ws.direct("ana"), thread_ts=ts, status="active"
        )
        assert await error_of(call) == "not_agent_app"


async def test_prompts_are_suggested_in_the_messages_tab(
    ws: Workspace, client: AsyncWebClient
) -> None:
    direct = ws.direct("ana")
    prompts = [{"title": "What burns?", "message": "Summarise alerts"}]
    set_prompts = client.assistant_threads_setSuggestedPrompts

    await set_prompts(channel_id=direct, prompts=prompts, title="Try")

    assert ws.world.agents.prompts[direct].prompts[0]["title"] == "What burns?"
    assert await error_of(set_prompts(channel_id=direct, prompts=prompts * 5)) == (
        "invalid_arguments"
    )


async def test_prompts_with_a_thread_do_nothing_in_an_agent_app(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = ws.post("ana", "@ops", "hello")

    await client.assistant_threads_setSuggestedPrompts(
        channel_id=ws.direct("ana"), thread_ts=ts, prompts=[{"title": "a", "message": "b"}]
    )

    assert not ws.world.agents.prompts
