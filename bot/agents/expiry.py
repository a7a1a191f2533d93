"""What time does to approvals: one reminder, then the end of the wait."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from bot.agents.cards import CardDesk, place_of_card
from bot.agents.following import put_next
from bot.gate import approvals, audit
from bot.gate.calls import Caller, CallerKind
from bot.scheduling.queue import Claim, JobQueue
from bot.slack import cards
from bot.slack.cards import Stage
from bot.slack.sender import CannotPost, Sender
from bot.store.database import Store
from bot.store.tables import Approval


class Patience:
    """The handlers of `expire` and `remind` jobs."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        desk: CardDesk,
        sender: Sender,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._queue = queue
        self._desk = desk
        self._sender = sender
        self._wake = wake

    async def expire(self, claim: Claim) -> None:
        """Ends the wait for a decision; whoever goes on says that nobody decided."""
        now = self._store.clock()
        async with self._store.writing(claim.organisation_id) as session:
            if not await approvals.expire(session, claim.subject, now=now):
                return
            approval = await session.get_one(Approval, claim.subject)
            request = await approvals.request_of(session, approval)
            audit.record(
                session,
                Caller(CallerKind.SYSTEM, claim.organisation_id, "expiry", "Quarterdeck"),
                at=now,
                action="expire",
                outcome="done",
                connection_id=approval.connection_id,
                tool=approval.tool,
                resource=approval.resource,
                sentence=f"{request} expired: nobody decided",
            )
            await put_next(self._queue, session, approval)
        self._wake()

    async def remind(self, claim: Claim) -> None:
        """Reminds those who may decide, once, and only where something is still open."""
        card = await self._desk.card(claim.organisation_id, claim.subject)
        if all(item.stage is not Stage.OPEN for item in card.items):
            return
        async with self._store.writing(claim.organisation_id) as session:
            found = await session.scalars(select(Approval).where(Approval.card == claim.subject))
            rows = found.all()
            if any(row.reminded_at for row in rows):
                return
            for row in rows:
                row.reminded_at = self._store.clock()
            place = await place_of_card(session, rows[0])
        try:
            await self._sender.post(place, [cards.reminder(card)])
        except CannotPost:
            return  # whoever is told when the run cannot answer is told then
