"""Standing approvals: an owner's consent, on record, that a report makes tickets by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.base import Access
from bot.gate.desk import place_of
from bot.gate.kinds import kind_of
from bot.people.refusals import Refused, note, require
from bot.scheduling.subscriptions import active
from bot.store.crew import connections
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import Connection, Member, StandingApproval, Subscription

MOST_A_RUN = 20
"""Tickets of one report that an owner can allow at most."""


@dataclass(frozen=True)
class Terms:
    """What is allowed: in which connection, of which project, how many tickets a report."""

    connection: str
    project: str
    most: int


@dataclass(frozen=True)
class Given:
    """A standing approval that holds, with what it is about."""

    id: str
    channel_id: str
    giver: Member
    terms: str


async def give(store: Store, actor: Member, channel_id: str, report: str, terms: Terms) -> str:
    """Records the consent for the report that a channel gets. Answers with a sentence.

    Raises:
        Refused: the person is no owner, or something that was named is not there.
    """
    if not 1 <= terms.most <= MOST_A_RUN:
        raise Refused(f"Allow 1 to {MOST_A_RUN} tickets in one report.")
    now = store.clock()
    async with store.writing(actor.organisation_id) as session:
        owner = await require(session, actor, Right.ALLOW_TICKETS)
        subscription = await _subscription(session, channel_id, report)
        connection = await _connection(session, terms.connection)
        tool = _tool(connection)
        for old in await _same(session, subscription, connection, tool, terms.project):
            old.revoked_at = now
        session.add(
            StandingApproval(
                subscription_id=subscription.id,
                connection_id=connection.id,
                tool=tool,
                project=terms.project,
                most_a_run=terms.most,
                given_by=owner.id,
                given_at=now,
            )
        )
        may = _in_words(subscription, connection, terms.project, terms.most)
        note(session, owner, f"allowed {may}", at=now, action="standing", about=terms.project)
    return f"Recorded: {may}, without asking. `/ops tickets` lists and revokes this."


async def revoke(store: Store, actor: Member, standing_id: str) -> str:
    """Takes a consent back, from the next ticket on. Raises Refused."""
    async with store.writing(actor.organisation_id) as session:
        owner = await require(session, actor, Right.ALLOW_TICKETS)
        row = await session.get(StandingApproval, standing_id)
        if row is None or row.revoked_at is not None:
            raise Refused("That standing approval is revoked already.")
        row.revoked_at = store.clock()
        told = await _told(session, row)
        note(
            session,
            owner,
            f"revoked the standing approval for {told}",
            at=row.revoked_at,
            action="standing",
            about=row.project,
        )
    return f"Revoked: {told}. From now on nothing is made without being asked."


async def given(store: Store, organisation_id: str) -> Sequence[Given]:
    """The standing approvals that hold, oldest first."""
    async with store.reading(organisation_id) as session:
        rows = await session.scalars(
            select(StandingApproval)
            .where(StandingApproval.revoked_at.is_(None))
            .order_by(StandingApproval.given_at)
        )
        return [await _given(session, row) for row in rows.all()]


async def _given(session: AsyncSession, row: StandingApproval) -> Given:
    subscription = await session.get_one(Subscription, row.subscription_id)
    giver = await session.get_one(Member, row.given_by)
    return Given(row.id, subscription.channel_id, giver, await _told(session, row))


async def _told(session: AsyncSession, row: StandingApproval) -> str:
    subscription = await session.get_one(Subscription, row.subscription_id)
    connection = await session.get_one(Connection, row.connection_id)
    return _in_words(subscription, connection, row.project, row.most_a_run)


def _in_words(subscription: Subscription, connection: Connection, project: str, most: int) -> str:
    tickets = "1 ticket" if most == 1 else f"up to {most} tickets"
    return (
        f"the {subscription.report} report of <#{subscription.channel_id}> to open {tickets} "
        f"each time in project {project} of {place_of(connection)}"
    )


async def _subscription(session: AsyncSession, channel_id: str, report: str) -> Subscription:
    for one in await active(session, channel_id):
        if one.report == report:
            return one
    raise Refused(
        f"This channel does not get the daily {report} report. Subscribe it first: "
        f"`/ops subscribe daily {report} at 09:00`."
    )


async def _connection(session: AsyncSession, label: str) -> Connection:
    everything = await connections(session)
    for one in everything:
        if one.label.casefold() == label.casefold():
            return one
    able = ", ".join(one.label for one in everything if _tickets_of(one)) or "none yet"
    raise Refused(f"There is no connection “{label}”. Those that open tickets: {able}.")


def _tool(connection: Connection) -> str:
    found = _tickets_of(connection)
    if not found:
        raise Refused(f"{place_of(connection)} cannot open tickets.")
    return found[0]


def _tickets_of(connection: Connection) -> list[str]:
    """The tools of a connection that open a ticket. What cannot be undone is never among them."""
    kind = kind_of(connection)
    if kind is None:
        return []
    return [
        kind.tool_name(verb)
        for verb, tool in kind.tools.items()
        if tool.creates_ticket and max(tool.levels) == Access.WRITE
    ]


async def _same(
    session: AsyncSession, subscription: Subscription, connection: Connection, tool: str, what: str
) -> Sequence[StandingApproval]:
    found = await session.scalars(
        select(StandingApproval).where(
            StandingApproval.subscription_id == subscription.id,
            StandingApproval.connection_id == connection.id,
            StandingApproval.tool == tool,
            StandingApproval.project == what,
            StandingApproval.revoked_at.is_(None),
        )
    )
    return found.all()
