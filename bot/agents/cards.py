"""Attends to approvals' cards: posts them, redraws them, and says what a decision came to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

import aiohttp
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.messages import ToolCall, ToolReturn
from bot.agents.voice import Voice
from bot.gate import approvals
from bot.gate.calls import Caller
from bot.gate.desk import place_of
from bot.gate.door import Gate
from bot.gate.policy import Circle
from bot.scheduling.queue import Claim, JobQueue, TryLater
from bot.slack import cards
from bot.slack.cards import Card, Item, Stage
from bot.slack.messages import Identity, Place
from bot.slack.sender import Sender
from bot.store.database import Store
from bot.store.tables import (
    Agent,
    Approval,
    ApprovalState,
    Connection,
    Conversation,
    Member,
    Run,
)

log = structlog.get_logger(__name__)

EXPIRE = "expire"
"""The kind of job that ends an approval's wait."""

REMIND = "remind"
"""The kind of job that reminds those who may decide, once, when half of the time is over."""

UNREACHABLE = (aiohttp.ClientError, TimeoutError)
SLACK_WAIT = timedelta(seconds=15)
"""How long a card that could not be redrawn waits for Slack to be back."""

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

SETTLED = frozenset(
    state for state, stage in STAGES.items() if stage not in (Stage.OPEN, Stage.SENDING)
)

Told = Callable[[str, Approval], Awaitable[None]]
"""Hears that a request came to its end, with the organisation's id."""

Waiting = Sequence[tuple[ToolCall, Approval]]


class CardDesk:
    """Between the gate's approvals and the cards in Slack."""

    def __init__(self, store: Store, gate: Gate, queue: JobQueue, sender: Sender) -> None:
        self._store = store
        self._gate = gate
        self._queue = queue
        self._sender = sender
        self._told: list[Told] = []

    def on_settled(self, told: Told) -> None:
        """Has `told` hear of every request that came to its end after it was on a card: done or
        not, denied, expired, withdrawn. It may hear of one twice, after a crash."""
        self._told.append(told)

    async def post(
        self, organisation_id: str, approval_id: str, place: Place, look: Identity | None = None
    ) -> None:
        """Shows a request that no run asked for, a person's own press, in a thread.

        Sets the clock for its reminder and its end. Asked again, it shows nothing new.

        Raises:
            CannotPost: Slack does not let us write there.
        """
        async with self._store.writing(organisation_id) as session:
            approval = await session.get_one(Approval, approval_id)
            if approval.card_ts or approval.state != ApprovalState.PENDING:
                return
            approval.card = approval.card or self._store.ids()
            approval.channel_id, approval.thread_ts = place.channel, place.thread_ts
        card = await self.card(organisation_id, approval.card)
        ts = await self._sender.post(place, [cards.draw(card)], look)
        await self._keep_shown(organisation_id, [approval], approval.card, ts)

    async def follow(self, claim: Claim) -> None:
        """The handler of `press` jobs: carries a decided press out, and shows what it came to."""
        organisation_id = claim.organisation_id
        async with self._store.reading(organisation_id) as session:
            approval = await session.get_one(Approval, claim.subject)
        is_decided = approval.state in (ApprovalState.APPROVED, ApprovalState.EXECUTING)
        if approval.run_id is None and is_decided:
            with suppress(*UNREACHABLE):
                await self._redraw(approval)
            approval = await self._gate.finish_press(organisation_id, approval.id)
        await self._tell(approval)
        try:
            await self._redraw(approval)
        except UNREACHABLE as error:
            log.warning("slack.unreachable", error=str(error))
            raise TryLater(SLACK_WAIT) from None

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
            await self._tell(done)
        for card_id, ts in dict.fromkeys((one.card, one.card_ts) for _, one in known):
            await voice.redraw(ts, cards.draw(await self.card(caller.organisation_id, card_id)))
        return settled

    async def card(self, organisation_id: str, card_id: str) -> Card:
        """A card with all its writes as they are now."""
        async with self._store.reading(organisation_id) as session:
            found = select(Approval).where(Approval.card == card_id).order_by(Approval.created_at)
            rows = (await session.scalars(found)).all()
            first = rows[0]
            agent = await session.get(Agent, first.agent_id or "")
            connections = {
                row.connection_id: await session.get_one(Connection, row.connection_id)
                for row in rows
            }
            through = await _asking_agent(session, first)
            requester = await session.get_one(Member, first.requested_by)
            items = []
            for row in rows:
                consented = await approvals.consents(session, row.id)
                decider = await session.get(Member, row.decided_by or "")
                items.append(_item(row, decider, consented))
        circle = Circle()
        if any(item.stage is Stage.OPEN for item in items):
            circle = await self._gate.approvers.circle(organisation_id, first)
        return Card(
            id=card_id,
            agent=agent.name if agent else "",
            place=" and ".join(sorted({place_of(one) for one in connections.values()})),
            requester=requester.user_id,
            person=requester.name,
            items=items,
            expires_at=min(row.expires_at for row in rows),
            approvers=[member.user_id for member in circle.members],
            note="; ".join(circle.unread),
            through=through,
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
            await self._keep_shown(caller.organisation_id, group, card_id, ts)

    async def _group(self, caller: Caller, group: Sequence[Approval], card_id: str) -> None:
        async with self._store.writing(caller.organisation_id) as session:
            for approval in group:
                (await session.get_one(Approval, approval.id)).card = card_id

    async def _keep_shown(
        self, organisation_id: str, group: Sequence[Approval], card_id: str, ts: str
    ) -> None:
        """Saves where the card is, and sets the clock for its end and its reminder."""
        now = self._store.clock()
        async with self._store.writing(organisation_id) as session:
            for approval in group:
                row = await session.get_one(Approval, approval.id)
                row.card_ts = ts
                await self._put(session, row, EXPIRE, row.id, row.expires_at - now)
            await self._put(session, row, REMIND, card_id, (row.expires_at - now) / 2)

    async def _put(
        self, session: AsyncSession, row: Approval, kind: str, subject: str, wait: timedelta
    ) -> None:
        await self._queue.put(
            session,
            organisation_id=row.organisation_id,
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

    async def _redraw(self, approval: Approval) -> None:
        """Shows a card's new state, wherever it stands."""
        if not approval.card_ts:
            return
        async with self._store.reading(approval.organisation_id) as session:
            place = await place_of_card(session, approval)
        card = await self.card(approval.organisation_id, approval.card)
        await self._sender.update(place.channel, approval.card_ts, cards.draw(card))

    async def _tell(self, approval: Approval) -> None:
        """Tells those who want to know; what breaks there is logged and harms nobody else."""
        if approval.state not in SETTLED:
            return
        for told in self._told:
            try:
                await told(approval.organisation_id, approval)
            except Exception:
                log.exception("approval.not_told", approval=approval.id)


async def place_of_card(session: AsyncSession, approval: Approval) -> Place:
    """The thread that a request's card stands in: its run's, or the one it was posted in."""
    if approval.run_id is None:
        return Place(approval.channel_id, approval.thread_ts)
    run = await session.get_one(Run, approval.run_id)
    conversation = await session.get_one(Conversation, run.conversation_id)
    return Place(conversation.channel_id, conversation.thread_ts)


async def _asking_agent(session: AsyncSession, approval: Approval) -> str:
    """The name of the agent that asked the one that wants this; empty where a person did."""
    run = await session.get(Run, approval.run_id or "")
    outer = await session.get(Run, run.parent_run_id or "") if run else None
    return (await session.get_one(Agent, outer.agent_id)).name if outer else ""


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
