"""What is open and who is on call, asked live in a person's name and put into a short message."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.connectors.results import Row
from bot.connectors.wording import moment
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.incidents.sources import CannotRead, Reads, Source, has_incidents
from bot.slack.blocks import clip, context, escape, section
from bot.slack.dates import date_and_time
from bot.slack.messages import Block, Message
from bot.store import crew
from bot.store.database import Store
from bot.store.tables import Connection, Member

SHOWN = 20
"""Incidents of one connection."""

LONGEST = 140
NO_SOURCE = (
    "No service with incidents is connected yet. An owner connects Better Stack; "
    "see `/ops connections`."
)


_Part = tuple[str, list[Block]]
_Told = Callable[[Source, str], Awaitable[_Part]]
"""How one connection's part is made: its words, and its blocks."""


class Asked(enum.StrEnum):
    """What can be asked."""

    INCIDENTS = "incidents"
    ON_CALL = "on_call"


class Overview:
    """Answers at a glance. It reads through the gate like everybody else."""

    def __init__(self, store: Store, reads: Reads) -> None:
        self._store = store
        self._reads = reads

    async def answer(self, asked: Asked, member: Member) -> Message:
        """What a member gets to see. A service that does not answer is named in it."""
        async with self._store.reading(member.organisation_id) as session:
            held = [one for one in await crew.connections(session) if has_incidents(one)]
        if not held:
            return Message(NO_SOURCE, [section(NO_SOURCE)])
        caller = Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name)
        told = _incidents if asked is Asked.INCIDENTS else _on_call
        parts = await asyncio.gather(
            *(self._part(told, Source(self._reads, caller, one.id), one) for one in held)
        )
        text = "; ".join(text for text, _ in parts)
        return Message(text, [block for _, blocks in parts for block in blocks][:50])

    async def _part(self, told: _Told, source: Source, connection: Connection) -> _Part:
        place = place_of(connection)
        try:
            return await told(source, place)
        except CannotRead as why:
            line = f"{place} did not say: {why}"
            return line, [section(f":warning: {escape(clip(line, 1000))}")]


async def _incidents(source: Source, place: str) -> _Part:
    rows, cut = await source.rows("list_incidents", resolved=False)
    if not rows:
        line = f"Nothing is open in {place}."
        return line, [section(f":large_green_circle: {escape(line)}")]
    more = "at least " if cut else ""
    title = f"{more}{len(rows)} open in {place}"
    left = [context(f"and {len(rows) - SHOWN} more")] if len(rows) > SHOWN else []
    lines = [_incident(row) for row in rows[:SHOWN]]
    return title, [section(f"*{escape(title)}*"), *_joined(lines), *left]


def _incident(row: Row) -> str:
    name = escape(clip(str(row.get("name") or f"Incident {row['id']}"), LONGEST))
    named = f"<{row['link']}|{name}>" if row.get("link") else name
    cause = f"\n{escape(clip(str(row['cause']), LONGEST))}" if row.get("cause") else ""
    by = row.get("acknowledged_by")
    lamp = ":large_yellow_circle:" if row.get("acknowledged_at") else ":red_circle:"
    who = f"acknowledged by {escape(str(by))}" if by else "acknowledged"
    state = who if row.get("acknowledged_at") else "not acknowledged"
    begun = moment(row.get("started_at"))
    since = f" · since {date_and_time(begun)}" if begun else ""
    return f"{lamp} *{named}* · {state}{since}{cause}"


async def _on_call(source: Source, place: str) -> _Part:
    (schedules, _), shifts = await asyncio.gather(
        source.rows("list_on_call_schedules"), _next_shifts(source)
    )
    people = ", ".join(f"{row['name']}: {row['on_call']}" for row in schedules) or "nobody"
    lines = [f":pager: *{escape(str(row['name']))}*: {escape(_people(row))}" for row in schedules]
    blocks = [section(f"*On call in {escape(place)}*"), *_joined(lines or ["Nobody."])]
    if shifts:
        blocks.append(context(escape(f"Next: {shifts[0]}")))
    return f"On call in {place}: {people}", blocks


def _people(row: Mapping[str, object]) -> str:
    return clip(str(row.get("on_call") or "nobody"), LONGEST)


async def _next_shifts(source: Source) -> Sequence[str]:
    """The coming shifts of the default schedule; a team without one has none."""
    try:
        document, _ = await source.document("who_is_on_call")
    except CannotRead:
        return ()
    shifts: Sequence[str] = document.get("upcoming_shifts") or ()
    return shifts


def _joined(lines: Sequence[str]) -> list[Block]:
    """Lines in as few blocks as hold them."""
    blocks, held = [], ""
    for line in lines:
        if held and len(held) + len(line) > 2800:
            blocks.append(section(held))
            held = ""
        held = f"{held}\n{line}".strip()
    return [*blocks, section(held)]
