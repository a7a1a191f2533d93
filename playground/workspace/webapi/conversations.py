"""conversations.*: what the bot may know of channels and what was said in them."""

from __future__ import annotations

import re

from playground.workspace.model import Channel, Json, Message
from playground.workspace.render import channel_json, message_json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError

KIND_OF_TYPE = {
    "public_channel": "channel",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}
SCOPE_OF_TYPE = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


def info(call: Call) -> Json:
    channel = call.scoped_channel("read")
    body = channel_json(call.world, channel, call.bot)
    if call.flag("include_num_members"):
        body["num_members"] = len(channel.members)
    return {"channel": body}


def list_channels(call: Call) -> Json:
    return _listed(call, [c for c in call.world.channels.values() if _visible(call, c)])


def list_own(call: Call) -> Json:
    user = call.text("user") or call.bot
    channels = [c for c in call.world.channels.values() if user in c.members and _visible(call, c)]
    return _listed(call, channels)


def _listed(call: Call, channels: list[Channel]) -> Json:
    types = call.names("types") or ["public_channel"]
    if not set(types) <= KIND_OF_TYPE.keys():
        raise ApiError("invalid_types")
    for wanted in types:
        call.need_scope(SCOPE_OF_TYPE[wanted])
    kinds = {KIND_OF_TYPE[wanted] for wanted in types}
    hide_archived = call.flag("exclude_archived")
    chosen = [c for c in channels if c.kind in kinds and not (hide_archived and c.is_archived)]
    page, cursor = call.page(chosen)
    return {
        "channels": [channel_json(call.world, channel, call.bot) for channel in page],
        "response_metadata": {"next_cursor": cursor},
    }


def _visible(call: Call, channel: Channel) -> bool:
    open_here = channel.kind == "channel" and channel.team_id == call.team_id
    return open_here or call.bot in channel.members


def members(call: Call) -> Json:
    channel = call.scoped_channel("read")
    page, cursor = call.page(channel.members)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    channel = call.scoped_channel("history")
    call.must_be_in(channel)
    messages = _between(call, call.world.timeline.history(channel.id))
    page, cursor = call.page(messages[::-1], most=999)
    return {
        "messages": [_history_json(call, message) for message in page],
        "has_more": bool(cursor),
        "pin_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


def replies(call: Call) -> Json:
    """The root is on every page, first, as Slack does it."""
    channel = call.scoped_channel("history")
    call.must_be_in(channel)
    root = call.world.timeline.find(channel.id, call.text("ts"))
    if root is None:
        raise ApiError("thread_not_found")
    if root.thread_ts:
        return {"messages": [_history_json(call, root)], "has_more": False}
    found = _between(call, call.world.timeline.replies(channel.id, root.ts))
    page, cursor = call.page(found, most=999)
    return {
        "messages": [_history_json(call, message) for message in (root, *page)],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _history_json(call: Call, message: Message) -> Json:
    """Metadata is shown only on request, as in Slack."""
    body = message_json(call.world, message)
    if not call.flag("include_all_metadata"):
        body.pop("metadata", None)
    return body


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = _time(call, "oldest"), _time(call, "latest")
    inclusive = call.flag("inclusive")

    def inside(ts: str) -> bool:
        if inclusive and ts in (oldest, latest):
            return True
        return (not oldest or _micros(ts) > _micros(oldest)) and (
            not latest or _micros(ts) < _micros(latest)
        )

    return [message for message in messages if inside(message.ts)]


def _time(call: Call, name: str) -> str:
    value = call.text(name)
    if value and not re.fullmatch(r"\d{1,11}(\.\d{1,6})?", value):
        raise ApiError(f"invalid_ts_{name}")
    return "" if value == "0" else value


def _micros(ts: str) -> int:
    whole, _, fraction = ts.partition(".")
    return int(whole) * 1_000_000 + int(fraction.ljust(6, "0") or 0)


def open_conversation(call: Call) -> Json:
    users = call.names("users")
    if call.text("channel"):
        channel = call.channel()
        if channel.kind not in ("im", "mpim"):
            raise ApiError("method_not_supported_for_channel_type")
        return _opened(call, channel, known=True)
    if not users:
        raise ApiError("users_list_not_supplied")
    call.need_scope("im:write" if len(users) == 1 else "mpim:write")
    if len(users) > 8:
        raise ApiError("too_many_users")
    people = [call.user(user).id for user in users]
    if call.bot in people:
        raise ApiError("invalid_user_combination")
    return _opened(call, *call.world.open_direct(call.team_id, [*people, call.bot]))


def _opened(call: Call, channel: Channel, known: bool) -> Json:
    body = {"id": channel.id}
    if call.flag("return_im"):
        body = channel_json(call.world, channel, call.bot)
    return {"channel": body, "no_op": known, "already_open": known}


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    if call.bot in channel.members:
        call.warnings.append("already_in_channel")
    call.world.join(channel, call.bot)
    return {"channel": channel_json(call.world, channel, call.bot)}


METHODS = {
    "conversations.info": info,
    "conversations.list": list_channels,
    "users.conversations": list_own,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.open": open_conversation,
    "conversations.join": join,
}
