"""One request to a model and its streamed response.

Importing this imports pydantic-ai, which takes seconds: do it in a thread.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import structlog
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.messages import (
    InstructionPart,
    ModelMessage,
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.native_tools import AbstractNativeTool, WebFetchTool
from pydantic_ai.settings import ModelSettings, merge_model_settings

from bot.agents.messages import ModelFailed, Replied, Request
from bot.agents.models.failures import failure_of
from bot.agents.models.providers import Endpoint, Line
from bot.agents.models.replies import joined, reply_of
from bot.agents.models.turns import messages_of, tools_of

log = structlog.get_logger(__name__)

MOST_PAUSES = 5
"""How often a provider that pauses in the middle of its own searching is asked to go on."""


class Exchange:
    """Requests over one line."""

    def __init__(self, line: Line, endpoint: Endpoint, max_tokens: int) -> None:
        self._line = line
        self._endpoint = endpoint
        self._settings = merge_model_settings(line.settings, ModelSettings(max_tokens=max_tokens))

    async def stream(self, request: Request) -> AsyncGenerator[str | Replied, None]:
        """The text so far, whenever it has grown, and at the end the reply.

        Raises:
            ModelFailed: with words for people.
        """
        messages = messages_of(request.turns, self._line.model.system)
        asked = _parameters(request, self._line.web)
        bounds = ModelSettings(max_tokens=request.max_tokens) if request.max_tokens else None
        settings = merge_model_settings(self._settings, bounds)
        parts: list[ModelResponse] = []
        try:
            while not parts or (parts[-1].state == "suspended" and len(parts) <= MOST_PAUSES):
                said = [one for part in parts for one in _texts(part)]
                async for piece in self._one([*messages, *parts], asked, said, settings):
                    if isinstance(piece, str):
                        yield piece
                    else:
                        parts.append(piece)
            yield reply_of(_whole(parts), self._endpoint.model)
        except ModelFailed:
            raise
        except ModelAPIError as error:
            # Its text quotes whole bodies, which may quote the key: it must not become a cause.
            raise failure_of(error, self._endpoint) from None
        except Exception as error:
            log.warning("model_answer_unreadable", error=type(error).__name__)
            raise failure_of(error, self._endpoint) from error

    async def _one(
        self,
        messages: Sequence[ModelMessage],
        asked: ModelRequestParameters,
        said: Sequence[str],
        settings: ModelSettings | None,
    ) -> AsyncGenerator[str | ModelResponse, None]:
        """One request: its text as it grows behind what was `said` before, then the response."""
        texts = dict[int, str]()
        async with model_request_stream(
            self._line.model,
            messages,
            model_settings=settings,
            model_request_parameters=asked,
        ) as stream:
            async for event in stream:
                if _grew(texts, event):
                    yield joined([*said, *texts.values()])
            yield stream.get()

    async def close(self) -> None:
        await self._line.close()


def _parameters(request: Request, line: Sequence[AbstractNativeTool]) -> ModelRequestParameters:
    """What a request brings along. Who fetches pages itself needs no tool of ours for that."""
    web = list(line) if request.web else []
    fetches = any(isinstance(one, WebFetchTool) for one in web)
    tools = [one for one in request.tools if not (fetches and one.instead_of_fetch)]
    return ModelRequestParameters(
        function_tools=tools_of(tools),
        native_tools=web,
        instruction_parts=[InstructionPart(content=request.instructions)]
        if request.instructions
        else [],
    )


def _texts(response: ModelResponse) -> list[str]:
    return [part.content for part in response.parts if isinstance(part, TextPart)]


def _whole(responses: Sequence[ModelResponse]) -> ModelResponse:
    """A response that came in several parts as one."""
    if len(responses) == 1:
        return responses[0]
    usage = responses[0].usage
    for one in responses[1:]:
        usage = usage + one.usage
    return replace(
        responses[-1], parts=[part for one in responses for part in one.parts], usage=usage
    )


def _grew(texts: dict[int, str], event: ModelResponseStreamEvent) -> bool:
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        texts[event.index] = event.part.content
    elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        texts[event.index] += event.delta.content_delta
    else:
        return False
    return bool(texts[event.index].strip())
