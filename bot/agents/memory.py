"""What an agent remembers of a conversation: saved steps turned back into turns for a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.messages import (
    Asked,
    Replied,
    Returned,
    ToolCall,
    ToolReturn,
    Turn,
    Usage,
)
from bot.store.tables import Member, Run, RunState, Step
from bot.store.talks import runs_before, steps_of

EARLIER_RUNS = 8
"""How many earlier questions of a thread are remembered at all."""

WITH_RESULTS = 3
"""How many of them with everything that the tools returned."""

STILL_WAITING = "Nothing was sent yet: this still waits for a person's decision."


def asked(run: Run, asker: Member) -> Asked:
    """A run's question, with who asked it and when in that person's own time."""
    local = run.created_at.astimezone(ZoneInfo(asker.timezone))
    when = f"{local:%A %-d %B %Y, %H:%M} {asker.timezone}"
    return Asked(run.question, asker.name, when)


async def earlier_turns(session: AsyncSession, run: Run) -> list[Turn]:
    """The conversation before this run, oldest first."""
    turns: list[Turn] = []
    before = await runs_before(session, run, EARLIER_RUNS)
    for index, earlier in enumerate(before):
        turns.append(asked(earlier, await session.get_one(Member, earlier.asked_by)))
        if index >= len(before) - WITH_RESULTS:
            turns += turns_of(await steps_of(session, earlier.id), open_end=True)
        elif earlier.answer:
            turns.append(Replied(earlier.answer))
        if earlier.state == RunState.FAILED and not earlier.answer:
            turns.append(Replied("I could not answer this."))
    return turns


def turns_of(steps: Sequence[Step], *, open_end: bool = False) -> list[Turn]:
    """A run's steps as turns. With `open_end`, calls without a result yet get a word in its place;
    a model must never see a call without its return."""
    turns: list[Turn] = []
    for step in steps:
        replied = replied_from(step)
        turns.append(replied)
        if not replied.calls:
            continue
        if not step.complete and not open_end:
            break
        turns.append(Returned([_return_of(step, call) for call in replied.calls]))
    if open_end and turns and not isinstance(turns[-1], Replied):
        turns.append(Replied(STILL_WAITING))
    return turns


def replied_from(step: Step) -> Replied:
    saved = step.replied
    return Replied(
        text=saved["text"],
        calls=[ToolCall(one["id"], one["name"], one["arguments"]) for one in saved["calls"]],
        usage=Usage(step.input_tokens, step.output_tokens, step.cached_tokens),
        model=step.model,
        wire=saved.get("wire"),
    )


def saved_reply(replied: Replied) -> dict[str, Any]:
    """A response as its step keeps it."""
    calls = [{"id": one.id, "name": one.name, "arguments": one.arguments} for one in replied.calls]
    return {"text": replied.text, "calls": calls, "wire": replied.wire}


def saved_return(returned: ToolReturn) -> dict[str, Any]:
    """A result as its step keeps it."""
    return {"text": returned.text, "data": returned.data, "failed": returned.failed}


def _return_of(step: Step, call: ToolCall) -> ToolReturn:
    saved = step.returned.get(call.id)
    if saved is None:
        return ToolReturn(call.id, call.name, STILL_WAITING)
    return ToolReturn(call.id, call.name, saved["text"], saved["data"], saved["failed"])
