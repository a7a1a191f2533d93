"""The modals of agents: which type, the settings, and the question before archiving."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from bot.agents.colleagues import MOST
from bot.agents.models.choosing import Shelf
from bot.agents.naming import LONGEST_NAME
from bot.agents.outfitting import LONGEST_DESCRIPTION, LONGEST_PROMPT
from bot.agents.types import TYPES, AgentType
from bot.connectors.base import Category
from bot.gate.desk import place_of
from bot.gate.kinds import kind_of
from bot.handlers.connections_views import category_title
from bot.handlers.locks import LOCK, locked_button
from bot.slack.blocks import actions, context, divider, escape, plain_text, section
from bot.slack.messages import Block
from bot.slack.modals import (
    MAX_CHECKBOXES,
    MAX_OPTIONS,
    checkboxes,
    input_field,
    modal,
    multi_select,
    option,
    select,
    text_input,
)
from bot.store.rights import Right, may
from bot.store.tables import Agent, Connection, Member, Visibility

CHOOSE = "agent_type_choose"
FORM = "agent_form"
ARCHIVED = "agent_archived"
DETAILS = "agent_access_details"
APPROVERS = "agent_approvers"
KNOWLEDGE = "agent_knowledge"

NAME, DESCRIPTION, ICON, TYPE, PROMPT = "name", "description", "icon", "type", "prompt"
MODEL, VISIBILITY, COLLEAGUES, CHANNELS = "model", "visibility", "colleagues", "channels"
CONNECTIONS = "connections"

NONE = "-"
MOST_BOXES = 60
"""Blocks of boxes in a modal: with everything else they stay within its 100."""


@dataclass(frozen=True)
class Sheet:
    """What the settings of an agent are drawn from. `agent` is not stored yet for a new one.

    `held` are the ids of the connections that it has access to.
    """

    agent: Agent
    member: Member
    shelf: Shelf
    connections: Sequence[Connection] = ()
    held: Collection[str] = ()
    others: Sequence[Agent] = ()
    colleagues: Collection[str] = ()
    channels: Sequence[str] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return not self.metadata.get("agent")


def type_view(member: Member, channel: str) -> dict[str, Any]:
    """The first question about a new agent: each type, what it does, what it works with."""
    blocks: list[Block] = []
    for one in TYPES.values():
        text = f"{one.icon} *{one.title}*\n{one.description}\n_{categories_in_words(one)}_"
        choose = locked_button("Choose", CHOOSE, member, Right.EDIT_AGENTS, key=one.slug)
        choose["accessibility_label"] = f"Choose {one.title}"
        blocks.append(section(text, accessory=choose))
    metadata = json.dumps({"organisation": member.organisation_id, "channel": channel})
    return modal("New agent", blocks, callback_id="agent_type", metadata=metadata)


def categories_in_words(kind: AgentType) -> str:
    """ "Works with errors, logs, …" in the order in which categories are listed."""
    if kind.categories == frozenset(Category):
        return "Works with every kind of connection"
    names = [category_title(one) for one in Category if one in kind.categories]
    words = [name[:1].lower() + name[1:] for name in names]
    return f"Works with {', '.join(words)}"


def form_view(sheet: Sheet) -> dict[str, Any]:
    """The settings of an agent."""
    agent, kind = sheet.agent, TYPES[sheet.agent.type]
    blocks = [
        input_field(
            NAME, "Name", text_input(NAME, LONGEST_NAME, initial=agent.name), hint="Such as Tony"
        ),
        _type_menu(kind),
        context(f"{kind.description} {categories_in_words(kind)}."),
        *([_prompt(agent)] if kind.slug == "custom" else []),
        input_field(
            DESCRIPTION,
            "Description",
            text_input(DESCRIPTION, LONGEST_DESCRIPTION, initial=agent.description),
            optional=True,
        ),
        input_field(
            ICON,
            "Icon",
            text_input(ICON, 62, initial=agent.icon),
            hint="The name of an emoji between colons",
            optional=True,
        ),
        _model_menu(sheet),
        *_visibility(sheet),
        divider(),
        *_connections(sheet),
        divider(),
        *_colleagues(sheet),
        _channels(sheet),
        *([] if sheet.is_new else [_more(sheet)]),
    ]
    title, submit = ("New agent", "Create") if sheet.is_new else ("Agent settings", "Save")
    metadata = json.dumps(dict(sheet.metadata))
    return modal(title, blocks, callback_id=FORM, submit=submit, metadata=metadata)


def archive_view(agent: Agent, metadata: Mapping[str, str]) -> dict[str, Any]:
    blocks = [
        section(
            f"{agent.icon} *{escape(agent.name)}* stops answering, and does not count any more."
        ),
        context("Its settings, access and record stay. `/ops agents archived` brings it back."),
    ]
    return modal(
        "Archive agent",
        blocks,
        callback_id=ARCHIVED,
        submit="Archive",
        metadata=json.dumps(dict(metadata)),
    )


def _type_menu(kind: AgentType) -> Block:
    options = [option(one.slug, one.title, one.short) for one in TYPES.values()]
    return input_field(TYPE, "Type", select(TYPE, options, chosen=kind.slug), dispatch=True)


def _prompt(agent: Agent) -> Block:
    element = text_input(PROMPT, LONGEST_PROMPT, initial=agent.prompt, multiline=True)
    hint = "What it is for, how it works, how it answers. It never widens its access."
    return input_field(PROMPT, "Instructions", element, hint=hint, optional=True)


def _model_menu(sheet: Sheet) -> Block:
    shelf, chosen = sheet.shelf, sheet.agent.model
    usual = shelf.find(shelf.for_scope(f"type:{sheet.agent.type}").model).title
    options = [option(NONE, f"As for its type: {usual}")]
    options += [option(one.id, f"{one.title} ({one.tier})") for one in shelf.offered]
    values = {one["value"]: one for one in options[:MAX_OPTIONS]}
    if chosen and chosen not in values:
        kept = option(chosen, f"{shelf.find(chosen).title} (not offered any more)")
        values = {NONE: values.pop(NONE), chosen: kept, **dict(list(values.items())[:98])}
    menu = select(MODEL, list(values.values()), chosen=chosen or NONE)
    return input_field(MODEL, "Language model", menu)


def _visibility(sheet: Sheet) -> list[Block]:
    """Shown to its creator alone: to nobody else can it become invisible."""
    if sheet.agent.created_by != sheet.member.id:
        return []
    options = [
        option(Visibility.EVERYONE, "Everyone in the organisation"),
        option(Visibility.ONLY_ME, "Only me"),
    ]
    chosen = sheet.agent.visibility or Visibility.EVERYONE
    element = {
        "type": "radio_buttons",
        "action_id": VISIBILITY,
        "options": options,
        "initial_option": next(one for one in options if one["value"] == chosen),
    }
    hint = "One that only you see still counts towards the plan, and owners see its audit log."
    return [input_field(VISIBILITY, "Who can see and ask it", element, hint=hint)]


def _connections(sheet: Sheet) -> list[Block]:
    """The fitting connections by category, with boxes for who may give access."""
    if not sheet.connections:
        return [context("No service is connected yet that an agent of this type works with.")]
    if not may(sheet.member, Right.SET_ACCESS):
        names = [place_of(one) for one in sheet.connections if one.id in sheet.held]
        held = ", ".join(map(escape, names)) or "none yet"
        return [
            section(f"*Connections*: {held}"),
            context(f"{LOCK}Owners set what an agent may reach."),
        ]
    blocks: list[Block] = []
    ordered = sorted(sheet.connections, key=lambda one: (_category(one), one.label.lower()))
    for title, group in groupby(ordered, key=_category):
        rows = list(group)
        parts = [rows[at : at + MAX_CHECKBOXES] for at in range(0, len(rows), MAX_CHECKBOXES)]
        blocks += [_boxes(title, at, part, sheet.held) for at, part in enumerate(parts)]
    told = "For each that you tick you are asked how much; what you untick is taken away."
    return [*blocks[:MOST_BOXES], context(told)]


def _category(connection: Connection) -> str:
    kind = kind_of(connection)
    return category_title(kind.category if kind else None)


def _boxes(title: str, at: int, rows: Sequence[Connection], held: Collection[str]) -> Block:
    options = [option(one.id, place_of(one)) for one in rows]
    ticked = [one.id for one in rows if one.id in held]
    boxes = checkboxes(CONNECTIONS, options, chosen=ticked)
    return input_field(f"{CONNECTIONS}:{title}:{at}", title, boxes, optional=True)


def _colleagues(sheet: Sheet) -> list[Block]:
    others = sheet.others[:MAX_OPTIONS]
    if not others:
        return []
    menu = multi_select(
        COLLEAGUES,
        [option(one.id, one.name) for one in others],
        chosen=[one.id for one in others if one.id in sheet.colleagues],
        placeholder="Nobody",
        most=MOST,
    )
    label = "Connected agents that it may ask"
    hint = "Each answers with its own connections, and cannot ask further."
    return [input_field(COLLEAGUES, label, menu, hint=hint, optional=True)]


def _channels(sheet: Sheet) -> Block:
    element: Block = {
        "type": "multi_conversations_select",
        "action_id": CHANNELS,
        "placeholder": plain_text("No channel"),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if sheet.channels:
        element["initial_conversations"] = list(sheet.channels)
    hint = "Where it answers when the app is mentioned and no agent is named."
    return input_field(CHANNELS, "Default agent in", element, hint=hint, optional=True)


def _more(sheet: Sheet) -> Block:
    """What has a modal of its own."""
    member, key = sheet.member, sheet.agent.id
    return actions(
        locked_button("What it knows", KNOWLEDGE, member, Right.EDIT_KNOWLEDGE, key=key),
        locked_button("Access in detail", DETAILS, member, Right.SET_ACCESS, key=key),
        locked_button("Who approves its writes", APPROVERS, member, Right.SET_ACCESS, key=key),
    )
