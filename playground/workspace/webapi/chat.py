"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

from playground.workspace.model import Channel, Json, Message
from playground.workspace.render import message_json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.content import read_content, read_update
from playground.workspace.webapi.errors import ApiError
from playground.workspace.webapi.posting import author, check_thread, may_post, target


def post_message(call: Call) -> Json:
    channel = target(call)
    may_post(call, channel)
    thread_ts = call.text("thread_ts") or None
    check_thread(call, channel, thread_ts)
    body = author(call) | read_content(call.world, call.args)
    if thread_ts and call.flag("reply_broadcast"):
        body["subtype"] = "thread_broadcast"
    _warn_without_text(call)
    message = call.world.timeline.post(channel.id, body, thread_ts=thread_ts, app_id=call.app.id)
    if thread_ts:
        call.world.agents.clear_status(call.app.id, channel.id, thread_ts)
    return _posted(call, message)


def _warn_without_text(call: Call) -> None:
    if call.get("blocks") and not call.text("text"):
        call.warnings.append("missing_text_in_message")


def _posted(call: Call, message: Message) -> Json:
    body = message_json(call.world, message)
    return {"channel": message.channel_id, "ts": message.ts, "message": body}


def update(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, call.text("ts"))
    _own(call, message, "cant_update_message")
    if message.stream and message.stream.state == "in_progress":
        raise ApiError("streaming_state_conflict")
    fields = read_update(call.world, call.args)
    message.stream = None
    # Slack marks a message as edited only when its text is what people see.
    edited_by = None if fields.get("blocks") else call.bot
    call.world.timeline.change(message, fields, edited_by=edited_by)
    _warn_without_text(call)
    body = message_json(call.world, message)
    return {"channel": channel.id, "ts": message.ts, "text": body["text"], "message": body}


def _own(call: Call, message: Message, code: str) -> None:
    if message.app_id != call.app.id:
        raise ApiError(code)


def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, call.text("ts"))
    _own(call, message, "cant_delete_message")
    call.world.timeline.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    may_post(call, channel)
    user = call.text("user")
    if user not in channel.members or call.world.users[user].is_bot:
        raise ApiError("user_not_in_channel")
    thread_ts = call.text("thread_ts") or None
    check_thread(call, channel, thread_ts)
    body = author(call) | read_content(call.world, call.args)
    if thread_ts:
        body["thread_ts"] = thread_ts
    _warn_without_text(call)
    posted = call.world.timeline.post_ephemeral(channel.id, user, body, app_id=call.app.id)
    return {"message_ts": posted.id}


def permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, call.text("message_ts"))
    return {"channel": channel.id, "permalink": permalink_of(call, channel, message)}


def permalink_of(call: Call, channel: Channel, message: Message) -> str:
    link = f"{call.world.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return link


METHODS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": permalink,
}
