"""Finds entries of the audit log by words: `debugger`, `@ana`, `Demo since yesterday`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate.audit import names
from bot.gate.calls import CallerKind
from bot.store.crew import handle_of, there_for
from bot.store.rights import Right, may
from bot.store.tables import Agent, AuditEntry, Connection, Member, Run

PAGE = 1000
"""Entries that are read at a time."""

_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_SINCE = re.compile(r"(?:^|\s)since\s+(.*)$", re.IGNORECASE)
_AGO = re.compile(
    r"(\d{1,4}) ?(?:(m)(?:in(?:ute)?s?)?|(h)(?:ours?)?|(d)(?:ays?)?|(w)(?:eeks?)?)(?: ago)?"
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MOMENTS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


class NotUnderstood(Exception):
    """The words name nothing that is known. Its text is a sentence for people."""


@dataclass(frozen=True)
class Wanted:
    """Which entries are wanted: everything that is set has to hold.

    A person's entries are what they did, and what agents did for them. `hidden` are the agents
    that do not exist for the reader.
    """

    agent: Agent | None = None
    people: Sequence[Member] = ()
    connection: Connection | None = None
    since: datetime | None = None
    hidden: Sequence[str] = ()

    @property
    def told(self) -> str:
        """What was understood, as "of Debugger, in Demo, since 21 Nov 2026 00:00 UTC"."""
        parts = []
        if self.agent:
            parts.append(f"of {self.agent.name}")
        if self.people:
            parts.append(f"of {names(sorted({one.name for one in self.people}))}")
        if self.connection:
            parts.append(f"in {self.connection.label}")
        if self.since:
            parts.append(f"since {self.since.astimezone(UTC):%-d %b %Y %H:%M} UTC")
        return ", ".join(parts)

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.agent:
            found.append(_by(CallerKind.AGENT, [self.agent.id]))
        if self.people:
            found.append(_of_people(self.people))
        if self.connection:
            found.append(AuditEntry.connection_id == self.connection.id)
        if self.since:
            found.append(AuditEntry.at >= self.since)
        if self.hidden:
            about = AuditEntry.resource.in_(self.hidden)
            found.append(~(about | _by(CallerKind.AGENT, self.hidden)))
        return found


async def newest(session: AsyncSession, wanted: Wanted, limit: int) -> Sequence[AuditEntry]:
    """The newest entries that are wanted, newest first."""
    found = select(AuditEntry).where(*wanted.conditions()).order_by(AuditEntry.sequence.desc())
    return (await session.scalars(found.limit(limit))).all()


async def count(session: AsyncSession, wanted: Wanted) -> int:
    counted = select(func.count()).select_from(AuditEntry).where(*wanted.conditions())
    return await session.scalar(counted) or 0


async def oldest_first(session: AsyncSession, wanted: Wanted) -> AsyncIterator[AuditEntry]:
    """All entries that are wanted, as they were recorded; read page by page."""
    page = select(AuditEntry).where(*wanted.conditions()).order_by(AuditEntry.sequence).limit(PAGE)
    rows = (await session.scalars(page)).all()
    while rows:
        for row in rows:
            yield row
        after = rows[-1].sequence
        session.expunge_all()
        rows = (await session.scalars(page.where(AuditEntry.sequence > after))).all()


async def understand(
    session: AsyncSession, text: str, *, now: datetime, zone: tzinfo, reader: Member
) -> Wanted:
    """What somebody typed after `/ops audit`. An agent comes before a person of the same name.

    Args:
        zone: where the person's days begin.

    Raises:
        NotUnderstood: naming the words that are no agent, person, connection or moment.
    """
    hidden = await _hidden_from(session, reader)
    found: dict[str, Any] = {"hidden": hidden}
    since = _SINCE.search(text)
    if since:
        found["since"] = moment(since.group(1), now=now, zone=zone)
        text = text[: since.start()]
    words = text.split()
    while words:
        for size in range(len(words), 0, -1):
            name = " ".join(words[:size])
            meant = await _meant(session, name, hidden)
            if meant:
                found.update(meant)
                words = words[size:]
                break
        else:
            raise _unknown(name)
    return Wanted(**found)


async def chosen(
    session: AsyncSession, *, agent: str = "", person: str = "", connection: str = ""
) -> Wanted:
    """The same from names that say what they are of. Raises NotUnderstood."""
    wanted = Wanted(
        agent=await find_agent(session, agent) if agent else None,
        people=await find_people(session, person) if person else (),
        connection=await find_connection(session, connection) if connection else None,
    )
    for given, found, what in (
        (agent, wanted.agent, "agent"),
        (person, wanted.people, "person"),
        (connection, wanted.connection, "connection"),
    ):
        if given and not found:
            raise NotUnderstood(f"There is no {what} called “{given}”.")
    return wanted


def moment(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """`today`, `yesterday`, `3 days`, `2h ago`, `2026-11-01`, `2026-11-01 14:00`.

    Raises:
        NotUnderstood: it is none of these.
    """
    words = " ".join(text.lower().split())
    if words in ("today", "yesterday"):
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight if words == "today" else midnight - timedelta(days=1)
    ago = _AGO.fullmatch(words)
    if ago:
        number, *units = (one for one in ago.groups() if one)
        return now - timedelta(**{_UNITS[units[0]]: int(number)})
    for form in _MOMENTS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=zone)
        except ValueError:
            continue
    raise NotUnderstood(
        f"“since {text.strip()}” is not clear. Write since yesterday, since 3 days, "
        "or since 2026-11-01."
    )


async def find_agent(session: AsyncSession, name: str) -> Agent | None:
    """By handle or name, archived ones too."""
    found: Agent | None = await session.scalar(
        select(Agent).where(Agent.handle == handle_of(name.removeprefix("@")))
    )
    return found


async def find_people(session: AsyncSession, name: str) -> Sequence[Member]:
    """By mention, name or first name; everybody whom the name fits."""
    everyone = (await session.scalars(select(Member).order_by(Member.name))).all()
    mention = _MENTION.fullmatch(name)
    if mention:
        return [one for one in everyone if one.user_id == mention.group(1)]
    wanted = name.removeprefix("@").casefold()
    exact = [one for one in everyone if one.name.casefold() == wanted]
    return exact or [one for one in everyone if one.name.casefold().split(" ")[0] == wanted]


async def find_connection(session: AsyncSession, label: str) -> Connection | None:
    everything = await session.scalars(select(Connection).order_by(Connection.label))
    wanted = label.casefold()
    return next((one for one in everything if one.label.casefold() == wanted), None)


async def _hidden_from(session: AsyncSession, reader: Member) -> Sequence[str]:
    """The private agents of others, of which owners alone may read."""
    if may(reader, Right.READ_PRIVATE_AUDIT):
        return ()
    return (await session.scalars(select(Agent.id).where(~there_for(reader.id)))).all()


async def _meant(session: AsyncSession, name: str, hidden: Sequence[str]) -> dict[str, Any]:
    agent = await find_agent(session, name) if "<" not in name else None
    if agent and agent.id not in hidden:
        return {"agent": agent}
    people = await find_people(session, name)
    if people:
        return {"people": people}
    connection = await find_connection(session, name)
    return {"connection": connection} if connection else {}


def _unknown(name: str) -> NotUnderstood:
    return NotUnderstood(
        f"There is no agent, person or connection called “{name}”. "
        "Write for example: debugger, @ana, Production since yesterday."
    )


def _by(kind: CallerKind, ids: Sequence[str]) -> ColumnElement[bool]:
    return (AuditEntry.caller_kind == kind) & AuditEntry.caller_id.in_(ids)


def _of_people(people: Sequence[Member]) -> ColumnElement[bool]:
    ids = [one.id for one in people]
    # By run, since people change their names; by name where there was no run.
    runs = select(Run.id).where(Run.asked_by.in_(ids))
    return or_(
        _by(CallerKind.PERSON, ids),
        AuditEntry.run_id.in_(runs),
        (AuditEntry.run_id == "") & AuditEntry.asked_by.in_([one.name for one in people]),
    )
