"""What an MCP server offers, as an owner accepted it, and what changed since.

A toolset is plain values on the connection's row: `slug` (the head of each tool's name), `title`
(the server's), `tools` (those accepted), `changed` (those that a later listing brought in another
form, or that are new: off until an owner looks) and `digest` over all of it.

Whatever a server says of its tools is data of a stranger. It is bounded, and what a model gets
to read is only what an owner accepted.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.connectors.base import Access

Kept = dict[str, Any]

MOST_TOOLS = 200
LONGEST_NAME = 64
"""Characters of a tool's name that every model provider takes."""

LONGEST_SLUG = 24
MAX_DESCRIPTION = 2000
MAX_SCHEMA = 32_000
"""Characters of a tool's schema; one with more is left out."""

SEPARATOR = "__"
"""Stands between the slug and the tool, and in no slug: so no two tools share a name."""


def slug_for(label: str, taken: Iterable[str]) -> str:
    """The head of a connection's tool names, unlike those of other connections."""
    words = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    stem = f"mcp_{words[: LONGEST_SLUG - 7].strip('_') or 'server'}"
    known, number, slug = set(taken), 1, stem
    while slug in known:
        number += 1
        slug = f"{stem}_{number}"
    return slug


def kept(tool: Mapping[str, Any], slug: str) -> Kept:
    """One listed tool as it is kept: with the name for models, and a hash of all it says."""
    name = str(tool["name"])
    said = {
        "name": name,
        "title": str(tool.get("title") or name)[:120],
        "description": str(tool.get("description") or "")[:MAX_DESCRIPTION],
        "schema": tool.get("schema") or {"type": "object"},
        "access": int(_access(tool)),
    }
    return {**said, "verb": _verb(name, slug), "hash": _hash(said)}


def merge(
    toolset: Mapping[str, Any] | None, listed: Iterable[Mapping[str, Any]], slug: str, title: str
) -> Kept:
    """The toolset after a new listing.

    The first listing is accepted: the person connects the server for these tools. Later on a tool
    that says something else than before, or is new, waits among `changed`; one that is gone is
    offered no more, but its hash is remembered, so that it cannot come back as something else.
    """
    now = {one["name"]: one for one in (kept(tool, slug) for tool in _bounded(listed))}
    if toolset is None:
        return _sealed(slug, title, list(now.values()), [], {})
    known = {one["name"]: one["hash"] for one in toolset["tools"]} | dict(toolset["gone"])
    same = [one for one in now.values() if known.get(one["name"]) == one["hash"]]
    changed = [one for one in now.values() if known.get(one["name"]) != one["hash"]]
    gone = {name: known[name] for name in known.keys() - {one["name"] for one in same}}
    return _sealed(str(toolset["slug"]), title, same, changed, gone)


def accepted(toolset: Mapping[str, Any]) -> Kept:
    """The toolset with all that changed accepted."""
    tools = [*toolset["tools"], *toolset["changed"]]
    names = {one["name"] for one in tools}
    gone = {name: hash for name, hash in toolset["gone"].items() if name not in names}
    return _sealed(toolset["slug"], toolset["title"], tools, [], gone)


def _sealed(
    slug: str, title: str, tools: list[Kept], changed: list[Kept], gone: Mapping[str, str]
) -> Kept:
    content = {
        "slug": slug,
        "title": title[:80],
        "tools": sorted(tools, key=lambda one: str(one["name"])),
        "changed": sorted(changed, key=lambda one: str(one["name"])),
        "gone": dict(sorted(gone.items())),
    }
    return {**content, "digest": _hash(content)}


def _bounded(listed: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    fitting = [
        one
        for one in listed
        if one.get("name") and len(json.dumps(one.get("schema") or {})) <= MAX_SCHEMA
    ]
    return fitting[:MOST_TOOLS]


def _access(tool: Mapping[str, Any]) -> Access:
    """What a tool needs. Only one that says so itself reads; the worse of two claims counts."""
    if tool.get("destructive") is True:
        return Access.FULL
    return Access.READ if tool.get("read_only") is True else Access.WRITE


def _verb(name: str, slug: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name)
    room = LONGEST_NAME - len(slug) - len(SEPARATOR)
    if plain == name and len(plain) <= room:
        return plain
    # Another name may look the same once it is made plain, so a piece of its hash goes along.
    return f"{plain[: room - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _hash(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
