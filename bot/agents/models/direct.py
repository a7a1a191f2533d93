"""A provider's language model behind our own protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from bot.agents.messages import ModelFailed, OnText, Replied, Request
from bot.agents.models.providers import Connect, Endpoint

if TYPE_CHECKING:
    from bot.agents.models.exchange import Exchange

MAX_TOKENS = 8192
RESPONSE_SECONDS = 120.0


class DirectModel:
    """One model of one provider, without patience: every failure is raised at once.

    `seconds` bounds a whole response. The provider's SDK is imported by the first request.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        connect: Connect,
        *,
        seconds: float = RESPONSE_SECONDS,
        max_tokens: int = MAX_TOKENS,
    ) -> None:
        self._endpoint = endpoint
        self._connect = connect
        self._seconds = seconds
        self._max_tokens = max_tokens
        self._exchange: Exchange | None = None
        self._opening = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._endpoint.model

    async def respond(self, request: Request, on_text: OnText) -> Replied:
        exchange = await self._opened()
        try:
            async with asyncio.timeout(self._seconds) as limit:
                return await _relay(exchange.stream(request), on_text)
        except TimeoutError:
            if not limit.expired():
                raise
            raise ModelFailed(
                f"The language model took longer than {self._seconds:g} seconds. Try again, or ask "
                "for less at a time.",
                transient=True,
            ) from None

    async def aclose(self) -> None:
        """Hang up. A later request opens a new line."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.close()

    async def _opened(self) -> Exchange:
        async with self._opening:
            if self._exchange is None:
                self._exchange = await asyncio.to_thread(self._open)
            return self._exchange

    def _open(self) -> Exchange:
        from bot.agents.models.exchange import Exchange

        return Exchange(self._connect(self._endpoint), self._endpoint, self._max_tokens)


async def _relay(pieces: AsyncGenerator[str | Replied, None], on_text: OnText) -> Replied:
    reply: Replied | None = None
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, str):
                await on_text(piece)
            else:
                reply = piece
    assert reply is not None
    return reply
