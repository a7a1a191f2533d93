"""files.*: reserve a URL, send the bytes there, complete, which shares."""

from __future__ import annotations

from playground.workspace.model import Channel, Json, StoredFile
from playground.workspace.render import file_json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.content import checked_blocks
from playground.workspace.webapi.errors import ApiError, invalid_arguments
from playground.workspace.webapi.posting import author, check_thread
from playground.workspace.world import may_read

FILE_MAX = 1024 * 1024 * 1024
ALT_MAX = 1000
SNIPPET_MAX = 1024 * 1024


def get_upload_url(call: Call) -> Json:
    size = call.number("length", 0)
    if size < 1:
        raise invalid_arguments("[ERROR] must be greater than 0 [json-pointer:/length]")
    if size > FILE_MAX:
        raise ApiError("file_upload_size_restricted")
    if call.text("snippet_type") and size > SNIPPET_MAX:
        raise ApiError("snippet_too_large")
    alt = call.text("alt_txt")
    if len(alt) > ALT_MAX:
        raise ApiError("alt_txt_too_large")
    file = call.world.files.reserve(call.team_id, call.bot, call.text("filename"), size, alt)
    return {
        "upload_url": f"{call.world.base_url}/upload/v1/{file.upload_key}",
        "file_id": file.id,
    }


def complete(call: Call) -> Json:
    entries = call.array("files")
    if not entries:
        raise invalid_arguments("[ERROR] missing required field: files")
    files = [_uploaded(call, entry) for entry in entries]
    channels = _targets(call)
    if call.get("blocks") and call.text("initial_comment"):
        raise ApiError("invalid_arguments")
    for file, entry in zip(files, entries, strict=True):
        file.title = str(entry.get("title") or file.name)
        file.complete = True
    for channel in channels:
        _share(call, channel, files)
    return {"files": [file_json(call.world, file) for file in files]}


def _uploaded(call: Call, entry: object) -> StoredFile:
    file_id = entry.get("id") if isinstance(entry, dict) else None
    file = call.world.files.get(str(file_id))
    if file is None or file.user_id != call.bot or file.content is None:
        raise ApiError("file_not_found")
    return file


def _targets(call: Call) -> list[Channel]:
    wanted = [call.text("channel_id")] if call.text("channel_id") else call.names("channels")
    if len(wanted) > 100:
        raise ApiError("channels_limit_exceeded")
    channels: list[Channel] = []
    for channel_id in wanted:
        call.args["channel"] = channel_id
        channel = call.channel()
        call.must_be_in(channel)
        check_thread(call, channel, call.text("thread_ts") or None)
        channels.append(channel)
    return channels


def _share(call: Call, channel: Channel, files: list[StoredFile]) -> None:
    for file in files:
        file.channels.append(channel.id)
    body = author(call) | {
        "subtype": "file_share",
        "text": call.text("initial_comment"),
        "upload": True,
        "files": [file_json(call.world, file) for file in files],
    }
    if call.get("blocks"):
        body["blocks"] = checked_blocks(call.world, call.get("blocks"))
    message = call.world.timeline.post(
        channel.id, body, thread_ts=call.text("thread_ts") or None, app_id=call.app.id
    )
    for file in files:
        file.shares[channel.id] = message.ts


def info(call: Call) -> Json:
    file = call.world.files.get(call.text("file"))
    if file is None or not file.complete:
        raise ApiError("file_not_found")
    if not may_read(call.world, file, call.bot):
        raise ApiError("file_not_found")
    return {"file": file_json(call.world, file), "comments": []}


METHODS = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete,
    "files.info": info,
}
