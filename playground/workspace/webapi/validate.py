"""blocks.validate: checks blocks, a message or a view without posting anything."""

from __future__ import annotations

from playground.workspace.model import Json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.content import checked_blocks, read_content
from playground.workspace.webapi.errors import ApiError, invalid_arguments
from playground.workspace.webapi.views import checked_view


def validate(call: Call) -> Json:
    given = [name for name in ("blocks", "message", "view") if call.get(name) is not None]
    if len(given) != 1:
        raise invalid_arguments("[ERROR] provide exactly one of blocks, message, view")
    value = call.get(given[0])
    if given == ["blocks"]:
        checked_blocks(call.world, value)
    elif not isinstance(value, dict):
        raise ApiError("invalid_arguments")
    elif given == ["message"]:
        read_content(call.world, value)
    else:
        checked_view(call.world, value, str(value.get("type")))
    return {}


METHODS = {"blocks.validate": validate}
