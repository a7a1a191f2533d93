"""How the access modals look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.agents.types import TYPES
from bot.connectors.base import Access, Connector
from bot.gate.desk import place_of
from bot.gate.grants import NO_REACH, Reach, out_of_reach
from bot.gate.kinds import kind_of, kind_or_key_error
from bot.gate.presets import presets_of, reach_in_words
from bot.slack.blocks import button, context, escape, plain_text, section
from bot.slack.messages import Block
from bot.store.tables import Agent, Connection

GRID = "access_grid"
EDIT = "access_edit"
PRESET = "access_preset"
LEVEL = "access_level"
ALLOWED = "access_allowed"
NEVER = "access_never"

MOST_CONNECTIONS = 40
MOST_OPTIONS = 100
"""Options of a menu (Block Kit reference)."""

WORDS = {
    Access.OFF: "Off",
    Access.READ: "Read",
    Access.WRITE: "Read and write, with approval",
    Access.FULL: "Full: also delete, with approval",
}


def fitting(agent: Agent, connections: Sequence[Connection]) -> list[Connection]:
    """The connections of categories that an agent of this type may use."""
    suitable = TYPES[agent.type].categories
    return [one for one in connections if (kind := kind_of(one)) and kind.category in suitable]


def list_view(
    agent: Agent, connections: Sequence[Connection], reached: Mapping[str, Reach]
) -> dict[str, Any]:
    """All connections with what the agent may do in each."""
    blocks: list[Block] = [context(f"What *{escape(agent.name)}* may do.")]
    for one in connections[:MOST_CONNECTIONS]:
        kind = kind_or_key_error(one)
        words = reach_in_words(kind, reached.get(one.id, NO_REACH))
        edit = button("Edit", EDIT, value=one.id, label=f"Edit access to {place_of(one)}")
        blocks.append(section(f"*{escape(place_of(one))}*\n{escape(words)}", accessory=edit))
    return {
        "type": "modal",
        "callback_id": "access_list",
        "title": plain_text("Access"),
        "close": plain_text("Close"),
        "blocks": blocks,
    }


def grid_view(agent: Agent, connection: Connection, reach: Reach, revision: int) -> dict[str, Any]:
    """One connection, area by area, with single tools beside."""
    kind = kind_or_key_error(connection)
    head = f"What *{escape(agent.name)}* may do in *{escape(place_of(connection))}*."
    if reach.is_empty:
        head += " It has *no access yet*: choose a preset, or go area by area."
    blocks: list[Block] = [section(head, accessory=_presets(kind))]
    blocks += [_area(kind, area.name, area.title, reach, revision) for area in kind.areas]
    if kind.tools:  # an MCP server has none until it was asked for them
        blocks += [
            _tools(kind, reach, revision, ALLOWED, "Also allowed, whatever its area says"),
            _tools(kind, reach, revision, NEVER, "Never allowed"),
        ]
    blocks += [
        *_unavailable(out_of_reach(connection)),
        context("Whatever is granted here, every write still waits for a person's approval."),
    ]
    return {
        "type": "modal",
        "callback_id": GRID,
        "title": plain_text("Access"),
        "submit": plain_text("Save"),
        "close": plain_text("Cancel"),
        "blocks": blocks,
    }


def area_of(block_id: str) -> str:
    """The area that a block of the grid is about."""
    return block_id.split(":")[0]


def _presets(kind: type[Connector]) -> Block:
    options = [
        {"text": plain_text(preset.title, 75), "value": preset.name} for preset in presets_of(kind)
    ]
    return {
        "type": "static_select",
        "action_id": PRESET,
        "placeholder": plain_text("Presets"),
        "options": options,
    }


def _area(kind: type[Connector], area: str, title: str, reach: Reach, revision: int) -> Block:
    tools = [tool for tool in kind.tools.values() if tool.area == area]
    levels = sorted({Access.OFF}.union(*(tool.levels for tool in tools)))
    now = max(level for level in levels if level <= reach.levels.get(area, Access.OFF))
    return {
        "type": "input",
        "block_id": f"{area}:{revision}",
        "label": plain_text(title),
        "element": {
            "type": "static_select",
            "action_id": LEVEL,
            "options": [_level(level) for level in levels],
            "initial_option": _level(now),
        },
    }


def _tools(kind: type[Connector], reach: Reach, revision: int, action: str, label: str) -> Block:
    chosen = {verb for verb, on in reach.switches.items() if on is (action == ALLOWED)}
    menu: dict[str, Any] = {
        "type": "multi_static_select",
        "action_id": action,
        "placeholder": plain_text("Single tools"),
        "options": [_tool(verb) for verb in kind.tools][:MOST_OPTIONS],
    }
    if chosen:
        menu["initial_options"] = [_tool(verb) for verb in kind.tools if verb in chosen]
    return {
        "type": "input",
        "block_id": f"{action}:{revision}",
        "optional": True,
        "label": plain_text(label),
        "element": menu,
    }


def _unavailable(closed: Mapping[str, str]) -> list[Block]:
    """What this sign-in cannot do, whatever is granted, with what would open it."""
    by_need: dict[str, list[str]] = {}
    for verb, needs in closed.items():
        by_need.setdefault(needs, []).append(verb.replace("_", " "))
    return [
        context(f"*Not available with this sign-in:* {', '.join(verbs)}. {escape(needs)}")
        for needs, verbs in by_need.items()
    ]


def _level(level: Access) -> Block:
    return {"text": plain_text(WORDS[level]), "value": level.word}


def _tool(verb: str) -> Block:
    return {"text": plain_text(verb.replace("_", " "), 75), "value": verb}
