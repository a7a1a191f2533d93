"""Takes what people press on an approval's card: who may, what counts, what is put on record."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate import approvals, audit
from bot.gate.approvals import Decision
from bot.gate.calls import Caller, CallerKind
from bot.gate.policy import Approvers, Verdict
from bot.slack.dates import time_of_day
from bot.store.database import Store
from bot.store.tables import Approval, ApprovalState, Member

Then = Callable[[AsyncSession, Approval], Awaitable[None]]
"""What follows from a decision, saved in the same unit of work."""


class Press(enum.StrEnum):
    """What can be pressed."""

    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"

    @property
    def past(self) -> str:
        return {"approve": "approved", "deny": "denied", "withdraw": "withdrew"}[self.value]


@dataclass(frozen=True)
class Pressed:
    """What became of a press. `words` are told to the person alone, if there are any."""

    decision: Decision
    words: str = ""


class Decisions:
    """Decides on approvals for people."""

    def __init__(self, store: Store, approvers: Approvers) -> None:
        self._store = store
        self._approvers = approvers

    async def press(
        self, member: Member, approval_id: str, press: Press, then: Then, *, reason: str = ""
    ) -> Pressed:
        """Takes one press. The same one again changes nothing and says nothing."""
        organisation_id = member.organisation_id
        async with self._store.reading(organisation_id) as session:
            approval = await session.get(Approval, approval_id)
        verdict = Verdict(allowed=True)
        if approval is not None and press is not Press.WITHDRAW:
            verdict = await self._approvers.verdict(organisation_id, approval, member)
        async with self._store.writing(organisation_id) as session:
            approval = await session.get(Approval, approval_id)
            decision = await self._decide(session, approval, member, press, verdict, reason)
            await self._record(session, member, press, decision, approval, reason)
            if approval is not None and decision in (Decision.TAKEN, Decision.HALF):
                await then(session, approval)
            words = await self._explain(session, member, decision, approval, verdict)
        return Pressed(decision, words)

    async def on_card(self, organisation_id: str, card: str) -> Sequence[str]:
        """The approvals of a card that are still open."""
        async with self._store.reading(organisation_id) as session:
            found = select(Approval.id).where(
                Approval.card == card, Approval.state == ApprovalState.PENDING
            )
            return (await session.scalars(found.order_by(Approval.created_at))).all()

    async def _decide(
        self,
        session: AsyncSession,
        approval: Approval | None,
        member: Member,
        press: Press,
        verdict: Verdict,
        reason: str,
    ) -> Decision:
        if approval is None:
            return Decision.GONE
        now = self._store.clock()
        if press is Press.WITHDRAW:
            return await approvals.withdraw(session, approval, member, now=now)
        if not verdict.allowed:
            return Decision.NOT_ALLOWED
        approve = press is Press.APPROVE
        return await approvals.decide(
            session, approval, member, approve=approve, now=now, reason=reason
        )

    async def _record(
        self,
        session: AsyncSession,
        member: Member,
        press: Press,
        decision: Decision,
        approval: Approval | None,
        reason: str,
    ) -> None:
        what = "a request that is not on record"
        if approval is not None:
            what = await approvals.request_of(session, approval)
        because = f", because: {reason}" if reason else ""
        sentence = {
            Decision.TAKEN: f"{member.name} {press.past} {what}{because}",
            Decision.HALF: f"{member.name} approved {what}; a second person has to as well",
            Decision.TOO_LATE: f"{member.name} came too late to {press} {what}",
            Decision.NOT_ALLOWED: f"{member.name} was refused to {press} {what}",
            Decision.GONE: f"{member.name} pressed {press} on {what}",
        }[decision]
        taken = decision in (Decision.TAKEN, Decision.HALF)
        audit.record(
            session,
            Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name),
            at=self._store.clock(),
            action=press,
            outcome="done" if taken else "refused",
            sentence=sentence,
            connection_id=approval.connection_id if approval else "",
            tool=approval.tool if approval else "",
            resource=approval.resource if approval else "",
        )

    async def _explain(
        self,
        session: AsyncSession,
        member: Member,
        decision: Decision,
        approval: Approval | None,
        verdict: Verdict,
    ) -> str:
        """What the person is told privately; nothing where the card itself says it all."""
        if decision is Decision.TAKEN:
            return ""
        if decision is Decision.GONE or approval is None:
            return "This request is no longer on record, so nothing happened. Ask the agent again."
        if decision is Decision.HALF:
            return "Your approval counts. A second person has to approve this as well."
        if decision is Decision.NOT_ALLOWED:
            return verdict.why or "Only the person who asked can take this back."
        if approval.decided_by == member.id:
            return ""  # Slack's second delivery of the same press
        if approval.decided_by is None or approval.decided_at is None:
            return "This request has expired, so nothing happened. Ask again if it is needed."
        decider = await session.get(Member, approval.decided_by)
        word = {ApprovalState.DENIED: "denied", ApprovalState.WITHDRAWN: "took back"}.get(
            ApprovalState(approval.state), "approved"
        )
        name = f"<@{decider.user_id}>" if decider else "Somebody"
        return f"{name} {word} this at {time_of_day(approval.decided_at)} already."
