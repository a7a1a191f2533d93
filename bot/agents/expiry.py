"""What time does to approvals: one reminder, then the end of the wait."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from bot.agents.cards import CardDesk
from bot.agents.reception import put_run
from bot.gate import approvals, audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.scheduling.queue import Claim, JobQueue
from bot.slack import cards
from bot.slack.cards import Stage
from bot.slack.messages import Place
from bot.slack.sender import CannotPost, Sender
from bot.store.database import Store
from bot.store.tables import Approval, Connection, Conversation, Run


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
        """Ends the wait for a decision; the run goes on and says that nobody decided."""
        now = self._store.clock()
        async with self._store.writing(claim.organisation_id) as session:
            if not await approvals.expire(session, claim.subject, now=now):
                return
            approval = await session.get_one(Approval, claim.subject)
            run = await session.get_one(Run, approval.run_id)
            connection = await session.get_one(Connection, approval.connection_id)
            audit.record(
                session,
                Caller(CallerKind.SYSTEM, claim.organisation_id, "expiry", "Quarterdeck"),
                at=now,
                action="expire",
                outcome="done",
                connection_id=approval.connection_id,
                tool=approval.tool,
                resource=approval.resource,
                sentence=(
                    f"The request to {approval.action} in {place_of(connection)} expired: "
                    "nobody decided"
                ),
            )
            await put_run(self._queue, session, run)
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
            run = await session.get_one(Run, rows[0].run_id)
            conversation = await session.get_one(Conversation, run.conversation_id)
        place = Place(conversation.channel_id, conversation.thread_ts)
        try:
            await self._sender.post(place, [cards.reminder(card)])
        except CannotPost:
            return  # whoever is told when the run cannot answer is told then
