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
from bot.slack.blocks import button, context, escape, section
from bot.slack.messages import Block
from bot.slack.modals import MAX_OPTIONS, input_field, modal, multi_select, option, select
from bot.store.tables import Agent, Connection

GRID = "access_grid"
EDIT = "access_edit"
PRESET = "access_preset"
LEVEL = "access_level"
ALLOWED = "access_allowed"
NEVER = "access_never"

MOST_CONNECTIONS = 40

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
    agent: Agent,
    connections: Sequence[Connection],
    reached: Mapping[str, Reach],
    metadata: str,
) -> dict[str, Any]:
    """All connections with what the agent may do in each."""
    blocks: list[Block] = [context(f"What *{escape(agent.name)}* may do.")]
    for one in connections[:MOST_CONNECTIONS]:
        kind = kind_or_key_error(one)
        words = reach_in_words(kind, reached.get(one.id, NO_REACH))
        edit = button("Edit", EDIT, value=one.id, label=f"Edit access to {place_of(one)}")
        blocks.append(section(f"*{escape(place_of(one))}*\n{escape(words)}", accessory=edit))
    return modal("Access", blocks, callback_id="access_list", close="Close", metadata=metadata)


def grid_view(
    agent: Agent, connection: Connection, reach: Reach, revision: int, metadata: str = ""
) -> dict[str, Any]:
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
    return modal("Access", blocks, callback_id=GRID, submit="Save", metadata=metadata)


def area_of(block_id: str) -> str:
    """The area that a block of the grid is about."""
    return block_id.split(":")[0]


def _presets(kind: type[Connector]) -> Block:
    options = [option(preset.name, preset.title) for preset in presets_of(kind)]
    return select(PRESET, options, placeholder="Presets")


def _area(kind: type[Connector], area: str, title: str, reach: Reach, revision: int) -> Block:
    tools = [tool for tool in kind.tools.values() if tool.area == area]
    levels = sorted({Access.OFF}.union(*(tool.levels for tool in tools)))
    now = max(level for level in levels if level <= reach.levels.get(area, Access.OFF))
    options = [option(level.word, WORDS[level]) for level in levels]
    return input_field(f"{area}:{revision}", title, select(LEVEL, options, chosen=now.word))


def _tools(kind: type[Connector], reach: Reach, revision: int, action: str, label: str) -> Block:
    menu = multi_select(
        action,
        [option(verb, verb.replace("_", " ")) for verb in _listed(kind, reach)],
        chosen=[verb for verb in kind.tools if reach.switches.get(verb) is (action == ALLOWED)],
        placeholder="Single tools",
    )
    return input_field(f"{action}:{revision}", label, menu, optional=True)


def _listed(kind: type[Connector], reach: Reach) -> list[str]:
    """As many tools as Slack shows: where there are more, first those with a switch, since one that
    is not shown would be lost when the grid is saved."""
    verbs = list(kind.tools)
    if len(verbs) > MAX_OPTIONS:
        verbs.sort(key=lambda verb: reach.switches.get(verb) is None)
    return verbs[:MAX_OPTIONS]


def _unavailable(closed: Mapping[str, str]) -> list[Block]:
    """What this sign-in cannot do, whatever is granted, with what would open it."""
    by_need: dict[str, list[str]] = {}
    for verb, needs in closed.items():
        by_need.setdefault(needs, []).append(verb.replace("_", " "))
    return [
        context(f"*Not available with this sign-in:* {', '.join(verbs)}. {escape(needs)}")
        for needs, verbs in by_need.items()
    ]
