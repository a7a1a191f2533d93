"""Bytes in and out: uploads, downloads with a token, the page's own files, response URLs."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from aiohttp import web

from playground.workspace.model import StoredFile
from playground.workspace.responses import Responses
from playground.workspace.tickets import TicketError
from playground.workspace.webapi.arguments import read_token
from playground.workspace.webapi.errors import ApiError
from playground.workspace.world import World, may_read

_LOGIN_PAGE = "<!doctype html><title>Sign in</title><p>Sign in to see this file.</p>"
_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain")


class Transfers:
    def __init__(self, world: World, responses: Responses) -> None:
        self._world = world
        self._responses = responses

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file that files.getUploadURLExternal reserved."""
        file = self._world.files.by_upload_key(request.match_info["key"])
        if file is None or file.complete:
            return web.Response(status=404, text="unknown upload")
        content = await request.read()
        if len(content) != file.size:
            text = f"length mismatch: announced {file.size}, received {len(content)}"
            return web.Response(status=400, text=text)
        file.content = content
        return web.Response(text=f"OK - {file.size}")

    async def download(self, request: web.Request) -> web.Response:
        """url_private: without the right to see it Slack answers 200 with a login page."""
        file = self._world.files.get(request.match_info["file"].rpartition("-")[2])
        if file is None or not self._allowed(request, file):
            return web.Response(text=_LOGIN_PAGE, content_type="text/html")
        return _content(file)

    def _allowed(self, request: web.Request, file: StoredFile) -> bool:
        token = self._world.tokens.get(read_token(request, {}) or "")
        if token is None or token.revoked or "files:read" not in token.scopes:
            return False
        return may_read(self._world, file, str(token.user_id))

    async def show(self, request: web.Request) -> web.Response:
        """For the page, whose people have signed in."""
        file = self._world.files.get(request.match_info["file"])
        if file is None or not file.complete:
            return web.Response(status=404, text="There is no such file.")
        return _content(file)

    async def respond(self, request: web.Request) -> web.Response:
        """POST to a response_url."""
        try:
            place = self._world.response_urls.redeem(request.match_info["path"])
        except TicketError as error:
            return web.json_response({"ok": False, "error": error.code}, status=404)
        answer = await _answer(request)
        if answer is None:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        try:
            self._responses.apply(place, answer)
        except ApiError as error:
            body = {"ok": False, "error": error.code, **error.extra}
            return web.json_response(body, status=400)
        return web.json_response({"ok": True})


async def _answer(request: web.Request) -> Any:
    try:
        data = json.loads(await request.text())
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _content(file: StoredFile) -> web.Response:
    """Never as HTML or SVG: uploaded bytes must not run as a page of this server."""
    kind = "inline" if file.mimetype in _INLINE else "attachment"
    headers = {
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.name)}",
        "X-Content-Type-Options": "nosniff",
    }
    mimetype = file.mimetype if kind == "inline" else "application/octet-stream"
    return web.Response(body=file.content or b"", content_type=mimetype, headers=headers)
