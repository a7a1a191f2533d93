"""chat.startStream, appendStream, stopStream: messages that grow while people watch."""

from __future__ import annotations

from typing import Any

from playground.workspace import blockkit
from playground.workspace.model import Channel, Json, Message
from playground.workspace.render import message_json
from playground.workspace.stream import Stream
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.content import MARKDOWN_MAX, checked_blocks
from playground.workspace.webapi.errors import ApiError, invalid_arguments
from playground.workspace.webapi.posting import author, check_thread, may_post
from playground.workspace.world import World

DISPLAY_MODES = ("timeline", "plan")
SESSION_STATES = ("active", "processing", "suspended", "closed")


def start(call: Call) -> Json:
    channel = call.channel()
    may_post(call, channel)
    thread_ts = call.text("thread_ts")
    check_thread(call, channel, thread_ts)
    _check_recipients(call, channel)
    mode = call.text("task_display_mode", "timeline")
    if mode not in DISPLAY_MODES:
        raise invalid_arguments("[ERROR] must be a valid enum value: task_display_mode")
    chunks = _read_chunks(call)
    stream = Stream(started=call.world.clock(), display_mode=mode)
    _extend(call.world, stream, chunks)
    body = author(call) | {"subtype": "bot_message"} | _content(stream)
    message = call.world.timeline.post(
        channel.id, body, thread_ts=thread_ts, app_id=call.app.id, stream=stream
    )
    _expire_later(call, message, stream)
    if call.app.manifest.is_agent:
        call.world.agents.set_session(call.app.id, channel.id, thread_ts, "processing")
    return {"channel": channel.id, "ts": message.ts}


def _check_recipients(call: Call, channel: Channel) -> None:
    """Outside direct messages Slack must know for whom the text streams."""
    if channel.kind == "im":
        return
    user, team = call.text("recipient_user_id"), call.text("recipient_team_id")
    if not user:
        raise ApiError("missing_recipient_user_id")
    if not team:
        raise ApiError("missing_recipient_team_id")
    if call.user(user).is_bot:
        raise ApiError("user_not_found")
    if team not in call.world.teams:
        raise ApiError("team_not_found")


def _expire_later(call: Call, message: Message, stream: Stream) -> None:
    """Slack ends a stream after some minutes; the message stays as far as it got."""
    world = call.world

    def expire() -> None:
        if message.stream is stream and stream.state == "in_progress":
            stream.state = "errored"
            world.timeline.change(message, {})

    world.tasks.later(world.delays.stream, expire)


def append(call: Call) -> Json:
    message, stream = _streaming(call)
    if stream.stopped_by_user:
        raise ApiError("stopped_by_user")
    chunks = _read_chunks(call)
    if not chunks:
        raise ApiError("no_text")
    _extend(call.world, stream, chunks)
    call.world.timeline.change(message, _content(stream))
    return {"channel": message.channel_id, "ts": message.ts}


def stop(call: Call) -> Json:
    message, stream = _streaming(call)
    session = call.text("session_status", "active")
    if session not in SESSION_STATES:
        raise invalid_arguments("[ERROR] must be a valid enum value: session_status")
    blocks = call.get("blocks")
    closing = checked_blocks(call.world, blocks) if blocks else []
    chunks = _read_chunks(call)
    _extend(call.world, stream, chunks)
    stream.state = "completed"
    call.world.timeline.name_blocks({"blocks": closing})
    if closing:
        stream.parts.append(("blocks", closing))
    call.world.timeline.change(message, _content(stream) | _metadata(call))
    thread_ts = message.thread_ts or message.ts
    call.world.agents.clear_status(call.app.id, message.channel_id, thread_ts)
    if call.app.manifest.is_agent:
        call.world.agents.set_session(call.app.id, message.channel_id, thread_ts, session)
    body = message_json(call.world, message)
    return {"channel": message.channel_id, "ts": message.ts, "message": body}


def _metadata(call: Call) -> Json:
    return {"metadata": call.args["metadata"]} if call.args.get("metadata") else {}


def _streaming(call: Call) -> tuple[Message, Stream]:
    channel = call.channel()
    message = call.message(channel, call.text("ts"))
    if message.app_id != call.app.id:
        raise ApiError("message_not_owned_by_app")
    if message.stream is None or message.stream.state != "in_progress":
        raise ApiError("message_not_in_streaming_state")
    return message, message.stream


def _read_chunks(call: Call) -> list[Json]:
    """markdown_text and chunks as one list of checked chunks."""
    text = call.text("markdown_text")
    if len(text) > MARKDOWN_MAX:
        raise ApiError("msg_too_long")
    chunks = call.get("chunks")
    if chunks is not None and not isinstance(chunks, list):
        raise ApiError("invalid_chunks")
    given = chunks or []
    problems = blockkit.check_chunks(given, lambda file: call.world.files.get(file) is not None)
    if problems:
        lines = [str(problem) for problem in problems]
        raise ApiError("invalid_chunks", response_metadata={"messages": lines})
    head: list[Json] = [{"type": "markdown_text", "text": text}] if text else []
    return head + given


def _extend(world: World, stream: Stream, chunks: list[Any]) -> None:
    added = sum(len(chunk["text"]) for chunk in chunks if chunk["type"] == "markdown_text")
    if len(stream.text) + added > MARKDOWN_MAX:
        raise ApiError("msg_too_long")
    for chunk in chunks:
        world.timeline.name_blocks(chunk)
        stream.add_chunk(chunk)


def _content(stream: Stream) -> Json:
    return {"text": stream.text, "blocks": stream.blocks()}


METHODS = {
    "chat.startStream": start,
    "chat.appendStream": append,
    "chat.stopStream": stop,
}
