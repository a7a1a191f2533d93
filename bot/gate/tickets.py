"""Tickets that a report makes by itself: only under an owner's standing approval.

The standing approval is the consent that another write waits for. Everything else is as for any
write: a row bound to what is sent, sent once, recovered honestly. The rows of a slot are counted
before a new one is saved, so that no crash and no second worker gets past the bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.errors import ConnectorError, NotAllowed
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import Desk, Target
from bot.gate.naming import in_force, named
from bot.gate.presses import Outcome, Pressing, by_key, pressing_of
from bot.gate.writes import NothingToDo, Writes
from bot.store.tables import Approval, ApprovalState, Slot, StandingApproval

_ASK = "An owner can allow it with `/ops tickets`."


class Tickets:
    """Opens tickets for reports."""

    def __init__(self, desk: Desk, writes: Writes) -> None:
        self._desk = desk
        self._writes = writes

    async def open(
        self,
        caller: Caller,
        slot_id: str,
        connection_id: str,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        key: str,
    ) -> Pressing:
        """Opens a ticket, once for its `key`; see `Gate.open_ticket`."""
        if caller.kind is not CallerKind.REPORT:
            raise ValueError("only reports make tickets by themselves")
        async with self._desk.store.reading(caller.organisation_id) as session:
            approval = await by_key(session, key)
        if approval is None:
            try:
                approval = await self._approved(
                    caller, slot_id, connection_id, verb, arguments, key
                )
            except NothingToDo as nothing:
                return Pressing(Outcome.NOTHING, str(nothing))
            except NotAllowed as error:
                return Pressing(Outcome.REFUSED, str(error))
            except ConnectorError as error:
                return Pressing(Outcome.NOT_DONE, f"Nothing was sent. {error}")
        return pressing_of(await self._writes.execute(caller, approval.id))

    async def _approved(
        self,
        caller: Caller,
        slot_id: str,
        connection_id: str,
        verb: str,
        arguments: Mapping[str, Any],
        key: str,
    ) -> Approval:
        async with self._desk.store.reading(caller.organisation_id) as session:
            target = await named(session, connection_id, verb, arguments)
        try:
            async with self._desk.store.reading(caller.organisation_id) as session:
                await _covered(session, caller, slot_id, target)
            drawn_up = await self._writes.draft(caller, target)
            drawn_up.key, drawn_up.slot_id = key, slot_id
            return await self._save(caller, target, drawn_up)
        except NotAllowed as error:
            await self._record_refusal(caller, target, error.message)
            raise

    async def _save(self, caller: Caller, target: Target, drawn_up: Approval) -> Approval:
        async with self._desk.store.writing(caller.organisation_id) as session:
            known = await by_key(session, drawn_up.key)
            if known is not None:
                return known
            standing = await _covered(session, caller, drawn_up.slot_id or "", target)
            drawn_up.standing_id, drawn_up.state = standing.id, ApprovalState.APPROVED
            drawn_up.requested_by = drawn_up.decided_by = standing.given_by
            drawn_up.decided_at = drawn_up.created_at
            session.add(drawn_up)
        return drawn_up

    async def _record_refusal(self, caller: Caller, target: Target, why: str) -> None:
        wish = target.tool.verb.replace("_", " ")
        await self._desk.record(
            caller,
            "refuse",
            "refused",
            f"{audit.who(caller)} was refused to {wish} in {target.place}: {why}",
            connection_id=target.connection.id,
            tool=target.name,
            resource=audit.given(target.arguments),
        )


async def _covered(
    session: AsyncSession, caller: Caller, slot_id: str, target: Target
) -> StandingApproval:
    """The standing approval that allows one more ticket of a slot.

    Raises:
        NotAllowed: there is none, or its number for one report is reached.
    """
    slot = await session.get_one(Slot, slot_id)
    if slot.subscription_id != caller.id:
        raise ValueError("the slot is of another subscription")
    project = str(target.arguments.get(target.tool.creates_ticket, ""))
    found = await session.scalar(
        select(StandingApproval)
        .where(
            StandingApproval.subscription_id == caller.id,
            StandingApproval.connection_id == target.connection.id,
            StandingApproval.tool == target.name,
            StandingApproval.project == project,
            StandingApproval.revoked_at.is_(None),
        )
        .with_for_update()
    )
    if found is None or not target.tool.creates_ticket:
        raise NotAllowed("no standing approval of an owner covers this.", _ASK)
    try:
        standing = await in_force(session, found.id)
    except ConnectorError as lapsed:
        raise NotAllowed(lapsed.message, _ASK) from None
    made = select(func.count()).where(
        Approval.standing_id == standing.id, Approval.slot_id == slot_id
    )
    if (await session.scalar(made.select_from(Approval)) or 0) >= standing.most_a_run:
        most = standing.most_a_run
        raise NotAllowed(f"the standing approval is for {most} in one report, and they are made.")
    return standing
