"""Our turns and tools as pydantic-ai's messages.

Importing this imports pydantic-ai, which takes seconds: do it in a thread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from pydantic import ValidationError
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.tools import ToolDefinition

from bot.agents.marking import delimited
from bot.agents.messages import Asked, Replied, Returned, ToolCall, ToolReturn, ToolSpec, Turn

NO_RESULT = "There is no result: the run stopped before this tool had answered."

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


def messages_of(turns: Sequence[Turn], provider: str) -> list[ModelMessage]:
    """The turns as messages for `provider`, every call with exactly one result behind it."""
    messages: list[ModelMessage] = []
    waiting: Sequence[ToolCall] = ()
    for turn in turns:
        if isinstance(turn, Returned):
            messages.append(_results(waiting, turn.returns))
            waiting = ()
            continue
        if waiting:  # providers refuse a conversation with an open call for good
            messages.append(_results(waiting, ()))
        if isinstance(turn, Asked):
            messages.append(ModelRequest(parts=[UserPromptPart(_asked(turn))]))
            waiting = ()
        else:
            messages.append(_response(turn, provider))
            waiting = turn.calls
    return messages


def tools_of(specs: Sequence[ToolSpec]) -> list[ToolDefinition]:
    return [
        ToolDefinition(
            name=spec.name, description=spec.description, parameters_json_schema=spec.schema
        )
        for spec in specs
    ]


def _asked(turn: Asked) -> str:
    name = " ".join(f"{turn.name} <{turn.email}>".split() if turn.email else turn.name.split())
    head = f"{name} ({turn.when})" if name and turn.when else name or turn.when
    said = f"{head}: {turn.text}" if head else turn.text
    return f"{said}\n\n{turn.wishes}" if turn.wishes else said


def _response(turn: Replied, provider: str) -> ModelResponse:
    return _kept(turn, provider) or ModelResponse(parts=list(_parts(turn)))


def _kept(turn: Replied, provider: str) -> ModelResponse | None:
    """The provider's own form of the response, where there is one that can be read back."""
    if turn.wire is None or turn.wire.get("provider_name") != provider:
        return None
    try:
        kept = ModelMessagesTypeAdapter.validate_json(json.dumps([turn.wire]))[0]
    except ValidationError:
        return None
    return kept if isinstance(kept, ModelResponse) else None


def _parts(turn: Replied) -> Iterator[TextPart | ToolCallPart]:
    if turn.text:
        yield TextPart(turn.text)
    for call in turn.calls:
        yield ToolCallPart(call.name, call.arguments, _id(call.id))


def _results(calls: Sequence[ToolCall], returns: Sequence[ToolReturn]) -> ModelRequest:
    answered = {entry.call_id for entry in returns}
    missing = [
        ToolReturn(call.id, call.name, NO_RESULT, failed=True)
        for call in calls
        if call.id not in answered
    ]
    return ModelRequest(parts=[_result(entry) for entry in (*returns, *missing)])


def _result(entry: ToolReturn) -> ToolReturnPart:
    return ToolReturnPart(
        entry.name,
        delimited(entry.name, entry.text),
        _id(entry.call_id),
        outcome="failed" if entry.failed else "success",
    )


def _id(call_id: str) -> str:
    """Ids of another model may hold what Anthropic refuses: its pattern is `^[a-zA-Z0-9_-]+$`."""
    return _NOT_IN_AN_ID.sub("_", call_id)
