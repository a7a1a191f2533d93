"""Writes: put before a person, then carried out at most once."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.errors import ConnectorError, TooBig, Unavailable
from bot.connectors.results import Preview
from bot.gate import approvals, audit
from bot.gate.calls import Caller, CallerKind, ToolCall, ToolReturn, digest
from bot.gate.desk import Desk, Target, place_of
from bot.gate.naming import still_allowed
from bot.gate.opening import Opened
from bot.gate.policy import policy_for
from bot.store.tables import Approval, ApprovalState, Connection, Member

log = structlog.get_logger(__name__)

SEND_TIMEOUT = 60.0
"""Seconds for sending one write with what the connector does around it."""

LOOK_TIMEOUT = 30.0
"""Seconds for reading a resource's state before or after a write."""

MAX_SHOWN = 6000
"""Characters of a write's arguments: all of them stand on its card, within Slack's limits."""


class NothingToDo(Exception):
    """A write is not asked for. Its text is a sentence that says why."""


class Writes:
    """Proposes writes and executes approved ones."""

    def __init__(self, desk: Desk, wait: timedelta) -> None:
        """`wait` is how long an approval stays open."""
        self._desk = desk
        self._wait = wait

    async def propose(
        self, caller: Caller, requested_by: str, call: ToolCall, target: Target
    ) -> Approval | ToolReturn:
        """Puts an agent's write before the people, bound to exactly this call.

        Returns:
            The approval, or what the model is told where there is nothing to approve.
        """
        try:
            approval = await self.draft(caller, target)
        except NothingToDo as nothing:
            text = f"Nothing was sent and nobody was asked. {nothing}"
            return ToolReturn(call.id, call.name, text, failed=True)
        except ConnectorError as error:
            return ToolReturn(call.id, call.name, f"Nothing was sent. {error}", failed=True)
        approval.run_id, approval.call_id, approval.agent_id = caller.run_id, call.id, caller.id
        approval.requested_by = requested_by
        return await self._ask(caller, target, approval)

    async def draft(self, caller: Caller, target: Target) -> Approval:
        """The request for a write as it would be shown, read live. It is not saved, and whoever
        saves it says whose it is. What comes to nothing is put on record here.

        Raises:
            NothingToDo: the service shows an obstacle, or that it is so already.
            ConnectorError: the service could not be asked.
        """
        started = self._desk.started()
        try:
            _refuse_unseen(target)
            opened = await self._desk.open(target.connection)
            preview, opened = await self._look(target, opened)
        except ConnectorError as error:
            await self._drop(caller, target, "", f"it failed: {error.message}", started)
            raise
        if preview.obstacle or preview.done:
            words = opened.redactor.text(as_sentence(preview.obstacle or "it is already so"))
            resource = opened.redactor.text(preview.resource)
            await self._drop(caller, target, resource, words, started)
            raise NothingToDo(words)
        return self._drawn_up(target, opened, preview)

    async def execute(self, caller: Caller, approval_id: str) -> Approval:
        """Carries out a decided write, at most once, and settles what became of it.

        May be called again at any time, by any process: a request that may have left is never
        sent again; the resource is looked at instead.
        """
        approval = await self._load(caller, approval_id)
        if approval.state == ApprovalState.EXECUTING:
            return await self._recover(caller, approval)
        if approval.state != ApprovalState.APPROVED:
            return approval
        async with self._desk.store.writing(caller.organisation_id) as session:
            won = await approvals.claim(session, approval_id)
        if not won:
            return await self._load(caller, approval_id)
        return await self._send(caller, approval)

    async def known(self, caller: Caller, call: ToolCall) -> Approval | None:
        async with self._desk.store.reading(caller.organisation_id) as session:
            return await session.scalar(
                select(Approval).where(
                    Approval.run_id == caller.run_id, Approval.call_id == call.id
                )
            )

    async def _load(self, caller: Caller, approval_id: str) -> Approval:
        async with self._desk.store.reading(caller.organisation_id) as session:
            return await session.get_one(Approval, approval_id)

    async def _look(self, target: Target, opened: Opened) -> tuple[Preview, Opened]:
        try:
            async with asyncio.timeout(LOOK_TIMEOUT):
                preview, opened = await self._desk.twice(
                    opened, lambda one: target.tool.look_ahead(one.connector, target.arguments)
                )
        except ConnectorError as error:
            await self._desk.keep_failure(target.connection, opened.hushed(error))
            raise
        except TimeoutError:
            raise Unavailable(
                f"{target.place} did not answer in time.", "Try again in a moment.", sent=False
            ) from None
        return preview or Preview(resource="", state=""), opened

    async def _drop(
        self, caller: Caller, target: Target, resource: str, why: str, started: float
    ) -> None:
        """Records a wish to write that was put before nobody."""
        action = _sentence(target.tool.action, {**target.arguments, "resource": resource})
        nothing = "nobody was asked" if caller.kind is CallerKind.AGENT else "nothing was sent"
        await self._desk.record(
            caller,
            "ask",
            "not_done",
            f"{audit.who(caller)} wanted to {action} in {target.place}; {nothing}: {why}",
            connection_id=target.connection.id,
            tool=target.name,
            resource=resource,
            started=started,
        )

    def _drawn_up(self, target: Target, opened: Opened, preview: Preview) -> Approval:
        now = self._desk.store.clock()
        clean = opened.redactor
        words = {**target.arguments, "resource": preview.resource}
        return Approval(
            connection_id=target.connection.id,
            tool=target.name,
            arguments=target.arguments,
            digest=digest(target.connection.id, target.name, target.arguments),
            action=clean.text(_sentence(target.tool.action, words)),
            past=clean.text(_sentence(target.tool.past, words)),
            resource=clean.text(preview.resource),
            link=clean.text(preview.link),
            changes=clean.values([[one.name, one.before, one.after] for one in preview.changes]),
            state_seen=preview.state,
            state=ApprovalState.PENDING,
            area=target.tool.area,
            created_at=now,
            expires_at=now + self._wait,
        )

    async def _ask(self, caller: Caller, target: Target, approval: Approval) -> Approval:
        async with self._desk.store.writing(caller.organisation_id) as session:
            policy = await policy_for(session, caller.id, target.connection.id)
            approval.needed = policy.needed(target.tool.area)
            session.add(approval)
            audit.record(
                session,
                caller,
                at=approval.created_at,
                action="ask",
                outcome="waiting",
                connection_id=target.connection.id,
                tool=target.name,
                resource=approval.resource,
                sentence=f"{audit.who(caller)} asked to {approval.action} in {target.place}",
            )
        return approval

    async def _send(self, caller: Caller, approval: Approval) -> Approval:
        """Sends a write that this call has claimed, if all is still as the person saw it."""
        try:
            target, opened = await self._still_the_same(caller, approval)
        except ConnectorError as error:
            words = f"Nothing was sent. {error}"
            return await self._settle(caller, approval, ApprovalState.NOT_DONE, words)
        started = self._desk.started()
        now = await self._load(caller, approval.id)
        if now.state != ApprovalState.EXECUTING:
            return now  # this worker was given up for dead: another one has looked and settled it
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await target.tool.call(opened.connector, target.arguments)
        except ConnectorError as error:
            error = await self._desk.after_refusal(opened, opened.hushed(error))
            await self._desk.keep_failure(target.connection, error)
            if isinstance(error, Unavailable) and error.sent:
                return await self._recover(caller, approval)
            words = f"It was not done. {error}"
            return await self._settle(caller, approval, ApprovalState.NOT_DONE, words, started)
        except Exception:  # too slow, or a fault of the connector's: it may have been sent
            trace = opened.redactor.text(traceback.format_exc())
            log.error("write.broke", approval=approval.id, tool=target.name, trace=trace)  # noqa: TRY400
            return await self._recover(caller, approval)
        return await self._settle(caller, approval, ApprovalState.DONE, "", started)

    async def _still_the_same(self, caller: Caller, approval: Approval) -> tuple[Target, Opened]:
        _refuse_another(approval)
        target = await still_allowed(self._desk, caller, approval)
        opened = await self._desk.open(target.connection)
        preview, opened = await self._look(target, opened)
        if preview.obstacle or preview.done or preview.state != approval.state_seen:
            moved = preview.obstacle or "its state has moved since the card was shown"
            raise ConnectorError(as_sentence(moved), "Ask again if it is still needed.")
        return target, opened

    async def _recover(self, caller: Caller, approval: Approval) -> Approval:
        """Finds out, by looking, what became of a request that may have been sent."""
        try:
            _refuse_another(approval)
            target = await still_allowed(self._desk, caller, approval)
            if not target.tool.has_preview:
                raise ConnectorError("This service cannot be asked what became of it.")
            preview, _ = await self._look(target, await self._desk.open(target.connection))
        except ConnectorError as error:
            words = f"It is unknown whether it was done; please check. {error}"
            return await self._settle(caller, approval, ApprovalState.UNKNOWN, words)
        if preview.done:
            words = "The answer was lost on the way, but the service shows that it is done."
            return await self._settle(caller, approval, ApprovalState.DONE, words)
        if preview.done is False and preview.state == approval.state_seen:
            words = "It was not done: the service shows no change. Ask again if it is needed."
            return await self._settle(caller, approval, ApprovalState.NOT_DONE, words)
        words = "It is unknown whether it was done: the answer was lost. Please check."
        return await self._settle(caller, approval, ApprovalState.UNKNOWN, words)

    async def _settle(
        self,
        caller: Caller,
        approval: Approval,
        state: ApprovalState,
        words: str,
        started: float | None = None,
    ) -> Approval:
        store = self._desk.store
        async with store.writing(caller.organisation_id) as session:
            if await approvals.settle(session, approval.id, state, words):
                row = await session.get_one(Approval, approval.id)
                deed = {
                    ApprovalState.DONE: row.past,
                    ApprovalState.NOT_DONE: f"did not {row.action}",
                }.get(state, f"may or may not have {row.past}")
                connection = await session.get_one(Connection, row.connection_id)
                grounds = await _grounds(session, caller, row)
                told = f"{deed} in {place_of(connection)} {grounds}."
                audit.record(
                    session,
                    caller,
                    at=store.clock(),
                    action="write",
                    outcome=state,
                    connection_id=row.connection_id,
                    tool=row.tool,
                    resource=row.resource,
                    sentence=f"{audit.who(caller)} {told} {words}".strip(),
                    duration_ms=None if started is None else self._desk.lasted(started),
                )
        return await self._load(caller, approval.id)


async def _grounds(session: AsyncSession, caller: Caller, approval: Approval) -> str:
    """Why a write was allowed, for the end of a sentence."""
    by = audit.names(await _approvers(session, approval))
    if caller.kind is CallerKind.REPORT:
        return f"under the standing approval of {by}"
    if caller.kind is CallerKind.PERSON:
        alone = approval.needed == 1 and approval.decided_by == approval.requested_by
        return "with the button" if alone else f"with the button after {by} approved"
    return f"after {by} approved"


async def _approvers(session: AsyncSession, approval: Approval) -> list[str]:
    """The names of those who approved, in that order."""
    several = [one.name for one in await approvals.consents(session, approval.id)]
    decider = await session.get(Member, approval.decided_by or "")
    return several or ([decider.name] if decider else [])


def _refuse_another(approval: Approval) -> None:
    """Raises ConnectorError when the stored request is not the one that people decided on."""
    if digest(approval.connection_id, approval.tool, approval.arguments) != approval.digest:
        raise ConnectorError("The stored request is not the one that was approved.")


def as_sentence(words: str) -> str:
    """A fragment such as "already resolved by Ana" with its capital and full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _refuse_unseen(target: Target) -> None:
    """A person approves what the card shows, so what it cannot show whole is not asked for.

    Raises:
        TooBig: with what to do.
    """
    if len(json.dumps(target.arguments, indent=1, ensure_ascii=False)) > MAX_SHOWN:
        raise TooBig(
            f"The arguments have more than {MAX_SHOWN:,} characters, which no card can show.",
            "Make the request smaller.",
        )


def _sentence(template: str, words: Mapping[str, Any]) -> str:
    """Fills a card's sentence. An argument that was not given leaves its place empty."""
    return template.format_map(_Blank(words)).strip()


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""
