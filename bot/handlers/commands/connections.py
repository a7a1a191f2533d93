"""`/ops connections`: the signed-in services, how they are, and everything done to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.connecting.tickets import Purpose
from bot.connectors.base import Connector
from bot.connectors.catalogue import all_kinds
from bot.connectors.errors import Invalid
from bot.handlers.commands.command import Command, Run, Typed, lacks, said
from bot.handlers.commands.webhook import webhook
from bot.handlers.commands.wording import read_name
from bot.handlers.connections import issue, opened, overview
from bot.handlers.connections_coming import blocks, coming
from bot.handlers.connections_news import test_soon
from bot.handlers.connections_views import link_blocks, overview_message, picker_view
from bot.handlers.services import Services
from bot.slack.blocks import escape
from bot.slack.messages import Message
from bot.store import crew
from bot.store.rights import Right
from bot.store.tables import Connection

OnOne = Callable[[Services, Typed, Connection], Awaitable[Message | None]]


async def run(services: Services, typed: Typed) -> Message | None:
    word, _, rest = typed.rest.partition(" ")
    chosen = _WORDS.get(word.lower())
    if chosen is None:
        return _mistake(word)
    return await chosen(services, replace(typed, rest=read_name(rest)))


async def _list(services: Services, typed: Typed) -> Message:
    visitor = typed.visitor
    found = await overview(services, visitor.organisation_id, visitor.member)
    return overview_message(found)


async def _add(services: Services, typed: Typed) -> Message | None:
    refusal = await lacks(services, typed, Right.EDIT_CONNECTIONS)
    if refusal is not None:
        return refusal
    if not typed.rest:
        to_come = await coming(services, typed.visitor.organisation_id)
        view = picker_view(typed.visitor.channel, to_come)
        await services.client.views_open(trigger_id=typed.trigger_id, view=view)
        return None
    kind = _service(typed.rest)
    for one in await coming(services, typed.visitor.organisation_id) if kind is None else ():
        if typed.rest.lower() in (one.oauth.service, one.oauth.title.lower()):
            return Message(f"{one.oauth.title} needs more", blocks(one))
    if kind is None:
        near = get_close_matches(typed.rest.lower(), _titles(), n=1)
        hint = f" Did you mean `/ops connections add {_titles()[near[0]].title}`?" if near else ""
        return said(
            f"There is no service “{escape(typed.rest[:60])}”.{hint} `/ops connections add` shows "
            "them all."
        )
    return await _link(services, typed, Purpose.ADD, kind.slug)


async def _edit(services: Services, typed: Typed, row: Connection) -> Message:
    return await _link(services, typed, Purpose.EDIT, row.connector, row.id)


async def _reconnect(services: Services, typed: Typed, row: Connection) -> Message:
    return await _link(services, typed, Purpose.RECONNECT, row.connector, row.id)


async def _test(services: Services, typed: Typed, row: Connection) -> Message:
    return await test_soon(services, typed.visitor, row, typed.response_url)


async def _remove(services: Services, typed: Typed, row: Connection) -> None:
    view = await opened(services, typed.visitor, "remove", row)
    await services.client.views_open(trigger_id=typed.trigger_id, view=view)


async def _rename(services: Services, typed: Typed) -> Message | None:
    """`rename Old to New` at once; with only a label, a modal asks for the new one."""
    refusal = await lacks(services, typed, Right.EDIT_CONNECTIONS)
    if refusal is not None:
        return refusal
    before, _, wanted = typed.rest.partition(" to ")
    rows = await _rows(services, typed)
    row = _named(rows, before) if wanted.strip() else None
    if row is None:
        return await _on_one(_ask_name)(services, typed)
    try:
        renamed = await services.connections.rename(typed.visitor.member, row.id, wanted)
    except Invalid as error:
        return said(f"The label {error.fields['label']}.")
    return said(f"*{escape(row.label)}* is called *{escape(renamed.label)}* now.")


async def _ask_name(services: Services, typed: Typed, row: Connection) -> None:
    view = await opened(services, typed.visitor, "rename", row)
    await services.client.views_open(trigger_id=typed.trigger_id, view=view)


async def _link(
    services: Services, typed: Typed, purpose: Purpose, slug: str, connection_id: str = ""
) -> Message:
    kind, url = await issue(services, typed.visitor, purpose, slug, connection_id)
    blocks = link_blocks(kind, purpose, url, services.store.clock())
    return Message(f"A one-time link to the form of {kind.title}", blocks)


def _on_one(then: OnOne) -> Run:
    """A subcommand about one connection, which its label names; an only one needs no name."""

    async def run_it(services: Services, typed: Typed) -> Message | None:
        refusal = await lacks(services, typed, Right.EDIT_CONNECTIONS)
        if refusal is not None:
            return refusal
        rows = await _rows(services, typed)
        row = _named(rows, typed.rest)
        if row is None:
            return _no_such(rows, typed.rest)
        return await then(services, typed, row)

    return run_it


async def _rows(services: Services, typed: Typed) -> Sequence[Connection]:
    async with services.store.reading(typed.visitor.organisation_id) as session:
        return await crew.connections(session)


def _named(rows: Sequence[Connection], typed: str) -> Connection | None:
    """The connection of a label, whatever its case; without a label the only one there is."""
    if not typed:
        return rows[0] if len(rows) == 1 else None
    wanted = typed.strip().strip("`").lower()
    return next((one for one in rows if one.label.lower() == wanted), None)


def _no_such(rows: Sequence[Connection], typed: str) -> Message:
    if not rows:
        return said("No service is connected yet: `/ops connections add`.")
    labels = {one.label.lower(): one.label for one in rows}
    known = ", ".join(f"`{escape(one.label)}`" for one in rows[:20])
    if not typed:
        return said(f"Say which one: {known}.")
    near = get_close_matches(typed.lower(), labels, n=1, cutoff=0.5)
    hint = f" Did you mean `{escape(labels[near[0]])}`?" if near else ""
    what = escape(typed[:80])
    return said(f"There is no connection called “{what}”.{hint} There are: {known}.")


def _titles() -> Mapping[str, type[Connector]]:
    """Every service by the names that people type for it."""
    kinds = all_kinds().values()
    return {name.lower(): kind for kind in kinds for name in (kind.title, kind.slug)}


def _service(typed: str) -> type[Connector] | None:
    """The service that was typed: by its name, or by a part of it that fits only one."""
    wanted = typed.lower()
    found = _titles().get(wanted)
    if found is not None:
        return found
    parts = {kind.slug: kind for title, kind in _titles().items() if wanted in title}
    return next(iter(parts.values())) if len(parts) == 1 else None


def _mistake(word: str) -> Message:
    near = get_close_matches(word.lower(), [one for one in _WORDS if one], n=1)
    hint = f" Did you mean `/ops connections {near[0]}`?" if near else ""
    return said(
        f"There is no `/ops connections {escape(word[:40])}`.{hint} "
        f"You can write `/ops {CONNECTIONS.usage}`."
    )


_WORDS: Mapping[str, Run] = {
    "": _list,
    "list": _list,
    "add": _add,
    "edit": _on_one(_edit),
    "test": _on_one(_test),
    "reconnect": _on_one(_reconnect),
    "rename": _rename,
    "remove": _on_one(_remove),
    "webhook": webhook,
}

CONNECTIONS = Command(
    "connections",
    "connections [list | add | edit <label> | test <label> | reconnect <label> | "
    "rename <label> to <new> | remove <label> | webhook <label>]",
    "The connected services: how they are, who uses them, and adding more.",
    run,
)
