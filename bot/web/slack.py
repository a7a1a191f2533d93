"""Slack over HTTP. Bolt checks the signature; what it refuses is recorded."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.store.database import Store
from bot.store.tables import InstallationEvent

log = structlog.get_logger(__name__)

RECORD_EVERY = timedelta(seconds=10)
"""A flood of forged requests fills neither the log nor the table."""

NOT_SIGNED = "The request is not signed by Slack, or too old."


class SlackEndpoint:
    """The one address that Slack sends everything to."""

    def __init__(self, app: AsyncApp, store: Store) -> None:
        self._app = app
        self._store = store
        self._recorded_at = store.clock() - RECORD_EVERY
        self._unrecorded = 0

    async def receive(self, request: web.Request) -> web.Response:
        try:
            body = await request.text()
        except (ValueError, LookupError):
            return _refused(400, "The body is not text.")
        if _missing(request):  # Bolt takes a time stamp that is no number for a bug
            await self._record(request)
            return _refused(401, NOT_SIGNED)
        if not _well_formed(request, body):
            return _refused(400, "The body is neither a JSON object nor a form with one.")
        bolt_request = await to_bolt_request(request)
        with self._store.traffic.urgent():  # not before all has come: a sender may be slow
            response = await self._app.async_dispatch(bolt_request)
        if response.status == 401:
            await self._record(request)
            return _refused(401, NOT_SIGNED)
        return await to_aiohttp_response(response)

    async def _record(self, request: web.Request) -> None:
        self._unrecorded += 1
        now = self._store.clock()
        if now - self._recorded_at < RECORD_EVERY:
            return
        # Set before anything is waited for, so that a flood is told from its first request on.
        count, self._unrecorded, self._recorded_at = self._unrecorded, 0, now
        reason = _missing(request) or "a wrong signature or an old time stamp"
        detail = f"{count} request(s) refused; the last: {reason}, from {request.remote}"
        log.warning("slack.signature_refused", reason=reason, remote=request.remote)
        async with self._store.installation() as session:
            session.add(InstallationEvent(at=now, kind="signature_refused", detail=detail))


def _well_formed(request: web.Request, body: str) -> bool:
    """Bolt takes what it cannot parse for an empty payload, or breaks; Slack sends neither."""
    payload = body
    if request.content_type != "application/json" and not body.startswith("{"):
        payload = dict(parse_qsl(body)).get("payload", "{}")
    try:
        return isinstance(json.loads(payload), dict)
    except (ValueError, RecursionError):
        return False


def _missing(request: web.Request) -> str:
    """What a signed request has and this one has not; whether it is right, Bolt finds out."""
    signature = request.headers.get("X-Slack-Signature", "")
    stamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if not (signature and signature.isascii()):
        return "no signature"
    if not (stamp.isascii() and stamp.isdecimal()):
        return "no time stamp"
    return ""


def _refused(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)
