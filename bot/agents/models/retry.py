"""Patience with a model: try again, then let another one answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.agents.messages import Model, ModelFailed, OnText, Replied, Request

log = structlog.get_logger(__name__)

FIRST_WAIT = 1.0
LONGEST_WAIT = 20.0
"""Seconds; a provider that asks for more is not waited for."""

Sleep = Callable[[float], Awaitable[None]]
Jitter = Callable[[], float]
Fallback = Model | Callable[[str], Model]


class Busy(ModelFailed):
    """A transient failure. `retry_after` is for how many seconds the provider wants no request."""

    def __init__(self, message: str, *, retry_after: float = 0.0) -> None:
        super().__init__(message, transient=True)
        self.retry_after = retry_after


class Patient:
    """Retries what is transient, then lets `fallback` answer.

    A fallback that is a function is given the notice that the model could not be reached. For a
    chain of models, make a fallback a `Patient` itself. A failure that is not transient is raised:
    people should read its reason. Not so where the model only `stands_in` for another one: what is
    wrong with it must not keep the next from answering. `jitter` gives numbers from 0 up to 1,
    `sleep` waits seconds.
    """

    def __init__(
        self,
        model: Model,
        fallback: Fallback,
        *,
        sleep: Sleep,
        jitter: Jitter,
        tries: int = 3,
        stands_in: bool = False,
    ) -> None:
        self._model = model
        self._fallback = fallback
        self._sleep = sleep
        self._jitter = jitter
        self._tries = tries
        self._stands_in = stands_in

    @property
    def name(self) -> str:
        return self._model.name

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        for attempt in range(1, self._tries + 1):
            try:
                return await _attempt(self._model, request, on_text)
            except ModelFailed as failure:
                log.warning("model_failed", model=self.name, attempt=attempt, why=failure.message)
                if not failure.transient and not self._stands_in:
                    raise
                last = failure
            if not last.transient:
                break
            wait = self._wait(attempt, last)
            if attempt == self._tries or wait > LONGEST_WAIT:
                break
            await self._sleep(wait)
        return await self._fall_back(last, request, on_text)

    def _wait(self, attempt: int, failure: ModelFailed) -> float:
        backoff = FIRST_WAIT * 2.0 ** (attempt - 1) * (0.5 + self._jitter() / 2)
        asked = failure.retry_after if isinstance(failure, Busy) else 0.0
        return max(backoff, asked)

    async def _fall_back(self, failure: ModelFailed, request: Request, on_text: OnText) -> Replied:
        notice = f"The language model could not be reached. {failure.message}"
        other = self._fallback(notice) if callable(self._fallback) else self._fallback
        log.warning("model_fallback", model=self.name, to=other.name)
        reply = await _attempt(other, request, on_text)
        return reply if reply.model else replace(reply, model=other.name)


async def _attempt(model: Model, request: Request, on_text: OnText) -> Replied:
    """One try. If it fails after it has shown text, that text is taken back."""
    shown = False

    async def show(text: str) -> None:
        nonlocal shown
        shown = True
        await on_text(text)

    try:
        return await model.respond(request, show)
    except ModelFailed:
        if shown:
            await on_text("")
        raise
