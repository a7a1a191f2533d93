"""The steps of a run as people see them: one line a tool call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.closing import looking_calls
from bot.connectors.catalogue import all_connectors
from bot.connectors.toolset import SEPARATOR
from bot.gate.shape import summary
from bot.slack.progress import Mark, StepLine
from bot.store.tables import Agent, Approval, ApprovalState, Run, Step
from bot.store.talks import runs_within, steps_of

_MARKS = {
    ApprovalState.PENDING: (Mark.WAITING, "waits for a decision"),
    ApprovalState.APPROVED: (Mark.RUNNING, "approved"),
    ApprovalState.EXECUTING: (Mark.RUNNING, "being sent"),
    ApprovalState.DONE: (Mark.DONE, "done"),
    ApprovalState.DENIED: (Mark.REFUSED, "denied, nothing was sent"),
    ApprovalState.EXPIRED: (Mark.REFUSED, "expired, nothing was sent"),
    ApprovalState.WITHDRAWN: (Mark.REFUSED, "withdrawn, nothing was sent"),
    ApprovalState.NOT_DONE: (Mark.FAILED, "not done"),
    ApprovalState.UNKNOWN: (Mark.FAILED, "unknown, please check"),
}


async def lines_of(session: AsyncSession, steps: Sequence[Step]) -> list[StepLine]:
    """One line for each call of a run, in order; below one that asked a colleague, what that did
    for it."""
    if not steps:
        return []
    found = await session.scalars(select(Approval).where(Approval.run_id == steps[0].run_id))
    approvals = {one.call_id: one for one in found}
    within = {one.parent_call_id: one for one in await runs_within(session, steps[0].run_id)}
    lines = []
    for step in steps:
        for call in looking_calls(step):
            call_id = call["id"]
            lines.append(_line(call, step.returned.get(call_id), approvals.get(call_id)))
            if call_id in within:
                lines += await _lines_within(session, within[call_id])
    return lines


async def _lines_within(session: AsyncSession, run: Run) -> list[StepLine]:
    agent = await session.get_one(Agent, run.agent_id)
    lines = await lines_of(session, await steps_of(session, run.id))
    return [replace(one, title=f"{agent.name}: {one.title}", depth=1) for one in lines]


def _line(
    call: dict[str, Any], returned: dict[str, Any] | None, approval: Approval | None
) -> StepLine:
    title = title_of(call["name"], call["arguments"])
    if approval is not None:
        mark, words = _MARKS[ApprovalState(approval.state)]
        return StepLine(mark, title, words)
    if returned is None:
        return StepLine(Mark.RUNNING, title)
    if returned["failed"]:
        return StepLine(Mark.FAILED, title, returned["text"])
    return StepLine(Mark.DONE, title, summary(returned["data"]))


def title_of(name: str, arguments: dict[str, Any]) -> str:
    """ "Better Stack: list incidents (resolved: false)"."""
    for slug, connector in all_connectors().items():
        if name.startswith(f"{slug}_") and name.removeprefix(f"{slug}_") in connector.tools:
            verb = name.removeprefix(f"{slug}_").replace("_", " ")
            return f"{connector.title}: {verb}{_given(arguments)}"
    server, separator, tool = name.removeprefix("mcp_").partition(SEPARATOR)
    if separator:
        return f"{server.replace('_', ' ')}: {tool.replace('_', ' ')}{_given(arguments)}"
    return f"{name.replace('_', ' ')}{_given(arguments)}"  # a tool of the house


def _given(arguments: dict[str, Any]) -> str:
    shown = [f"{key.replace('_', ' ')}: {_short(value)}" for key, value in arguments.items()]
    return f" ({', '.join(shown)})" if shown else ""


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
