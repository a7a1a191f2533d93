"""What a person types, as Slack stores it: mrkdwn text with entities, and rich text blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playground.workspace.model import Json
from playground.workspace.world import World

_TOKEN = re.compile(
    r"(?P<url>https?://[^\s<>|]+)|(?<![\w@])@(?P<at>[\w.-]+)|(?<![\w#&])#(?P<hash>[\w-]+)"
)
_BROADCASTS = ("here", "channel", "everyone")


@dataclass(frozen=True)
class TypedText:
    """`text` has &, < and > escaped and entities in angle brackets."""

    text: str
    blocks: list[Json]


def read_typed(world: World, team_id: str, typed: str) -> TypedText:
    """Names of people, apps, user groups and channels become entities; other words stay words."""
    text, elements, end = "", list[Json](), 0
    for match in _TOKEN.finditer(typed):
        found = _entity(world, team_id, match)
        if found is None:
            continue
        entity, element, used = found
        before = typed[end : match.start()]
        text += _escaped(before) + entity
        elements += [*_words(before), element]
        end = match.start() + used
    text += _escaped(typed[end:])
    elements += _words(typed[end:])
    section = {"type": "rich_text_section", "elements": elements}
    return TypedText(text, [{"type": "rich_text", "elements": [section]}])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _words(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []


def _entity(world: World, team_id: str, match: re.Match[str]) -> tuple[str, Json, int] | None:
    """The entity, its rich text element, and how many typed characters it took."""
    if match["url"]:
        url = match["url"].rstrip(".,;:!?)")
        return f"<{_escaped(url)}>", {"type": "link", "url": url}, len(url)
    if match["hash"]:
        channel = world.channel_named(match["hash"])
        if channel is None or channel.kind not in ("channel", "private"):
            return None
        entity = f"<#{channel.id}|{channel.name}>"
        return entity, {"type": "channel", "channel_id": channel.id}, len(match[0])
    return _name(world, team_id, match["at"]) or _name(world, team_id, match["at"].rstrip(".-_"))


def _name(world: World, team_id: str, name: str) -> tuple[str, Json, int] | None:
    used = len(name) + 1
    lowered = name.lower()
    if lowered in _BROADCASTS:
        return f"<!{lowered}>", {"type": "broadcast", "range": lowered}, used
    for user in world.users.values():
        if lowered == user.name.lower() and (user.team_id == team_id or not user.is_bot):
            return f"<@{user.id}>", {"type": "user", "user_id": user.id}, used
    for group in world.usergroups.values():
        if lowered == group.handle:
            element = {"type": "usergroup", "usergroup_id": group.id}
            return f"<!subteam^{group.id}|@{group.handle}>", element, used
    return None
