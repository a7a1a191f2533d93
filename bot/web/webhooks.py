"""Where services send their events. They are saved and answered; all else happens later."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from bot.incidents.addresses import WebhookAddresses
from bot.incidents.events import read
from bot.incidents.intake import Intake
from bot.store.traffic import Traffic

log = structlog.get_logger(__name__)

MAX_BODY = 256 * 1024
"""Bytes of one event. An incident's has a few thousand."""

PATIENCE = 10.0
"""Seconds that saving may take before the sender is told to try again."""


class WebhookEndpoint:
    """Takes what comes to a connection's own address."""

    def __init__(self, addresses: WebhookAddresses, intake: Intake, traffic: Traffic) -> None:
        self._addresses = addresses
        self._intake = intake
        self._traffic = traffic

    async def receive(self, request: web.Request) -> web.Response:
        organisation_id = request.match_info["organisation_id"]
        connection_id = await self._addresses.connection_of(
            organisation_id, request.match_info["address_id"], request.match_info["token"]
        )
        if connection_id is None:  # it may have been right before it was replaced
            return _answer(404, "There is no such address; ask for the new one in Slack.")
        try:
            body = await _bounded(request)
            with self._traffic.urgent():
                async with asyncio.timeout(PATIENCE):
                    await self._intake.receive(organisation_id, connection_id, read(body))
        except web.HTTPRequestEntityTooLarge:
            return _answer(413, f"An event has at most {MAX_BODY} bytes.")
        except Exception:
            log.exception("webhook.not_saved", connection=connection_id)
            return _answer(503, "It could not be saved; send it again.")
        return web.json_response({"status": "ok"})


async def _bounded(request: web.Request) -> bytes:
    """The body, read no further than its bound."""
    body = b""
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, len(body))
    return body


def _answer(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)
