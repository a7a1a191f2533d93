"""Who is on call and what else a card names, asked rarely and never waited for long.

A card has to be there when its service is not, so what does not come at once is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import aiohttp
from sqlalchemy import select

from bot.connectors.results import Row
from bot.incidents.sources import CannotRead, Reads, Source, system
from bot.people.accounts import Account
from bot.slack.incident_cards import Person
from bot.store.database import Store
from bot.store.tables import Member

PATIENCE = 3.0
"""Seconds that a card waits for any of this."""

ON_CALL_KEPT = timedelta(minutes=1)
POLICIES_KEPT = timedelta(minutes=10)
ACCOUNTS_KEPT = timedelta(hours=1)

Accounts = Callable[[str, str], Awaitable[Account | None]]
"""Finds a Slack account of a workspace by its e-mail address."""

Answer = TypeVar("Answer")


class Duty:
    """Finds people and policies for cards."""

    def __init__(self, store: Store, reads: Reads, accounts: Accounts) -> None:
        self._store = store
        self._reads = reads
        self._accounts = accounts
        self._kept: dict[tuple[str, ...], tuple[datetime, object]] = {}

    async def on_call(
        self, organisation_id: str, connection_id: str, team_id: str
    ) -> Sequence[Person]:
        """Who is on call on the default schedule; nobody where that cannot be read."""
        source = Source(self._reads, system(organisation_id), connection_id)

        async def ask() -> Row:
            return (await source.document("who_is_on_call"))[0]

        row = await self._once(("on call", connection_id), ON_CALL_KEPT, ask, Row())
        emails, names = _listed(row.get("email")), _listed(row.get("on_call"))
        if len(emails) != len(names):
            return [Person(name) for name in names]
        return [
            Person(name, await self.account(organisation_id, team_id, email))
            for name, email in zip(names, emails, strict=True)
        ]

    async def policy(self, organisation_id: str, connection_id: str, policy_id: str) -> str:
        """The name of an escalation policy; empty where it is not known."""
        source = Source(self._reads, system(organisation_id), connection_id)

        async def ask() -> list[Row]:
            return (await source.rows("list_escalation_policies"))[0]

        none: list[Row] = []
        rows = await self._once(("policies", connection_id), POLICIES_KEPT, ask, none)
        return next((str(one["name"]) for one in rows if str(one["id"]) == policy_id), "")

    async def person(self, organisation_id: str, team_id: str, who: str) -> Person:
        """Somebody whom a service names, by their address if it gives that."""
        if "@" not in who:
            return Person(who)
        return Person(who, await self.account(organisation_id, team_id, who.strip()))

    async def account(self, organisation_id: str, team_id: str, email: str) -> str:
        """The Slack account of an e-mail address; empty where there is none."""
        async with self._store.reading(organisation_id) as session:
            wanted = select(Member.user_id).where(Member.email == email, Member.outsider == "")
            known = await session.scalar(wanted.limit(1))
        if known:
            return str(known)

        async def ask() -> str:
            found = await self._accounts(team_id, email)
            return found.user_id if found else ""

        return await self._once(("account", team_id, email), ACCOUNTS_KEPT, ask, "")

    async def _once(
        self,
        key: tuple[str, ...],
        keep: timedelta,
        ask: Callable[[], Awaitable[Answer]],
        without: Answer,
    ) -> Answer:
        now = self._store.clock()
        until, kept = self._kept.get(key, (now, without))
        if until > now:
            return kept  # type: ignore[return-value]  # what is kept under a key is of its kind
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await ask()
        except (CannotRead, LookupError, TimeoutError, aiohttp.ClientError):
            answer, keep = without, ON_CALL_KEPT
        self._kept[key] = (now + keep, answer)
        return answer


def _listed(told: object) -> list[str]:
    return [one.strip() for one in str(told or "").split(",") if one.strip()]
