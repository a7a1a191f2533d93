"""A server that speaks the page's protocol and nothing more: it keeps what the page posts.

It sets the content security policy that the page promises to live under.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import WSCloseCode, web

Json = dict[str, Any]
STATIC = Path(__file__).resolve().parents[3] / "playground" / "workspace" / "static"
UNKNOWN_USER = "U0NOBODY"
POLICY = "default-src 'self'"
PIXEL = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="420" height="200" viewBox="0 0 420 200">'
    b'<rect width="420" height="200" fill="#16273d"/>'
    b'<path d="M0 150 70 120 140 140 210 60 280 90 350 40 420 70V200H0z" fill="#e9b44c"/></svg>'
)


class FakeServer:
    """`snapshot` makes what a person sees on connecting; `answers` holds replies by verb."""

    def __init__(self, snapshot: Callable[[str | None], Json]) -> None:
        self._snapshot = snapshot
        self._sockets: set[web.WebSocketResponse] = set()
        self._posted = asyncio.Condition()
        self.posts: list[tuple[str, Json]] = []
        self.answers: dict[str, Json | Callable[[Json], Json]] = {}
        self.hold: dict[str, asyncio.Event] = {}
        self.app = self._routes()
        self.url = ""
        self.refuse = False

    def _routes(self) -> web.Application:
        app = web.Application(client_max_size=50_000_000, middlewares=[_with_policy])
        app.router.add_get("/", self._index)
        app.router.add_static("/static/", STATIC)
        app.router.add_get("/files/{file_id}/{name}", self._file)
        app.router.add_get("/client/ws", self._socket)
        app.router.add_post("/client/{verb}", self._post)
        return app

    async def _index(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name.endswith((".svg", ".png")):
            return web.Response(body=PIXEL, content_type="image/svg+xml")
        return web.Response(text="id,count\n1,2\n", content_type="text/csv")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.refuse or request.query.get("user") == UNKNOWN_USER:
            return web.Response(status=404, text="Nobody of that id is in this workspace.")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        await socket.send_json(self._snapshot(request.query.get("user")))
        async for _ in socket:
            pass
        self._sockets.discard(socket)
        return socket

    async def _post(self, request: web.Request) -> web.Response:
        verb, body = request.match_info["verb"], await request.json()
        async with self._posted:
            self.posts.append((verb, body))
            self._posted.notify_all()
        if verb in self.hold:
            await self.hold[verb].wait()
        answer = self.answers.get(verb, {})
        return web.json_response({"ok": True} | (answer(body) if callable(answer) else answer))

    async def push(self, event: Json) -> None:
        """Send an event to every open page."""
        for socket in list(self._sockets):
            await socket.send_json(event)

    async def drop(self) -> None:
        """Lose all connections, as when the server is restarted."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def forget(self) -> None:
        """Be as new again: nothing was posted, nothing is prepared."""
        for held in self.hold.values():
            held.set()
        self.hold.clear()
        self.posts.clear()
        self.answers.clear()
        self.refuse = False

    def sent(self, verb: str) -> list[Json]:
        return [body for name, body in self.posts if name == verb]

    async def wait_for(self, verb: str, count: int = 1) -> Json:
        """The `count`-th post of this verb, as soon as it has come (5 s at most)."""
        async with asyncio.timeout(5), self._posted:
            await self._posted.wait_for(lambda: len(self.sent(verb)) >= count)
        return self.sent(verb)[count - 1]


@web.middleware
async def _with_policy(
    request: web.Request, handler: Callable[[web.Request], Any]
) -> web.StreamResponse:
    response: web.StreamResponse = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "max-age=600"
    return response
