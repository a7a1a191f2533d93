"""reactions.*"""

from __future__ import annotations

import re

from playground.workspace.model import Json, Message
from playground.workspace.render import message_json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError

MOST_KINDS = 23
"""Different emoji that one app may put on one message."""


def add(call: Call) -> Json:
    message = _item(call)
    name = _name(call)
    if call.world.channels[message.channel_id].is_archived:
        raise ApiError("is_archived")
    own = sum(call.bot in users for users in message.reactions.values())
    if own >= MOST_KINDS:
        raise ApiError("too_many_emoji")
    if not call.world.timeline.react(message, call.bot, name):
        raise ApiError("already_reacted")
    return {}


def remove(call: Call) -> Json:
    if not call.world.timeline.unreact(_item(call), call.bot, _name(call)):
        raise ApiError("no_reaction")
    return {}


def get(call: Call) -> Json:
    message = _item(call)
    body = message_json(call.world, message)
    return {"type": "message", "channel": message.channel_id, "message": body}


def _item(call: Call) -> Message:
    if not call.text("channel") or not call.text("timestamp"):
        raise ApiError("no_item_specified")
    ts = call.text("timestamp")
    if not re.fullmatch(r"\d+\.\d{6}", ts):
        raise ApiError("bad_timestamp")
    channel = call.channel()
    call.must_be_in(channel)
    return call.message(channel, ts)


def _name(call: Call) -> str:
    """An emoji's name without colons. The list of all emoji is not kept here."""
    name = call.text("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_'+\-]+(::skin-tone-[2-6])?", name):
        raise ApiError("invalid_name")
    return name


METHODS = {"reactions.add": add, "reactions.remove": remove, "reactions.get": get}
