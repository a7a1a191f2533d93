"""Ends the wait for an approval when its time is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.agents.reception import RUN
from bot.gate import approvals, audit
from bot.gate.calls import Caller, CallerKind
from bot.scheduling.queue import Claim, JobQueue
from bot.store.database import Store
from bot.store.tables import Approval, Run


def expiry_handler(
    store: Store, queue: JobQueue, wake: Callable[[], None]
) -> Callable[[Claim], Awaitable[None]]:
    """The handler of `expire` jobs: the run goes on and says that nobody decided."""

    async def handle(claim: Claim) -> None:
        now = store.clock()
        async with store.writing(claim.organisation_id) as session:
            if not await approvals.expire(session, claim.subject, now=now):
                return
            approval = await session.get_one(Approval, claim.subject)
            run = await session.get_one(Run, approval.run_id)
            audit.record(
                session,
                Caller(CallerKind.SYSTEM, claim.organisation_id, "expiry", "Quarterdeck"),
                at=now,
                action="expire",
                outcome="done",
                connection_id=approval.connection_id,
                tool=approval.tool,
                resource=approval.resource,
                sentence=f"The request to {approval.action} expired: nobody decided",
            )
            await queue.put(
                session,
                organisation_id=claim.organisation_id,
                kind=RUN,
                subject=run.id,
                lock=run.conversation_id,
            )
        wake()

    return handle
