"""Checks before a post, and the look of the one who posts."""

from __future__ import annotations

from playground.workspace.model import Channel, Json
from playground.workspace.render import bot_profile_json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError

CUSTOM_LOOK = ("username", "icon_emoji", "icon_url")


def target(call: Call) -> Channel:
    """Where a post goes: a conversation's id, a #name, or a person (whose DM is opened)."""
    wanted = call.need("channel")
    if wanted.startswith(("U", "W")):
        person = call.user(wanted)
        return call.world.open_direct(call.team_id, [person.id, call.bot])[0]
    if wanted.startswith("#"):
        named = call.world.channel_named(wanted)
        call.args["channel"] = named.id if named else ""
    return call.channel()


def may_post(call: Call, channel: Channel) -> None:
    if channel.is_archived:
        raise ApiError("is_archived")
    if channel.kind == "im" and not call.app.manifest.messages_tab:
        raise ApiError("messages_tab_disabled")
    if call.bot in channel.members:
        return
    if channel.kind == "channel" and call.has_scope("chat:write.public"):
        return
    raise ApiError("not_in_channel")


def check_thread(call: Call, channel: Channel, thread_ts: str | None) -> None:
    """A thread's ts is the ts of its root. Slack makes a mess of anything else; we refuse it."""
    if not thread_ts:
        return
    whole, _, fraction = thread_ts.partition(".")
    if not (whole.isdigit() and len(fraction) == 6 and fraction.isdigit()):
        raise ApiError("invalid_thread_ts")
    root = call.world.timeline.find(channel.id, thread_ts)
    if root is None:
        raise ApiError("thread_not_found")
    if root.thread_ts:
        raise ApiError("cannot_reply_to_message")


def author(call: Call) -> Json:
    """Who a message is from. Another name or picture needs chat:write.customize."""
    own: Json = {
        "bot_id": call.installation.bot_id,
        "app_id": call.app.id,
        "team": call.team_id,
    }
    if not any(call.args.get(name) for name in CUSTOM_LOOK):
        profile = bot_profile_json(call.world, call.installation)
        return own | {"user": call.bot, "bot_profile": profile}
    call.need_scope("chat:write.customize")
    own |= {"subtype": "bot_message"}
    own["username"] = call.text("username") or call.world.users[call.bot].name
    icons = _icons(call)
    return own | {"icons": icons} if icons else own


def _icons(call: Call) -> Json:
    if call.text("icon_emoji"):
        return {"emoji": f":{call.text('icon_emoji').strip(':')}:"}
    if call.text("icon_url"):
        return {"image_48": call.text("icon_url")}
    return {}
