"""`#alert`: whom it goes to, and its words. Which rows call for one is in `judging`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import aiohttp
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.directives.judging import Judged
from bot.agents.directives.results import Row, Table
from bot.agents.directives.routing import route_fits
from bot.agents.house_tools import At
from bot.connectors.base import Connector
from bot.connectors.errors import ConnectorError
from bot.gate.door import Gate
from bot.gate.kinds import kind_of
from bot.people.accounts import Account
from bot.slack.blocks import escape
from bot.store.database import Store
from bot.store.tables import Connection, Grant, IncidentRoute, Member

Accounts = Callable[[str, str], Awaitable[Account | None]]
"""Finds a Slack account of a workspace by its e-mail address."""

MOST_ROWS = 10
ON_CALL_SECONDS = 10.0

_PERSON_OR_CHANNEL = re.compile(r"&lt;((?:@[UW]|#C)[A-Z0-9]+(?:\|[\w .-]*)?)&gt;")
_ADDRESS = re.compile(r"(?:\b[a-z][a-z+.-]*://|\bwww\.)\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """Where an alert is posted: the incident channel, or the question's own thread. `people` are
    the Slack ids of who is on call, who are mentioned where there is no incident channel."""

    channel: str
    thread_ts: str = ""
    people: Sequence[str] = ()

    @property
    def is_incident_channel(self) -> bool:
        return not self.thread_ts


class Targets:
    """Finds out whom an alert goes to."""

    def __init__(self, store: Store, gate: Gate, accounts: Accounts) -> None:
        self._store = store
        self._gate = gate
        self._accounts = accounts

    async def of(self, at: At, rows: Sequence[Row] = ()) -> Target:
        """The channel of the first incident route that some of the rows fit, else people."""
        talk = at.conversation
        async with self._store.reading(at.caller.organisation_id) as session:
            routes = await session.scalars(
                select(IncidentRoute)
                .where(IncidentRoute.team_id == talk.team_id, IncidentRoute.removed_at.is_(None))
                .order_by(IncidentRoute.position)
            )
            for route in routes:
                if route_fits(route, rows):
                    return Target(route.channel_id)
            able = await _with_schedules(session, at.agent.id)
        return Target(talk.channel_id, talk.thread_ts, await self._people(at, able))

    async def _people(self, at: At, able: Sequence[Connection]) -> list[str]:
        organisation_id = at.caller.organisation_id
        emails: list[str] = []
        for one in able:
            try:
                async with asyncio.timeout(ON_CALL_SECONDS):
                    emails += await self._gate.on_call(organisation_id, one.id)
            except (ConnectorError, TimeoutError):
                continue
        found = [await self._person(at, email) for email in dict.fromkeys(emails)]
        return [one for one in found if one]

    async def _person(self, at: At, email: str) -> str:
        """The Slack account of an e-mail address; empty where there is none."""
        async with self._store.reading(at.caller.organisation_id) as session:
            known = await session.scalar(
                select(Member.user_id).where(Member.email == email, Member.outsider == "").limit(1)
            )
        if known:
            return str(known)
        try:
            async with asyncio.timeout(ON_CALL_SECONDS):
                account = await self._accounts(at.conversation.team_id, email)
        except (LookupError, aiohttp.ClientError, TimeoutError):
            return ""
        return account.user_id if account else ""


async def _with_schedules(session: AsyncSession, agent_id: str) -> list[Connection]:
    """The connections of an agent whose service knows who is on call."""
    granted = select(Grant.connection_id).where(Grant.agent_id == agent_id)
    found = await session.scalars(select(Connection).where(Connection.id.in_(granted)))
    return [
        one
        for one in found
        if (kind := kind_of(one)) and kind.on_call_emails is not Connector.on_call_emails
    ]


def words_of_alert(at: At, wish: str, found: str, judged: Judged, target: Target) -> str:
    """An alert in Slack's own markup. What services said in it is text, and mentions nobody."""
    about = f" to alert {_said(wish)}" if wish else " for an alert"
    asked = f"*{escape(at.agent.name)}* was asked by <@{at.asker.user_id}>{about}."
    lines = [f"• {_line(row, judged.table)}" for row in judged.rows[:MOST_ROWS] if judged.table]
    if len(judged.rows) > MOST_ROWS:
        lines.append(f"…and {len(judged.rows) - MOST_ROWS} more")
    mentioned = " ".join(f"<@{one}>" for one in target.people)
    head = f":bell: {mentioned + ', you are on call. ' if mentioned else ''}{asked}"
    where = f"The question is in <#{at.conversation.channel_id}>." * target.is_incident_channel
    private = "" if at.conversation.direct else where
    told = escape(_ADDRESS.sub("(a link)", found))  # only rows link: their services gave the links
    return "\n".join(one for one in (head, told, *lines, private) if one)[:2900]


def _said(wish: str) -> str:
    """A person's own words, in which they may name people and channels but call no groups."""
    return _PERSON_OR_CHANNEL.sub(r"<\1>", escape(wish))


def _line(row: Row, table: Table) -> str:
    name = escape(str(row.get(table.label) or "a row"))[:200]
    link = str(row.get("link") or "")
    shown = f"<{link}|{name}>" if re.fullmatch(r"https?://[^\s<>|]+", link) else f"*{name}*"
    facts = [str(row[one]) for one in ("status", "state", "cause", "monitor") if row.get(one)]
    return " – ".join([shown, *[escape(one)[:100] for one in facts if one != name]])
