"""How connections look in Slack: their list, the picker, the questions before a change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from bot.connecting.oauth.apps import Listed
from bot.connecting.tickets import DEEDS, LIFETIME, Purpose
from bot.connectors.base import Category, Connector
from bot.connectors.catalogue import all_kinds
from bot.gate.desk import place_of
from bot.gate.kinds import kind_of
from bot.handlers.connections_coming import entry
from bot.slack.blocks import actions, button, context, escape, section
from bot.slack.dates import date_and_time, time_of_day
from bot.slack.messages import Block, Message
from bot.slack.modals import (
    MAX_OPTIONS,
    input_field,
    modal,
    option,
    option_group,
    select,
    text_input,
)
from bot.store.tables import Connection, ConnectionStatus

ADD = "connection_add"
MORE = "connection_more"
OPEN_FORM = "connection_open_form"
PICK = "connection_pick"
SERVICE = "connection_service"
RENAME = "connection_rename"
NAME = "connection_name"
REMOVE = "connection_remove"
GRANT = "connection_grant"

SHOWN = 40
"""Connections in one list: with their categories they stay within Slack's 50 blocks."""

SOON = timedelta(days=14)
"""How long before its end a sign-in is told to expire."""

LAMPS = {
    ConnectionStatus.CONNECTED: ":large_green_circle:",
    ConnectionStatus.RECONNECT: ":red_circle:",
    ConnectionStatus.FAILING: ":large_yellow_circle:",
    ConnectionStatus.UNTESTED: ":white_circle:",
}

CATEGORIES = {
    Category.APP_STORES: "App stores",
    Category.EXTERNAL_API: "External APIs",
}

VERBS = {
    "test": "Test now",
    "edit": "Edit settings",
    "reconnect": "Reconnect",
    "rename": "Rename",
    "remove": "Remove",
}


@dataclass(frozen=True)
class Overview:
    """What the list shows. `people` are names by member id, `agents` names by connection id;
    without `editable` only labels and kinds are shown."""

    connections: Sequence[Connection]
    people: Mapping[str, str] = field(default_factory=dict)
    agents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    editable: bool = False
    now: datetime | None = None


def category_title(category: Category | None) -> str:
    if category is None:
        return "Not installed any more"
    return CATEGORIES.get(category, category.value.replace("_", " ").capitalize())


def status_in_words(connection: Connection, now: datetime) -> str:
    """ "connected", "failing since …", "connected, expires in 5 days"."""
    status = ConnectionStatus(connection.status)
    if status is ConnectionStatus.RECONNECT:
        return "needs reconnecting"
    if status is ConnectionStatus.FAILING:
        since = connection.failing_since
        return f"failing since {date_and_time(since)}" if since else "failing"
    if status is ConnectionStatus.UNTESTED:
        return "not tested yet"
    return f"connected{_ending(connection, now)}"


def _ending(connection: Connection, now: datetime) -> str:
    end = connection.expires_at
    if end is None or end - now > SOON:
        return ""
    if end <= now:
        return ", expired"
    days = (end - now).days
    return f", expires in {days} days" if days > 1 else f", expires {date_and_time(end)}"


def line(connection: Connection, now: datetime) -> str:
    """A connection's lamp, name and status."""
    lamp = LAMPS[ConnectionStatus(connection.status)]
    status = status_in_words(connection, now)
    return f"{lamp} *{escape(place_of(connection))}* · {status}"


def overview_blocks(overview: Overview) -> list[Block]:
    """The connections by category, with a menu each for who may change them."""
    blocks: list[Block] = []
    ordered = sorted(overview.connections, key=lambda one: (_category(one), one.label.lower()))
    for title, group in groupby(ordered[:SHOWN], key=_category):
        blocks.append(context(f"*{title}*"))
        if overview.editable:
            blocks += [_entry(one, overview) for one in group]
        else:
            blocks.append(section("\n".join(escape(place_of(one)) for one in group)))
    return blocks[:48]


def overview_message(overview: Overview) -> Message:
    """What `/ops connections` answers."""
    blocks = overview_blocks(overview)
    count = len(overview.connections)
    text = f"{count} connected services" if count != 1 else "1 connected service"
    if not count:
        text = "No service is connected yet."
        blocks = [section(text)]
    if count > SHOWN:
        blocks.append(context(f"And {count - SHOWN} more."))
    if overview.editable:
        blocks.append(add_button())
    return Message(text, blocks)


def add_button() -> Block:
    return actions(button("Connect a service", ADD, style="primary"))


def _category(connection: Connection) -> str:
    kind = kind_of(connection)
    return category_title(kind.category if kind else None)


def _entry(connection: Connection, overview: Overview) -> Block:
    assert overview.now is not None
    added = overview.people.get(connection.created_by, connection.created_by)
    agents = overview.agents.get(connection.id, ())
    facts = [f"used by {escape(', '.join(agents))}" if agents else "used by no agent yet"]
    if added:
        facts.append(f"added by {escape(added)}")
    if connection.checked_at:
        facts.append(f"tested {date_and_time(connection.checked_at)}")
    text = f"{line(connection, overview.now)}\n{' · '.join(facts)}"
    if connection.status_note:
        text += f"\n_{escape(connection.status_note)}_"
    menu = {
        "type": "overflow",
        "action_id": MORE,
        "options": [option(f"{verb}:{connection.id}", words) for verb, words in VERBS.items()],
    }
    return section(text, accessory=menu)


def picker_view(channel: str, to_come: Sequence[Listed] = ()) -> dict[str, Any]:
    """Every service by category; Slack's menu searches while one types.

    Args:
        to_come: services that are declared without tools of their own yet.
    """
    by_category: dict[str, list[Block]] = {}
    for kind in all_kinds().values():
        listed = by_category.setdefault(category_title(kind.category), [])
        listed.append(option(kind.slug, kind.title))
    for one in to_come:
        by_category.setdefault(category_title(one.oauth.category), []).append(entry(one))
    groups = [
        option_group(title, options[:MAX_OPTIONS]) for title, options in sorted(by_category.items())
    ]
    menu = select(SERVICE, groups[:MAX_OPTIONS], placeholder="Type to search")
    told = "The next step is a page of mine in your browser. No key is typed in Slack."
    return modal(
        "Connect a service",
        [input_field(SERVICE, "Service", menu), context(told)],
        callback_id=PICK,
        submit="Next",
        metadata=json.dumps({"channel": channel}),
    )


def link_blocks(kind: type[Connector], purpose: Purpose, url: str, now: datetime) -> list[Block]:
    """The one-time link, for the one person it is for."""
    deed = f"{DEEDS[purpose].capitalize()} {kind.title}"
    until = time_of_day(now + LIFETIME)
    return [
        section(
            f"*{escape(deed)}*\nThe form is a page of mine in your browser. The link is for you "
            f"alone, works once, and ends at {until}. Never type or paste a key in Slack."
        ),
        actions(button("Open the form", OPEN_FORM, url=url, style="primary", label=deed)),
    ]


def link_view(kind: type[Connector], purpose: Purpose, url: str, now: datetime) -> dict[str, Any]:
    verb = DEEDS[purpose].partition(" ")[0].capitalize()
    return modal(f"{verb} a service", link_blocks(kind, purpose, url, now), close="Done")


def rename_view(connection: Connection, channel: str) -> dict[str, Any]:
    label = text_input(NAME, 80, initial=connection.label)
    return modal(
        "Rename",
        [input_field(NAME, "Label", label), context("Cards, the record and viewers show it.")],
        callback_id=RENAME,
        submit="Save",
        metadata=json.dumps({"channel": channel, "connection": connection.id}),
    )


def remove_view(
    connection: Connection, agents: Sequence[str], reports: Sequence[str], channel: str
) -> dict[str, Any]:
    """What removing it would take away, and from whom."""
    lost = [f"• *{escape(name)}* loses its access" for name in agents]
    lost += [f"• {words} goes on without it" for words in reports]
    what = "\n".join(lost) or "No agent and no report uses it."
    blocks = [
        section(f"*{escape(place_of(connection))}* and its credentials are removed for good."),
        section(what),
        context("What was done through it stays in the audit log."),
    ]
    return modal(
        "Remove connection",
        blocks,
        callback_id=REMOVE,
        submit="Remove",
        close="Keep it",
        metadata=json.dumps({"channel": channel, "connection": connection.id}),
    )


def saved_message(
    connection: Connection, purpose: Purpose, agents: Sequence[tuple[str, str]], now: datetime
) -> Message:
    """What is told after a form was saved. `agents` are the ids and names to give it to."""
    head = line(connection, now)
    if connection.status_note:
        head += f"\n_{escape(connection.status_note)}_"
    if purpose is not Purpose.ADD:
        return Message(f"{connection.label} is saved", [section(head)])
    blocks = [section(head)]
    if agents:
        blocks.append(section("*Which agents get it?* Each opens with “read everything” chosen."))
        blocks.append(
            actions(
                *[
                    button(name, GRANT, value=f"{agent_id}:{connection.id}")
                    for agent_id, name in agents[:20]
                ]
            )
        )
    else:
        blocks.append(context("An owner gives agents access to it: `/ops access @agent`."))
    return Message(f"{connection.label} is connected", blocks)
