"""What an agent remembers of a conversation: saved steps turned back into turns for a model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.closing import is_answer, looking_calls
from bot.agents.directives.wishes import wishes_of
from bot.agents.messages import (
    Asked,
    Replied,
    Returned,
    Source,
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
NO_ANSWER = "I could not answer this."


def asked(run: Run, asker: Member, through: str = "") -> Asked:
    """A run's question, with who asked it and when in that person's own time.

    Args:
        through: the agent that asks for that person.
    """
    local = run.created_at.astimezone(ZoneInfo(asker.timezone))
    when = f"{local:%A %-d %B %Y, %H:%M} {asker.timezone}"
    name = f"{through}, for {asker.name}" if through else asker.name
    return Asked(run.question, name, when, wishes_of(run), asker.email)


async def earlier_turns(session: AsyncSession, run: Run) -> list[Turn]:
    """The conversation before this run, oldest first."""
    turns: list[Turn] = []
    before = await runs_before(session, run, EARLIER_RUNS)
    for index, earlier in enumerate(before):
        turns.append(asked(earlier, await session.get_one(Member, earlier.asked_by)))
        steps = await steps_of(session, earlier.id)
        if index >= len(before) - WITH_RESULTS:
            turns += turns_of(steps, end=_end_of(earlier))
        if not isinstance(turns[-1], Replied):
            turns.append(Replied(_end_of(earlier)))
    return turns


def _end_of(run: Run) -> str:
    """How a run ended, or where it stands, as its agent's last word."""
    return run.answer or (NO_ANSWER if run.state == RunState.FAILED else STILL_WAITING)


def turns_of(steps: Sequence[Step], *, end: str = "") -> list[Turn]:
    """A run's steps as turns. With an `end`, calls without a result get it in that place; a model
    must never see a call without its return. Of closing calls it sees only those that came too
    early, as long as the run goes on."""
    turns: list[Turn] = []
    for step in steps:
        replied = replied_from(step)
        if is_answer(step):
            # The provider's own form has the closing calls in it, and nothing returned for them.
            replied = replace(replied, calls=(), wire=None) if replied.calls else replied
        elif end and not looking_calls(step):
            continue
        turns.append(replied)
        if not replied.calls:
            continue
        if not step.complete and not end:
            break
        turns.append(Returned([_return_of(step, call, end) for call in replied.calls]))
    return turns


def replied_from(step: Step) -> Replied:
    saved = step.replied
    return Replied(
        text=saved["text"],
        calls=[ToolCall(one["id"], one["name"], one["arguments"]) for one in saved["calls"]],
        usage=Usage(step.input_tokens, step.output_tokens, step.cached_tokens),
        model=step.model,
        wire=saved.get("wire"),
        sources=[Source(**one) for one in saved.get("sources", ())],
    )


def saved_reply(replied: Replied, closing: Collection[str] = ()) -> dict[str, Any]:
    """A response as its step keeps it, with its calls of `closing` tools marked."""
    calls: list[dict[str, Any]] = [
        {"id": one.id, "name": one.name, "arguments": one.arguments}
        | ({"closing": True} if one.name in closing else {})
        for one in replied.calls
    ]
    saved = {"text": replied.text, "calls": calls, "wire": replied.wire}
    if replied.sources:
        saved["sources"] = [{"url": one.url, "title": one.title} for one in replied.sources]
    return saved


def saved_return(returned: ToolReturn) -> dict[str, Any]:
    """A result as its step keeps it."""
    return {"text": returned.text, "data": returned.data, "failed": returned.failed}


def _return_of(step: Step, call: ToolCall, missing: str) -> ToolReturn:
    saved = step.returned.get(call.id)
    if saved is None:
        return ToolReturn(call.id, call.name, missing)
    return ToolReturn(call.id, call.name, saved["text"], saved["data"], saved["failed"])
