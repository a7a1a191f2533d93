"""One request to a model and its streamed response.

Importing this imports pydantic-ai, which takes seconds: do it in a thread.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import structlog
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.messages import (
    InstructionPart,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.settings import ModelSettings, merge_model_settings

from bot.agents.messages import ModelFailed, Replied, Request
from bot.agents.models.failures import failure_of
from bot.agents.models.providers import Endpoint, Line
from bot.agents.models.replies import joined, reply_of
from bot.agents.models.turns import messages_of, tools_of

log = structlog.get_logger(__name__)


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
        line, texts = self._line, dict[int, str]()
        messages = messages_of(request.turns, line.model.system)
        asked = _parameters(request)
        try:
            async with model_request_stream(
                line.model, messages, model_settings=self._settings, model_request_parameters=asked
            ) as stream:
                async for event in stream:
                    if _grew(texts, event):
                        yield joined(texts.values())
                yield reply_of(stream.get())
        except ModelFailed:
            raise
        except ModelAPIError as error:
            # Its text quotes whole bodies, which may quote the key: it must not become a cause.
            raise failure_of(error, self._endpoint) from None
        except Exception as error:
            log.warning("model_answer_unreadable", error=type(error).__name__)
            raise failure_of(error, self._endpoint) from error

    async def close(self) -> None:
        await self._line.close()


def _parameters(request: Request) -> ModelRequestParameters:
    return ModelRequestParameters(
        function_tools=tools_of(request.tools),
        instruction_parts=[InstructionPart(content=request.instructions)]
        if request.instructions
        else [],
    )


def _grew(texts: dict[int, str], event: ModelResponseStreamEvent) -> bool:
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        texts[event.index] = event.part.content
    elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        texts[event.index] += event.delta.content_delta
    else:
        return False
    return bool(texts[event.index].strip())
