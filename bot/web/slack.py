"""Slack over HTTP. Bolt checks the signature; what it refuses is recorded."""

from __future__ import annotations

import json
from datetime import timedelta

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.store.database import Store
from bot.store.tables import InstallationEvent

log = structlog.get_logger(__name__)

RECORD_EVERY = timedelta(seconds=10)
"""A flood of forged requests fills neither the log nor the table."""


class SlackEndpoint:
    """The one address that Slack sends everything to."""

    def __init__(self, app: AsyncApp, store: Store) -> None:
        self._app = app
        self._store = store
        self._recorded_at = store.clock() - RECORD_EVERY
        self._unrecorded = 0

    async def receive(self, request: web.Request) -> web.Response:
        try:
            bolt_request = await to_bolt_request(request)
        except (ValueError, UnicodeDecodeError):
            return _refused(400, "The body is neither JSON nor a form.")
        if not _well_formed(request, bolt_request.raw_body):
            return _refused(400, "The body is not valid JSON.")
        response = await self._app.async_dispatch(bolt_request)
        if response.status == 401:
            await self._record(request)
            return _refused(401, "The request is not signed by Slack, or too old.")
        return await to_aiohttp_response(response)

    async def _record(self, request: web.Request) -> None:
        self._unrecorded += 1
        now = self._store.clock()
        if now - self._recorded_at < RECORD_EVERY:
            return
        reason = _reason(request)
        detail = f"{self._unrecorded} request(s) refused; the last: {reason}, from {request.remote}"
        log.warning("slack.signature_refused", reason=reason, remote=request.remote)
        async with self._store.installation() as session:
            session.add(InstallationEvent(at=now, kind="signature_refused", detail=detail))
        self._recorded_at, self._unrecorded = now, 0


def _well_formed(request: web.Request, body: str) -> bool:
    """Bolt takes what it cannot parse for an empty payload; Slack never sends such a thing."""
    if request.content_type != "application/json":
        return True
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _reason(request: web.Request) -> str:
    if not request.headers.get("X-Slack-Signature"):
        return "no signature"
    if not request.headers.get("X-Slack-Request-Timestamp", "").isdigit():
        return "no time stamp"
    return "a wrong signature or an old time stamp"


def _refused(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)
