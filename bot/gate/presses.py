"""A person's own press of a button that changes something at a service.

The press is the person's approval: it becomes an approval's row and goes the very way of an agent's
approved write, so it is bound to what is sent, sent once, and recovered honestly after a crash.
Where the connection's policy wants somebody else's yes, it waits for that on a card instead.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.errors import ConnectorError, Throttled, Unavailable
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import Desk, Target
from bot.gate.naming import named
from bot.gate.policy import Approvers, OwnPress, Standing
from bot.gate.writes import NothingToDo, Writes
from bot.store.tables import Approval, ApprovalState, Consent, Member


class Outcome(enum.StrEnum):
    """What a press came to."""

    DONE = "done"
    NOTHING = "nothing"
    """There was nothing to do: somebody else did it already, say."""
    REFUSED = "refused"
    WAITING = "waiting"
    """The policy wants somebody else's yes as well: the request belongs on a card."""
    SENDING = "sending"
    """Another worker has it in hands this moment, and will tell what became of it."""
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Pressing:
    """What a press, or a report's ticket, came to, with a sentence for people. `approval` is there
    once it is saved. `temporary`: it was not done, for a reason that may be over soon."""

    outcome: Outcome
    words: str
    approval: Approval | None = None
    temporary: bool = False


_OUTCOMES = {
    ApprovalState.PENDING: (Outcome.WAITING, "Somebody else has to approve this as well."),
    ApprovalState.APPROVED: (Outcome.SENDING, "This is being sent already."),
    ApprovalState.EXECUTING: (Outcome.SENDING, "This is being sent already."),
    ApprovalState.DENIED: (Outcome.NOT_DONE, "It was denied, so nothing was sent."),
    ApprovalState.EXPIRED: (Outcome.NOT_DONE, "Nobody approved it in time: nothing was sent."),
    ApprovalState.WITHDRAWN: (Outcome.NOT_DONE, "It was withdrawn, so nothing was sent."),
}


class Presses:
    """Takes people's own presses."""

    def __init__(self, desk: Desk, writes: Writes, approvers: Approvers) -> None:
        self._desk = desk
        self._writes = writes
        self._approvers = approvers
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def press(
        self,
        member: Member,
        connection_id: str,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        key: str,
    ) -> Pressing:
        """Does what the press asks for, once for its `key`; see `Gate.press`."""
        caller = _caller(member)
        lock = self._locks.setdefault(f"{caller.organisation_id}/{key}", asyncio.Lock())
        async with lock:
            approval = await self._known(caller, key)
            if approval is not None:
                _refuse_another(approval, member, connection_id, verb)
                return await self._carry_out(caller, approval)
            return await self._begin(caller, member, connection_id, verb, arguments, key)

    async def finish(self, organisation_id: str, approval_id: str) -> Approval:
        """Carries out a press that others approved, as the person who pressed."""
        async with self._desk.store.reading(organisation_id) as session:
            approval = await session.get_one(Approval, approval_id)
            member = await session.get_one(Member, approval.requested_by)
        return await self._writes.execute(_caller(member), approval_id)

    async def _begin(
        self,
        caller: Caller,
        member: Member,
        connection_id: str,
        verb: str,
        arguments: Mapping[str, Any],
        key: str,
    ) -> Pressing:
        try:
            async with self._desk.store.reading(caller.organisation_id) as session:
                target = await named(session, connection_id, verb, arguments)
            if not target.writes:
                raise ValueError(f"{verb} only reads, and needs no press")
            own = await self._approvers.own_press(member, connection_id, target.tool.area)
            if own.standing is Standing.REFUSED:
                return await self._refuse(caller, target, own)
            drawn_up = await self._writes.draft(caller, target)
        except NothingToDo as nothing:
            return Pressing(Outcome.NOTHING, str(nothing))
        except ConnectorError as error:
            soon = isinstance(error, Throttled | Unavailable)
            return Pressing(Outcome.NOT_DONE, f"Nothing was sent. {error}", temporary=soon)
        drawn_up.key, drawn_up.requested_by = key, member.id
        return await self._carry_out(caller, await self._save(caller, target, drawn_up, own))

    async def _save(
        self, caller: Caller, target: Target, drawn_up: Approval, own: OwnPress
    ) -> Approval:
        """The press on record; the one that is there where another worker was faster."""
        store = self._desk.store
        drawn_up.needed = own.needed
        if own.standing is Standing.ENOUGH:
            drawn_up.state = ApprovalState.APPROVED
            drawn_up.decided_by, drawn_up.decided_at = caller.id, drawn_up.created_at
        try:
            async with store.writing(caller.organisation_id) as session:
                known = await by_key(session, drawn_up.key)
                if known is not None:
                    return known
                session.add(drawn_up)
                await session.flush()
                if own.standing is Standing.NEEDS_OTHERS and own.counts:
                    consent = Consent(
                        approval_id=drawn_up.id, member_id=caller.id, at=drawn_up.created_at
                    )
                    session.add(consent)
                self._record(session, caller, target, drawn_up)
        except IntegrityError:
            async with store.reading(caller.organisation_id) as session:
                known = await by_key(session, drawn_up.key)
            if known is None:
                raise
            return known
        return drawn_up

    def _record(
        self, session: AsyncSession, caller: Caller, target: Target, approval: Approval
    ) -> None:
        waits = approval.state == ApprovalState.PENDING
        more = "; somebody else has to approve it as well" if waits else ""
        audit.record(
            session,
            caller,
            at=approval.created_at,
            action="press",
            outcome="waiting" if waits else "done",
            connection_id=target.connection.id,
            tool=target.name,
            resource=approval.resource,
            sentence=(
                f"{caller.name} pressed the button to {approval.action} in {target.place}{more}"
            ),
        )

    async def _refuse(self, caller: Caller, target: Target, own: OwnPress) -> Pressing:
        verb = target.tool.verb.replace("_", " ")
        await self._desk.record(
            caller,
            "refuse",
            "refused",
            f"{caller.name} was refused to {verb} in {target.place} with the button: "
            "the approval policy does not name them",
            connection_id=target.connection.id,
            tool=target.name,
            resource=audit.given(target.arguments),
        )
        return Pressing(Outcome.REFUSED, own.why)

    async def _carry_out(self, caller: Caller, approval: Approval) -> Pressing:
        return pressing_of(await self._writes.execute(caller, approval.id))

    async def _known(self, caller: Caller, key: str) -> Approval | None:
        async with self._desk.store.reading(caller.organisation_id) as session:
            return await by_key(session, key)


def pressing_of(approval: Approval) -> Pressing:
    """Where a press, or a ticket, stands by its row."""
    state = ApprovalState(approval.state)
    if state is ApprovalState.DONE:
        words = f"Done: {approval.past}. {approval.outcome}".strip()
        return Pressing(Outcome.DONE, words, approval)
    if state in (ApprovalState.NOT_DONE, ApprovalState.UNKNOWN):
        # Whether it was not done for good shows when it is drawn up anew.
        return Pressing(Outcome(state), approval.outcome, approval, temporary=True)
    return Pressing(*_OUTCOMES[state], approval)


async def by_key(session: AsyncSession, key: str | None) -> Approval | None:
    """The press or ticket that a key made."""
    found: Approval | None = await session.scalar(select(Approval).where(Approval.key == key))
    return found


def _caller(member: Member) -> Caller:
    return Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name)


def _refuse_another(approval: Approval, member: Member, connection_id: str, verb: str) -> None:
    same = approval.requested_by == member.id and approval.connection_id == connection_id
    if not (same and approval.tool.endswith(f"_{verb}")):
        raise ValueError(f"the key {approval.key!r} belongs to another press")
