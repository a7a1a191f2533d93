"""The queue of work, and its implementation over the jobs table.

Work is put in within the unit of work that makes it necessary, so neither is ever saved without
the other. A job runs at least once; `lock` keeps jobs of one conversation one after another; a
lease that is not renewed any more hands the job to somebody else, and its `fence` tells the two
apart.

On PostgreSQL workers of several processes take jobs at once. Each row that is taken is locked FOR
UPDATE, and locked ones are skipped; whoever relies on a row staying as it is locks it FOR KEY
SHARE, which holds up whoever takes it and nobody else. SQLite lets one unit of work write at a
time, so there these locks are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, Update, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.store.database import Store
from bot.store.racing import again_if_raced
from bot.store.tables import Job, JobState

T = TypeVar("T")

LEASE = timedelta(seconds=30)
"""How long a worker may be silent before its job is given to another."""

KEPT = timedelta(days=7)
"""How long an ended job is kept, for whoever looks into what happened."""

MAX_ATTEMPTS = 5
"""How often a job is started in all, when the process dies over it each time."""


@dataclass(frozen=True)
class Claim:
    """A job in a worker's hands. `attempt` counts from 1; `fence` grows with each new holder."""

    job_id: int
    organisation_id: str
    kind: str
    subject: str
    attempt: int
    fence: int


@dataclass(frozen=True)
class Share:
    """How many jobs of some kinds may be taken; they count towards no other number."""

    kinds: frozenset[str]
    limit: int


class LostClaim(Exception):
    """Another worker has the job now; whoever gets this must stop without writing anything."""


class TryLater(Exception):
    """Raised by a handler whose work cannot be done now, but may be soon: Slack is down, say."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"try again in {wait}")
        self.wait = wait


class JobQueue(Protocol):
    """Where work is put and taken. Every implementation passes the same contract tests."""

    async def put(
        self,
        session: AsyncSession,
        *,
        organisation_id: str,
        kind: str,
        subject: str,
        lock: str,
        at: datetime | None = None,
        unless_waiting: bool = False,
    ) -> None:
        """Adds work to a unit of work.

        Args:
            at: when it may start; by default at once.
            unless_waiting: not if the same work is there and was not started yet. Two units of
                work at the same moment may still both put it in.
        """

    async def waiting(
        self, session: AsyncSession, kind: str, subjects: Collection[str]
    ) -> set[str]:
        """Those of the subjects for which work of a kind is there that was not started yet."""

    async def newest(self, session: AsyncSession, kind: str, subject: str) -> datetime | None:
        """When work of a kind about a subject was last put in, as long as that is remembered."""

    async def take(self, limit: int, shares: Sequence[Share] = ()) -> Sequence[Claim]:
        """Up to `limit` jobs that may start now, oldest first, never two with the same lock.

        Jobs of a share's kinds are taken up to the share's own limit.
        """

    async def renew(self, claims: Sequence[Claim]) -> None:
        """Tells that these are still being worked on."""

    async def hold(self, session: AsyncSession, claim: Claim) -> None:
        """Makes sure, within a unit of work, that the claim is still ours. Raises LostClaim."""

    async def put_back(self, claim: Claim, wait: timedelta) -> None:
        """Gives a job back, to be taken again after `wait`."""

    async def finish(self, claim: Claim, error: str = "") -> None:
        """Ends a job."""


class TableQueue:
    """The queue over the jobs table, on SQLite and on PostgreSQL."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(
        self,
        session: AsyncSession,
        *,
        organisation_id: str,
        kind: str,
        subject: str,
        lock: str,
        at: datetime | None = None,
        unless_waiting: bool = False,
    ) -> None:
        now = self._store.clock()
        if unless_waiting and await _waits(session, kind, subject, lock):
            return
        session.add(
            Job(
                organisation_id=organisation_id,
                kind=kind,
                subject=subject,
                lock=lock,
                available_at=at or now,
                created_at=now,
            )
        )

    async def waiting(
        self, session: AsyncSession, kind: str, subjects: Collection[str]
    ) -> set[str]:
        found = select(Job.subject).where(
            Job.state == JobState.QUEUED, Job.kind == kind, Job.subject.in_(subjects)
        )
        return set(await session.scalars(_not_taken_meanwhile(found)))

    async def newest(self, session: AsyncSession, kind: str, subject: str) -> datetime | None:
        found = select(Job.created_at).where(Job.kind == kind, Job.subject == subject)
        newest: datetime | None = await session.scalar(found.order_by(Job.id.desc()).limit(1))
        return newest

    async def recover(self) -> None:
        """Frees what a process that died had in its hands, instead of waiting for its leases.

        Only for whoever knows to be the only process, as the owner of the data folder's lock does.
        """
        async with self._store.installation() as session:
            await session.execute(
                update(Job)
                .where(Job.state == JobState.RUNNING)
                .values(state=JobState.QUEUED, lease_until=None)
                .execution_options(synchronize_session=False)
            )

    async def forget_old(self) -> None:
        """Drops jobs that ended long ago; what they did is on record elsewhere."""
        ended = (JobState.DONE, JobState.FAILED)
        async with self._store.installation() as session:
            await session.execute(
                delete(Job)
                .where(Job.state.in_(ended), Job.created_at < self._store.clock() - KEPT)
                .execution_options(synchronize_session=False)
            )

    async def take(self, limit: int, shares: Sequence[Share] = ()) -> Sequence[Claim]:
        return await again_if_raced(lambda: self._take(limit, shares))

    async def _take(self, limit: int, shares: Sequence[Share]) -> Sequence[Claim]:
        now = self._store.clock()
        apart = [kind for share in shares for kind in share.kinds]
        # Most looks find nothing, or one kind: those take no turn to write, or ask no more.
        there = await self._startable_kinds(now)
        wanted = [(limit, Job.kind.not_in(apart))] if there.difference(apart) else []
        wanted += [
            (share.limit, Job.kind.in_(share.kinds)) for share in shares if there & share.kinds
        ]
        claims: list[Claim] = []
        if not any(most > 0 for most, _ in wanted):
            return claims
        async with self._store.installation() as session:
            for most, of_kinds in wanted:
                waiting = _startable(now).where(of_kinds).limit(most)
                for job in await session.scalars(waiting) if most > 0 else ():
                    job.state = JobState.RUNNING
                    job.attempts += 1
                    job.fence += 1
                    job.lease_until = now + LEASE
                    claims.append(_claim(job))
        return claims

    async def _startable_kinds(self, now: datetime) -> set[str]:
        """The kinds of which there is work, be it that its lock is taken."""
        async with self._store.looking() as session:
            due = or_(_due(Job, now), _abandoned(now))
            return set(await session.scalars(select(Job.kind).where(due).distinct()))

    async def renew(self, claims: Sequence[Claim]) -> None:
        until = self._store.clock() + LEASE
        async with self._store.installation() as session:
            for claim in claims:
                await session.execute(_mine(claim).values(lease_until=until))

    async def hold(self, session: AsyncSession, claim: Claim) -> None:
        mine = select(Job.fence).where(Job.id == claim.job_id, Job.state == JobState.RUNNING)
        # Until the unit of work ends nobody else can take the job; renewing its lease may go on.
        fence = await session.scalar(mine.with_for_update(read=True, key_share=True))
        if fence != claim.fence:
            raise LostClaim(f"job {claim.job_id} has another worker")

    async def put_back(self, claim: Claim, wait: timedelta) -> None:
        at = self._store.clock() + wait
        async with self._store.installation() as session:
            await session.execute(
                _mine(claim).values(state=JobState.QUEUED, available_at=at, lease_until=None)
            )

    async def finish(self, claim: Claim, error: str = "") -> None:
        state = JobState.FAILED if error else JobState.DONE
        async with self._store.installation() as session:
            await session.execute(
                _mine(claim).values(state=state, lease_until=None, error=error[:1000])
            )


async def _waits(session: AsyncSession, kind: str, subject: str, lock: str) -> bool:
    same = select(Job.id).where(
        Job.lock == lock,
        Job.kind == kind,
        Job.subject == subject,
        Job.state == JobState.QUEUED,
    )
    return await session.scalar(_not_taken_meanwhile(same.limit(1))) is not None


def _not_taken_meanwhile(waiting: Select[T]) -> Select[T]:
    """Those of the waiting jobs that nobody is taking, and that nobody takes until the unit of work
    ends: what they find is then all that it saved. Of another they would see only the old state."""
    return waiting.with_for_update(read=True, key_share=True, skip_locked=True)


def _startable(now: datetime) -> Select[Job]:
    """Of each lock the one job that may start: the one that its worker left, or the oldest."""
    other = aliased(Job)
    running = exists().where(other.lock == Job.lock, other.state == JobState.RUNNING)
    older = exists().where(other.lock == Job.lock, other.id < Job.id, _due(other, now))
    waiting = and_(_due(Job, now), ~running, ~older)
    found = select(Job).where(or_(waiting, _abandoned(now))).order_by(Job.id)
    return found.with_for_update(of=Job, skip_locked=True)


def _due(job: type[Job], now: datetime) -> ColumnElement[bool]:
    return and_(job.state == JobState.QUEUED, job.available_at <= now)


def _abandoned(now: datetime) -> ColumnElement[bool]:
    return and_(Job.state == JobState.RUNNING, Job.lease_until <= now)


def _mine(claim: Claim) -> Update:
    return (
        update(Job)
        .where(Job.id == claim.job_id, Job.fence == claim.fence, Job.state == JobState.RUNNING)
        .execution_options(synchronize_session=False)
    )


def _claim(job: Job) -> Claim:
    return Claim(
        job_id=job.id,
        organisation_id=job.organisation_id,
        kind=job.kind,
        subject=job.subject,
        attempt=job.attempts,
        fence=job.fence,
    )
