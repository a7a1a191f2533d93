"""Approve and Deny. What counts is the approval in the store, never what the click carries."""

from __future__ import annotations

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.reception import RUN
from bot.gate import approvals, audit
from bot.gate.approvals import Decision
from bot.gate.calls import Caller, CallerKind
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.slack.cards import APPROVE, DENY
from bot.slack.dates import time_of_day
from bot.slack.messages import Place
from bot.store.tables import Approval, ApprovalState, Member, Run

log = structlog.get_logger(__name__)


def register(app: AsyncApp, services: Services) -> None:
    async def approve(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await decide(services, body, approve=True)
        return await ack()

    async def deny(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await decide(services, body, approve=False)
        return await ack()

    async def ignored(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        """A button that nothing listens to any more, on an old message say."""
        log.info("slack.click_ignored", action=body["actions"][0].get("action_id"))
        return await ack()

    app.action(APPROVE)(approve)
    app.action(DENY)(deny)
    app.action(re.compile(".*"))(ignored)


async def decide(services: Services, body: dict[str, Any], *, approve: bool) -> None:
    """Takes a press of Approve or Deny, and tells the person privately where it has no effect."""
    visitor = await visitor_of(services, body)
    if visitor is None:
        return
    approval_id = str(body["actions"][0].get("value") or "")
    async with services.store.writing(visitor.organisation_id) as session:
        decision, approval = await approvals.decide(
            session, approval_id, visitor.member, approve=approve, now=services.store.clock()
        )
        await _record(services, session, visitor, decision, approval, approve=approve)
        if decision is Decision.TAKEN and approval is not None:
            run = await session.get_one(Run, approval.run_id)
            await services.queue.put(
                session,
                organisation_id=visitor.organisation_id,
                kind=RUN,
                subject=run.id,
                lock=run.conversation_id,
            )
        words = await _explain(session, visitor.member, decision, approval)
    services.wake()
    if words:
        await services.sender.whisper(_place(body), visitor.member.user_id, words)


async def _record(
    services: Services,
    session: AsyncSession,
    visitor: Visitor,
    decision: Decision,
    approval: Approval | None,
    *,
    approve: bool,
) -> None:
    member = visitor.member
    caller = Caller(CallerKind.PERSON, visitor.organisation_id, member.id, member.name)
    verb = "approve" if approve else "deny"
    what = approval.action if approval else "a request that is not on record"
    sentence, outcome = {
        Decision.TAKEN: (f"{member.name} {'approved' if approve else 'denied'}: {what}", "done"),
        Decision.TOO_LATE: (f"{member.name} came too late to {verb}: {what}", "refused"),
        Decision.NOT_ALLOWED: (f"{member.name} may not {verb}: {what}", "refused"),
        Decision.GONE: (f"{member.name} pressed {verb} on {what}", "refused"),
    }[decision]
    audit.record(
        session,
        caller,
        at=services.store.clock(),
        action=verb,
        outcome=outcome,
        sentence=sentence,
        connection_id=approval.connection_id if approval else "",
        tool=approval.tool if approval else "",
        resource=approval.resource if approval else "",
    )


async def _explain(
    session: AsyncSession, member: Member, decision: Decision, approval: Approval | None
) -> str:
    """What the person is told privately; nothing where the card itself says it all."""
    if decision is Decision.TAKEN:
        return ""
    if decision is Decision.GONE or approval is None:
        return "This request is no longer on record, so nothing happened. Ask the agent again."
    if decision is Decision.NOT_ALLOWED:
        people = ", ".join(f"<@{user}>" for user in await approvals.approvers(session))
        return f"You may not decide on this. {people or 'An owner'} can."
    if approval.decided_by == member.id:
        return ""  # Slack's second delivery of the same press
    if approval.decided_by is None or approval.decided_at is None:
        return "This request has expired, so nothing happened. Ask the agent again if it is needed."
    decider = await session.get(Member, approval.decided_by)
    word = "denied" if approval.state == ApprovalState.DENIED else "approved"
    name = f"<@{decider.user_id}>" if decider else "Somebody"
    return f"{name} {word} this at {time_of_day(approval.decided_at)} already."


def _place(body: dict[str, Any]) -> Place:
    container = body.get("container") or {}
    return Place(
        channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        thread_ts=str(container.get("thread_ts") or ""),
    )
