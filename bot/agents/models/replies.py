"""A finished response of pydantic-ai as our `Replied`, or the reason why it is none.

Importing this imports pydantic-ai, which takes seconds: do it in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

from pydantic_ai.messages import (
    ModelMessagesTypeAdapter,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ToolCallPart,
)

from bot.agents.messages import ModelFailed, Replied, ToolCall, Usage
from bot.agents.models.sources import sources_of

CUT_NOTE = (
    "(The answer was cut here: it reached its greatest length. Ask for the rest, or for less.)"
)


def reply_of(response: ModelResponse, asked: str = "") -> Replied:
    """What the model replied. `asked` is the id that the model was asked by.

    Raises:
        ModelFailed: where the response broke off, was refused, or holds neither words nor calls.
    """
    _check_ended(response)
    cut = response.finish_reason == "length"
    if cut:
        response = _without_cut_call(response)
    text = joined(part.content for part in response.parts if isinstance(part, TextPart)).strip()
    calls = [_call(part) for part in response.parts if isinstance(part, ToolCallPart)]
    if not text and not calls:
        raise _nothing(cut=cut)
    return Replied(
        text=f"{text}\n\n{CUT_NOTE}" if cut and not calls else text,
        calls=calls,
        usage=_usage(response),
        model=_name(response.model_name or "", asked),
        wire=_wire(response),
        sources=sources_of(response),
    )


def joined(texts: Iterable[str]) -> str:
    """The text blocks of one response as one text."""
    return "\n\n".join(text for text in texts if text)


def _name(told: str, asked: str) -> str:
    """Providers answer with a dated version of the id that was asked; prices go by the latter."""
    return asked if asked and (not told or told.startswith(asked)) else told


def _check_ended(response: ModelResponse) -> None:
    details = response.provider_details or {}
    if response.finish_reason == "content_filter":
        raise ModelFailed(_refusal(details), transient=False)
    # A stream may end politely and yet too early; only a reason to stop says that it is whole.
    stopped = response.finish_reason or details.get("finish_reason")
    if response.state != "complete" or not stopped:
        raise ModelFailed(
            "The answer of the language model broke off. Ask again in a moment.", transient=True
        )


def _refusal(details: dict[str, Any]) -> str:
    why = " ".join(str(details.get("refusal") or "").split())
    reason = f" Its reason: {why}" if why else ""
    return f"The language model declined to answer this.{reason} Put the question another way."


def _nothing(*, cut: bool) -> ModelFailed:
    if cut:
        return ModelFailed(
            "The language model reached the greatest length of an answer before it had said "
            "anything. Ask for less at a time.",
            transient=False,
        )
    return ModelFailed("The language model gave an empty answer. Ask again.", transient=True)


def _without_cut_call(response: ModelResponse) -> ModelResponse:
    """A call at the very end of a cut response may lack arguments, so it must not be made."""
    parts: Sequence[ModelResponsePart] = response.parts
    if parts and isinstance(parts[-1], ToolCallPart):
        return replace(response, parts=parts[:-1])
    return response


def _call(part: ToolCallPart) -> ToolCall:
    try:
        arguments = part.args_as_dict(raise_if_invalid=True)
    except (ValueError, AssertionError):
        raise ModelFailed(
            f"The language model asked for {part.tool_name} in a form that cannot be read. "
            "Ask again.",
            transient=True,
        ) from None
    return ToolCall(id=part.tool_call_id, name=part.tool_name, arguments=arguments)


def _usage(response: ModelResponse) -> Usage:
    usage = response.usage
    return Usage(usage.input_tokens, usage.output_tokens, usage.cache_read_tokens)


def _wire(response: ModelResponse) -> dict[str, Any]:
    dumped = ModelMessagesTypeAdapter.dump_python([response], mode="json")
    return cast(dict[str, Any], dumped[0])
