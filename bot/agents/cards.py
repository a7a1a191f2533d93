"""Attends to an approval's card: posts it, redraws it, and says what the decision came to."""

from __future__ import annotations

from bot.agents.messages import ToolCall, ToolReturn
from bot.agents.voice import Voice
from bot.gate import approvals
from bot.gate.calls import Caller
from bot.gate.desk import place_of
from bot.gate.door import Gate
from bot.scheduling.queue import JobQueue
from bot.slack import cards
from bot.slack.messages import Message
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


class CardDesk:
    """Between the gate's approvals and the cards in Slack."""

    def __init__(self, store: Store, gate: Gate, queue: JobQueue, sender: Sender) -> None:
        self._store = store
        self._gate = gate
        self._queue = queue
        self._sender = sender

    async def attend(
        self, caller: Caller, voice: Voice, approval: Approval, call: ToolCall
    ) -> ToolReturn | None:
        """Takes an approval one further: shows it, or carries out what was decided.

        Returns:
            What the model is told, or None while nobody has decided.
        """
        if approval.state == ApprovalState.PENDING:
            if not approval.card_ts:
                await self._show(caller, voice, approval)
            return None
        if approval.state in (ApprovalState.APPROVED, ApprovalState.EXECUTING):
            card = await self._card(caller, approval)
            await voice.redraw(approval.card_ts, cards.deciding(card, approved=True))
            approval = await self._gate.execute(caller, approval.id)
        card = await self._card(caller, approval)
        await voice.redraw(approval.card_ts, drawn(card, approval))
        failed = approval.state != ApprovalState.DONE
        return ToolReturn(
            call.id, call.name, _told(card, approval), data=_data(card, approval), failed=failed
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

    async def _show(self, caller: Caller, voice: Voice, approval: Approval) -> None:
        ts = await voice.card(cards.asking(await self._card(caller, approval)))
        async with self._store.writing(caller.organisation_id) as session:
            (await session.get_one(Approval, approval.id)).card_ts = ts
            await self._queue.put(
                session,
                organisation_id=caller.organisation_id,
                kind=EXPIRE,
                subject=approval.id,
                lock=f"expire:{approval.id}",
                at=approval.expires_at,
            )

    async def _card(self, caller: Caller, approval: Approval) -> cards.Card:
        async with self._store.reading(caller.organisation_id) as session:
            agent = await session.get_one(Agent, approval.agent_id)
            connection = await session.get_one(Connection, approval.connection_id)
            requester = await session.get_one(Member, approval.requested_by)
            decider = await session.get(Member, approval.decided_by or "")
            deciders = await approvals.approvers(session)
        return cards.Card(
            approval_id=approval.id,
            agent=agent.name,
            action=approval.action,
            resource=approval.resource,
            place=place_of(connection),
            requester=requester.user_id,
            arguments=approval.arguments,
            expires_at=approval.expires_at,
            changes=[(name, before, after) for name, before, after in approval.changes],
            link=approval.link,
            decider=decider.user_id if decider else "",
            decided_at=approval.decided_at,
            approvers=deciders,
        )


def drawn(card: cards.Card, approval: Approval) -> Message:
    """The card in the state that its approval has."""
    match ApprovalState(approval.state):
        case ApprovalState.PENDING:
            return cards.asking(card)
        case ApprovalState.APPROVED | ApprovalState.EXECUTING:
            return cards.deciding(card, approved=True)
        case ApprovalState.DENIED:
            return cards.denied(card)
        case ApprovalState.EXPIRED:
            return cards.expired(card)
        case ApprovalState.DONE:
            return cards.done(card, approval.outcome)
        case ApprovalState.NOT_DONE:
            return cards.not_done(card, approval.outcome)
        case ApprovalState.UNKNOWN:
            return cards.unknown(card, approval.outcome)


def _told(card: cards.Card, approval: Approval) -> str:
    """The outcome in the words that the model gets, and the offline planner repeats."""
    match ApprovalState(approval.state):
        case ApprovalState.DONE:
            return (
                f"Done after approval: {approval.past} in {card.place}. {approval.outcome}".strip()
            )
        case ApprovalState.DENIED:
            return f"Denied by a person: nothing was sent, so I did not {approval.action}."
        case ApprovalState.EXPIRED:
            return f"Nobody decided in time: nothing was sent, so I did not {approval.action}."
        case ApprovalState.UNKNOWN:
            return f"Unknown: {approval.outcome} Link: {approval.link or 'none'}"
    return approval.outcome or "It was not done."


def _data(card: cards.Card, approval: Approval) -> dict[str, object] | None:
    if approval.state != ApprovalState.DONE:
        return None
    fields = {"resource": approval.resource, "in": card.place, "outcome": approval.past}
    return {"title": approval.past, "cut": "", "link": approval.link, "data": fields}
