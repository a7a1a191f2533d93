"""Attends to approvals' cards: posts them, redraws them, and says what a decision came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.messages import ToolCall, ToolReturn
from bot.agents.voice import Voice
from bot.gate import approvals
from bot.gate.calls import Caller
from bot.gate.desk import place_of
from bot.gate.door import Gate
from bot.gate.policy import Approvers, Circle
from bot.scheduling.queue import JobQueue
from bot.slack import cards
from bot.slack.cards import Card, Item, Stage
from bot.slack.sender import Sender
from bot.store.database import Store
from bot.store.tables import (
    Agent,
    Approval,
    ApprovalState,
    Connection,
    Conversation,
    Member,
)

EXPIRE = "expire"
"""The kind of job that ends an approval's wait."""

REMIND = "remind"
"""The kind of job that reminds those who may decide, once, when half of the time is over."""

STAGES: Mapping[ApprovalState, Stage] = {
    ApprovalState.PENDING: Stage.OPEN,
    ApprovalState.APPROVED: Stage.SENDING,
    ApprovalState.EXECUTING: Stage.SENDING,
    ApprovalState.DONE: Stage.DONE,
    ApprovalState.DENIED: Stage.DENIED,
    ApprovalState.EXPIRED: Stage.EXPIRED,
    ApprovalState.WITHDRAWN: Stage.WITHDRAWN,
    ApprovalState.NOT_DONE: Stage.NOT_DONE,
    ApprovalState.UNKNOWN: Stage.UNKNOWN,
}

Waiting = Sequence[tuple[ToolCall, Approval]]


class CardDesk:
    """Between the gate's approvals and the cards in Slack."""

    def __init__(
        self, store: Store, gate: Gate, approvers: Approvers, queue: JobQueue, sender: Sender
    ) -> None:
        self._store = store
        self._gate = gate
        self._approvers = approvers
        self._queue = queue
        self._sender = sender

    async def attend(self, caller: Caller, voice: Voice, waiting: Waiting) -> list[ToolReturn]:
        """Takes a step's approvals one further: shows new ones, carries decided ones out.

        Returns:
            What the model is told of those that are settled now.
        """
        new = [one for _, one in waiting if not one.card_ts and one.state == ApprovalState.PENDING]
        await self._show(caller, voice, new)
        settled: list[ToolReturn] = []
        known = [(call, one) for call, one in waiting if one not in new]
        for call, approval in known:
            if approval.state == ApprovalState.PENDING:
                continue
            done = await self._carry_out(caller, voice, approval)
            settled.append(_returned(call, done))
        for card_id, ts in dict.fromkeys((one.card, one.card_ts) for _, one in known):
            await voice.redraw(ts, cards.draw(await self.card(caller.organisation_id, card_id)))
        return settled

    async def card(self, organisation_id: str, card_id: str) -> Card:
        """A card with all its writes as they are now."""
        async with self._store.reading(organisation_id) as session:
            found = select(Approval).where(Approval.card == card_id).order_by(Approval.created_at)
            rows = (await session.scalars(found)).all()
            first = rows[0]
            agent = await session.get_one(Agent, first.agent_id)
            connections = {
                row.connection_id: await session.get_one(Connection, row.connection_id)
                for row in rows
            }
            requester = await session.get_one(Member, first.requested_by)
            items = []
            for row in rows:
                consented = await approvals.consents(session, row.id)
                decider = await session.get(Member, row.decided_by or "")
                items.append(_item(row, decider, consented))
        circle = Circle()
        if any(item.stage is Stage.OPEN for item in items):
            circle = await self._approvers.circle(organisation_id, first)
        return Card(
            id=card_id,
            agent=agent.name,
            place=" and ".join(sorted({place_of(one) for one in connections.values()})),
            requester=requester.user_id,
            items=items,
            expires_at=min(row.expires_at for row in rows),
            approvers=[member.user_id for member in circle.members],
            note="; ".join(circle.unread),
        )

    async def tell_unreachable(
        self, conversation: Conversation, asker: Member, reason: str
    ) -> None:
        """Tells the asker directly when the channel cannot be written to any more."""
        words = {
            "not_in_channel": "I am no longer a member of that channel",
            "channel_not_found": "I am no longer a member of that channel",
            "is_archived": "that channel is archived",
        }.get(reason, f"Slack refused it ({reason})")
        await self._sender.tell(
            asker.user_id,
            f"I could not answer you in <#{conversation.channel_id}>: {words}. "
            "Invite me again and repeat the question, or ask me here.",
        )

    async def _show(self, caller: Caller, voice: Voice, new: Sequence[Approval]) -> None:
        for group in _grouped(new):
            card_id = self._store.ids()
            await self._group(caller, group, card_id)
            ts = await voice.card(cards.draw(await self.card(caller.organisation_id, card_id)))
            await self._keep_shown(caller, group, card_id, ts)

    async def _group(self, caller: Caller, group: Sequence[Approval], card_id: str) -> None:
        async with self._store.writing(caller.organisation_id) as session:
            for approval in group:
                (await session.get_one(Approval, approval.id)).card = card_id

    async def _keep_shown(
        self, caller: Caller, group: Sequence[Approval], card_id: str, ts: str
    ) -> None:
        """Saves where the card is, and sets the clock for its end and its reminder."""
        now = self._store.clock()
        async with self._store.writing(caller.organisation_id) as session:
            for approval in group:
                (await session.get_one(Approval, approval.id)).card_ts = ts
                await self._put(session, caller, EXPIRE, approval.id, approval.expires_at - now)
            await self._put(session, caller, REMIND, card_id, (group[0].expires_at - now) / 2)

    async def _put(
        self, session: AsyncSession, caller: Caller, kind: str, subject: str, wait: timedelta
    ) -> None:
        await self._queue.put(
            session,
            organisation_id=caller.organisation_id,
            kind=kind,
            subject=subject,
            lock=f"{kind}:{subject}",
            at=self._store.clock() + wait,
        )

    async def _carry_out(self, caller: Caller, voice: Voice, approval: Approval) -> Approval:
        if approval.state not in (ApprovalState.APPROVED, ApprovalState.EXECUTING):
            return approval
        card = await self.card(caller.organisation_id, approval.card)
        await voice.redraw(approval.card_ts, cards.draw(card))
        return await self._gate.execute(caller, approval.id)


def _grouped(new: Sequence[Approval]) -> list[list[Approval]]:
    """Which writes share a card: small ones, up to its bound; a large one has its own."""
    small: list[Approval] = []
    groups: list[list[Approval]] = []
    for approval in new:
        if len(cards.exact_arguments(approval.arguments)) > cards.SMALL:
            groups.append([approval])
        else:
            small.append(approval)
    shared = [small[start : start + cards.MOST] for start in range(0, len(small), cards.MOST)]
    return [*shared, *groups]


def _item(row: Approval, decider: Member | None, consented: Sequence[Member]) -> Item:
    return Item(
        approval_id=row.id,
        stage=STAGES[ApprovalState(row.state)],
        action=row.action,
        resource=row.resource,
        arguments=row.arguments,
        changes=[(name, before, after) for name, before, after in row.changes],
        link=row.link,
        needed=row.needed,
        consented=[member.user_id for member in consented],
        decider=decider.user_id if decider else "",
        decided_at=row.decided_at,
        reason=row.reason,
        words=row.outcome,
    )


def _returned(call: ToolCall, approval: Approval) -> ToolReturn:
    done = approval.state == ApprovalState.DONE
    data = {"resource": approval.resource, "outcome": approval.past}
    return ToolReturn(
        call.id,
        call.name,
        _told(approval),
        data={"title": approval.past, "cut": "", "link": approval.link, "data": data}
        if done
        else None,
        failed=not done,
    )


def _told(approval: Approval) -> str:
    """The outcome in the words that the model gets, and the offline planner repeats."""
    because = f" The reason given: “{approval.reason}”." if approval.reason else ""
    match ApprovalState(approval.state):
        case ApprovalState.DONE:
            return f"Done after approval: {approval.past}. {approval.outcome}".strip()
        case ApprovalState.DENIED:
            return f"Denied by a person: nothing was sent, so I did not {approval.action}.{because}"
        case ApprovalState.WITHDRAWN:
            return (
                f"Withdrawn by the one who asked: nothing was sent, so I did not {approval.action}."
            )
        case ApprovalState.EXPIRED:
            return f"Nobody decided in time: nothing was sent, so I did not {approval.action}."
        case ApprovalState.UNKNOWN:
            return f"Unknown: {approval.outcome} Link: {approval.link or 'none'}"
    return approval.outcome or "It was not done."
