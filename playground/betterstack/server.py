"""The server: authorises, applies faults, runs handlers, writes the journal."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

from aiohttp import web

from playground.betterstack import control, warehouse, web_pages
from playground.betterstack.auth import (
    GLOBAL_TOKEN,
    OTHER_TEAM_TOKEN,
    TEAM_TOKEN,
    TELEMETRY_TOKEN,
    Access,
    access_for,
)
from playground.betterstack.envelope import Answer, Problem, no_route
from playground.betterstack.faults import Fault, Faults, Kind
from playground.betterstack.handlers import ROUTES
from playground.betterstack.journal import Entry, Journal
from playground.betterstack.outgoing import Notice, Outgoing, look
from playground.betterstack.products import TELEMETRY, UPTIME
from playground.betterstack.query import Query
from playground.betterstack.routing import Call, Route
from playground.betterstack.seed import seed
from playground.betterstack.seed_names import OTHER_TEAM, TEAM
from playground.betterstack.state import Clock, State

ADVERTISED_HOST = "https://incidents.betterstack.com"
"""Vendor trap: links between pages may name another host than the one that was called."""
START_TIMEOUT = 10.0
STOP_TIMEOUT = 5.0

TOKENS: Mapping[str, Access] = {
    TEAM_TOKEN: Access(TEAM),
    TELEMETRY_TOKEN: Access(TEAM, frozenset({TELEMETRY})),
    OTHER_TEAM_TOKEN: Access(OTHER_TEAM),
    GLOBAL_TOKEN: Access(None, frozenset({UPTIME, TELEMETRY})),
}

HTML_502 = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Service:
    """One sandbox's parts, and what happens to a request on its way through them."""

    def __init__(
        self,
        state: State,
        clock: Clock,
        faults: Faults,
        journal: Journal,
        tokens: Mapping[str, Access],
        advertised_host: str,
        outgoing: Outgoing,
    ) -> None:
        self.state = state
        self.clock = clock
        self.faults = faults
        self.journal = journal
        self.tokens = tokens
        self.advertised_host = advertised_host
        self.outgoing = outgoing
        self._numbers = count(1)

    @web.middleware
    async def journaled(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith((control.PREFIX, web_pages.PREFIX)):
            return await handler(request)
        fault = self.faults.take(request.method, request.path)
        entry = self._write(request, await request.read(), fault)
        response = await self._answer(request, handler, fault)
        if response is None:
            return _hang_up(request)
        entry.status = response.status
        response.headers["x-request-id"] = f"sandbox-{next(self._numbers)}"
        return response

    async def _answer(
        self, request: web.Request, handler: Handler, fault: Fault | None
    ) -> web.StreamResponse | None:
        """The answer, or None when there shall be none."""
        if fault is None:
            return await _settled(request, handler)
        if fault.kind is Kind.SLOW:
            fault.arrived.set()
            await fault.released.wait()
            return await _settled(request, handler)
        if fault.after:
            await _settled(request, handler)
        return _broken(fault)

    def _write(self, request: web.Request, sent: bytes, fault: Fault | None) -> Entry:
        return self.journal.add(
            Entry(
                at=self.clock(),
                method=request.method,
                path=request.path,
                query=tuple(request.query.items()),
                body=_readable(sent),
                team=self._team(request),
                fault=fault.kind if fault else None,
            )
        )

    def _team(self, request: web.Request) -> str | None:
        try:
            access = access_for(request.headers.get("Authorization"), self.tokens)
        except Problem:
            return None
        return access.team_name or "*"

    def serve(self, route: Route) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            access = access_for(request.headers.get("Authorization"), self.tokens, route.product)
            call = Call(
                state=self.state,
                access=access,
                now=self.clock(),
                address=self.advertised_host + request.path,
                ids=dict(request.match_info),
                query=Query(list(request.query.items()), route.query),
                body=await _body(request, route.body is not None),
            )
            before = look(self.state) if route.method != "GET" else {}
            answer = route.handler(call)
            if route.method != "GET":
                self.outgoing.tell(call, before)
            return _response(answer)

        return handler

    async def sql(self, request: web.Request) -> web.StreamResponse:
        """The SQL endpoint, which has a host and a sign-in of its own at the vendor's."""
        try:
            warehouse.check_sign_in(request.headers.get("Authorization"))
            text, asked = await request.text(), dict(request.query)
            body = warehouse.answer(text, self.state.telemetry.tables, self.clock(), asked)
        except warehouse.SqlProblem as problem:
            return web.Response(text=problem.text, status=problem.status)
        return web.Response(text=body, content_type="application/x-ndjson")


async def _settled(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The handler's answer, with problems and unknown routes in the vendor's shape."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return _refusal(no_route(request.method, request.path))
    except Problem as problem:
        return _refusal(problem)


def _response(answer: Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status)
    return web.json_response(answer.body, status=answer.status)


def _refusal(problem: Problem) -> web.Response:
    return web.json_response(problem.body, status=problem.status)


def _broken(fault: Fault) -> web.Response | None:
    if fault.kind is Kind.THROTTLED:
        after = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response({"errors": "Too many requests"}, status=429, headers=after)
    if fault.kind is Kind.ERROR:
        return web.json_response({"errors": "Internal server error"}, status=500)
    if fault.kind is Kind.BAD_GATEWAY:
        return web.Response(text=HTML_502, content_type="text/html", status=502)
    if fault.kind is Kind.MALFORMED:
        return web.Response(text='{"data": [{"id": "1", "ty', content_type="application/json")
    return None


def _hang_up(request: web.Request) -> web.Response:
    """Close the connection. The response is one that nobody will see."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


async def _body(request: web.Request, takes_body: bool) -> dict[str, Any]:
    """The JSON object sent, or an empty one when nothing was. Raises a 400 Problem."""
    sent = await request.read()
    if not sent:
        return {}
    if not takes_body:
        raise Problem(400, f"{request.method} takes no body")
    if request.content_type != "application/json":
        raise Problem(400, "The body must be sent as application/json")
    try:
        body = json.loads(sent)
    except ValueError:
        raise Problem(400, "The body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Problem(400, "The body must be a JSON object")
    return body


def _readable(sent: bytes) -> object:
    """A body for the journal: parsed where it can be, as sent where not, None where empty."""
    try:
        return json.loads(sent) if sent else None
    except ValueError:
        return sent.decode(errors="replace")


def create_app(
    state: State,
    clock: Clock,
    *,
    faults: Faults | None = None,
    journal: Journal | None = None,
    tokens: Mapping[str, Access] = TOKENS,
    advertised_host: str = ADVERTISED_HOST,
    outgoing: Outgoing | None = None,
) -> web.Application:
    faults = Faults() if faults is None else faults
    journal = Journal() if journal is None else journal
    outgoing = Outgoing() if outgoing is None else outgoing
    service = Service(state, clock, faults, journal, tokens, advertised_host, outgoing)
    app = web.Application(middlewares=[service.journaled])
    for route in ROUTES:
        app.router.add_route(route.method, route.path, service.serve(route))
    app.router.add_post("/", service.sql)
    control.add_routes(app, faults, journal)
    web_pages.add_routes(app, state)
    return app


class Sandbox:
    """A running sandbox. Use it as an async context manager, or call start and stop.

    `state`, `journal` and `faults` may be read and changed at any time from the same loop.
    """

    def __init__(self, clock: Clock, state: State | None = None) -> None:
        self.clock = clock
        self.state = state or seed(clock())
        self.faults = Faults()
        self.journal = Journal()
        self.outgoing = Outgoing()
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen, on a free port if none is named. Raises ValueError for anything but loopback."""
        if not control.is_loopback(host):
            raise ValueError(f"The sandbox only listens on loopback, not on {host}.")
        app = create_app(
            self.state,
            self.clock,
            faults=self.faults,
            journal=self.journal,
            outgoing=self.outgoing,
        )
        self._runner = web.AppRunner(app, shutdown_timeout=STOP_TIMEOUT, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        async with asyncio.timeout(START_TIMEOUT):
            await site.start()
        bound = self._runner.addresses[0][1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{bound}"

    def on_change(self, callback: Callable[[Notice], None]) -> None:
        """Calls back with each change, beside the webhooks that are registered."""
        self.outgoing.on_change(callback)

    async def stop(self) -> None:
        self.faults.clear()
        await self.outgoing.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "Sandbox":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
