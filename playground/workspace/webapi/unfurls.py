"""chat.unfurl: what an app shows under links of its domains."""

from __future__ import annotations

from playground.workspace.model import Json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.content import checked_blocks
from playground.workspace.webapi.errors import ApiError


def unfurl(call: Call) -> Json:
    unfurls = call.get("unfurls")
    if unfurls is None:
        raise ApiError("missing_unfurls")
    if not isinstance(unfurls, dict):
        raise ApiError("invalid_unfurls_format")
    if not call.text("channel"):
        raise ApiError("missing_channel")
    if not call.text("ts"):
        raise ApiError("missing_ts")
    channel = call.world.channels.get(call.text("channel"))
    if channel is None:
        raise ApiError("cannot_find_channel")
    message = call.world.timeline.find(channel.id, call.text("ts"))
    if message is None:
        raise ApiError("cannot_find_message")
    attachments = [_attachment(call, url, message.body["text"]) for url in unfurls]
    call.world.timeline.change(message, {"attachments": attachments})
    return {}


def _attachment(call: Call, url: str, text: str) -> Json:
    """The link must stand in the message and belong to a domain of the manifest."""
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    domains = call.app.manifest.unfurl_domains
    if url not in text or not any(host == d or host.endswith(f".{d}") for d in domains):
        raise ApiError("cannot_unfurl_url")
    content = call.args["unfurls"][url]
    if not isinstance(content, dict):
        raise ApiError("invalid_unfurls_format")
    if content.get("blocks") is not None:
        checked_blocks(call.world, content["blocks"], f"/unfurls/{url}/blocks")
    return {"from_url": url, "app_unfurl_url": url, "is_app_unfurl": True, **content}


METHODS = {"chat.unfurl": unfurl}
