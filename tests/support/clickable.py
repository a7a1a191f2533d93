"""What a reader of a post could click, or would have fetched, in any of its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(r"<((?:https?|mailto|slack|javascript):[^|>]*)", re.IGNORECASE)
_BARE = re.compile(r"https?://[^\s`>|]+", re.IGNORECASE)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def clickable(post: dict[str, Any]) -> list[str]:
    """The addresses behind its links and pictures, and those that Slack would link by itself."""
    blocks = post.get("blocks") or []
    return [*_in(blocks), *_in_text(str(post.get("text", "")))]


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _in(one)
    if not isinstance(value, dict):
        return
    for key in ("url", "image_url"):
        if isinstance(value.get(key), str):
            yield value[key]
    if value.get("type") == "mrkdwn":
        yield from _in_text(value["text"], bare=not value.get("verbatim"))
    for one in value.values():
        yield from _in(one)


def _in_text(text: str, *, bare: bool = True) -> Iterator[str]:
    yield from _TOKEN.findall(text)
    if bare:
        yield from _BARE.findall(_CODE.sub("", text))
