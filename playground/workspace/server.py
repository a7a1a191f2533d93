"""The web server of the local workspace, on loopback only."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from playground.workspace.services import Services

STATIC = Path(__file__).parent / "static"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BODY_MAX = 64 * 1024 * 1024
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(services: Services, static: Path = STATIC) -> web.Application:
    """All routes: Web API, Socket Mode, OAuth, files, response URLs, and the browser page."""
    app = web.Application(middlewares=[_loopback_only, _own_content_only], client_max_size=BODY_MAX)
    api, transfers, client = services.api, services.transfers, services.client
    app.add_routes(
        [
            web.route("GET", "/api/{method}", api.handle),
            web.route("POST", "/api/{method}", api.handle),
            web.get("/link/", services.hub.serve),
            web.get("/oauth/v2/authorize", services.consent.show),
            web.post("/oauth/v2/authorize", services.consent.decide),
            web.post("/upload/v1/{key}", transfers.upload),
            web.get("/files-pri/{file}/{name}", transfers.download),
            web.get("/files-pri/{file}/download/{name}", transfers.download),
            web.get("/files/{file}/{name}", transfers.show),
            web.post("/actions/{path:.+}", transfers.respond),
            web.get("/client/ws", client.socket),
            web.post("/client/{verb}", client.handle),
            web.get("/avatars/{name}", _avatar(services)),
        ]
    )
    _add_page(app, static)
    return app


@web.middleware
async def _loopback_only(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Another site's name that resolves to this machine gets nothing."""
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
        return web.Response(status=421, text="The local workspace answers on loopback only.")
    return await handler(request)


@web.middleware
async def _own_content_only(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """The page loads nothing from elsewhere, whatever an app puts into its blocks."""
    response = await handler(request)
    if request.path == "/" or request.path.startswith("/static/"):
        response.headers["Content-Security-Policy"] = "default-src 'self'"
        response.headers["Cache-Control"] = "no-store"
    return response


def _avatar(services: Services) -> _Handler:
    async def show(request: web.Request) -> web.Response:
        """A coloured square with a letter."""
        user = services.world.users.get(request.match_info["name"].partition(".")[0])
        letter = user.real_name[:1] if user else "?"
        seed = user.color if user else hashlib.sha256(b"?").hexdigest()[:6]
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="72" height="72">'
            f'<rect width="72" height="72" rx="12" fill="#{seed}"/>'
            '<text x="36" y="48" font-family="sans-serif" font-size="34" fill="#fff" '
            f'text-anchor="middle">{letter if letter.isalnum() else "?"}</text></svg>'
        )
        return web.Response(text=svg, content_type="image/svg+xml")

    return show


def _add_page(app: web.Application, static: Path) -> None:
    async def index(request: web.Request) -> web.StreamResponse:
        page = static / "index.html"
        if not page.is_file():
            return web.Response(text="The local workspace runs. Its page is not installed.")
        return web.FileResponse(page)

    app.router.add_get("/", index)
    if static.is_dir():
        app.router.add_static("/static/", static)
