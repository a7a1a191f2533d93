"""What may stand in a message: text, blocks, attachments, metadata. Shared by all that post."""

from __future__ import annotations

import json
from typing import Any

from playground.workspace import blockkit
from playground.workspace.model import Json
from playground.workspace.webapi.errors import ApiError
from playground.workspace.world import World

TEXT_CUT = 40_000
UPDATE_TEXT_MAX = 4_000
MARKDOWN_MAX = 12_000
BLOCKS_TEXT_MAX = 13_000
"""Slack gives no figure for msg_blocks_too_long; refusals were seen from about here."""
ATTACHMENTS_MAX = 100
METADATA_MAX = 16 * 1024


def read_content(world: World, args: Json) -> Json:
    """The fields of a new message. Raises ApiError as Slack words it."""
    markdown = args.get("markdown_text")
    if markdown is not None and (args.get("text") or args.get("blocks")):
        raise ApiError("markdown_text_conflict")
    content: Json = {"text": _text(args.get("text"))}
    if markdown:
        content |= {"text": markdown, "blocks": markdown_blocks(str(markdown))}
    elif args.get("blocks") is not None:
        content["blocks"] = checked_blocks(world, args["blocks"])
    if args.get("attachments") is not None:
        content["attachments"] = _attachments(world, args["attachments"])
    if args.get("metadata"):
        content["metadata"] = _metadata(args["metadata"])
    if not (content["text"] or content.get("blocks") or content.get("attachments")):
        raise ApiError("no_text")
    content["text"] = content["text"][:TEXT_CUT]
    return {name: value for name, value in content.items() if name == "text" or value}


def read_update(world: World, args: Json) -> Json:
    """The fields that an update replaces. A text without blocks removes the old blocks; blocks
    or attachments alone leave the rest as it is (docs.slack.dev, "chat.update")."""
    if len(str(args.get("text") or "")) > UPDATE_TEXT_MAX:
        raise ApiError("msg_too_long")
    content = read_content(world, args)
    if args.get("blocks") == [] or (args.get("text") and args.get("blocks") is None):
        content.setdefault("blocks", [])
    if args.get("attachments") == []:
        content["attachments"] = []
    if args.get("text") is None and not args.get("markdown_text"):
        content.pop("text")
    return content


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def markdown_blocks(text: str) -> list[Json]:
    if len(text) > MARKDOWN_MAX:
        raise ApiError("msg_too_long")
    return [{"type": "markdown", "text": text}]


def checked_blocks(world: World, blocks: Any, pointer: str = "/blocks") -> list[Json]:
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    problems = blockkit.check_message_blocks(blocks, pointer, _file_exists(world))
    if problems:
        raise ApiError(
            "invalid_blocks",
            errors=[problem.text for problem in problems],
            response_metadata={"messages": [str(problem) for problem in problems]},
        )
    if blockkit.text_size(blocks) > BLOCKS_TEXT_MAX:
        raise ApiError("msg_blocks_too_long")
    return blocks


def _file_exists(world: World) -> blockkit.FileExists:
    return lambda file_id: world.files.get(file_id) is not None


def _attachments(world: World, attachments: Any) -> list[Json]:
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > ATTACHMENTS_MAX:
        raise ApiError("too_many_attachments")
    for index, attachment in enumerate(attachments):
        if attachment.get("blocks") is not None:
            checked_blocks(world, attachment["blocks"], f"/attachments/{index}/blocks")
    return attachments


def _metadata(metadata: Any) -> Json:
    if not isinstance(metadata, dict):
        raise ApiError("invalid_metadata_format")
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not isinstance(payload, dict):
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_MAX:
        raise ApiError("metadata_too_large")
    return metadata
