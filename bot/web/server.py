"""The aiohttp application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.incidents.addresses import PATH
from bot.manifest import EVENTS_PATH
from bot.web.forms import Forms
from bot.web.knowledge import KnowledgePages
from bot.web.oauth import SignInPages
from bot.web.pages import add_static
from bot.web.slack import SlackEndpoint
from bot.web.webhooks import WebhookEndpoint

Check = Callable[[], Awaitable[str]]
"""Returns what is wrong, or nothing."""

MAX_BODY = 2 * 1024 * 1024
"""Bytes of one request; Slack's largest payload is a view of 250 KB within its event."""


def web_app(
    *,
    slack: SlackEndpoint | None,
    ready: Check,
    webhooks: WebhookEndpoint | None = None,
    forms: Forms | None = None,
    sign_ins: SignInPages | None = None,
    knowledge: KnowledgePages | None = None,
) -> web.Application:
    """The application. `slack` is left out in Socket Mode."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def is_ready(_request: web.Request) -> web.Response:
        problem = await ready()
        status = {"status": "failing", "problem": problem} if problem else {"status": "ok"}
        return web.json_response(status, status=503 if problem else 200)

    app = web.Application(client_max_size=MAX_BODY)
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", is_ready)
    if slack is not None:
        app.router.add_post(EVENTS_PATH, slack.receive)
    if webhooks is not None:
        app.router.add_post(PATH, webhooks.receive)
    if forms is not None:
        add_static(app)
        forms.add_to(app)
    if sign_ins is not None:
        sign_ins.add_to(app)
    if knowledge is not None:
        knowledge.add_to(app)
    return app
