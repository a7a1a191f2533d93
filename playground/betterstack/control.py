"""The sandbox's own routes under `/_sandbox`, for tests in another process. Loopback only.

`POST /_sandbox/faults` adds a fault, `DELETE` forgets them all and lets slow answers go;
`GET /_sandbox/journal` tells what was asked.
"""

import ipaddress
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.betterstack.faults import Fault, Faults, Kind
from playground.betterstack.journal import Journal

PREFIX = "/_sandbox/"


class FaultOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Kind
    path: str = "*"
    method: str | None = None
    times: Annotated[int, Field(ge=1)] = 1
    retry_after: Annotated[int, Field(ge=0)] | None = None
    after: bool = False


def is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def add_routes(app: web.Application, faults: Faults, journal: Journal) -> None:
    async def add_fault(request: web.Request) -> web.Response:
        _refuse_strangers(request)
        try:
            order = FaultOrder.model_validate_json(await request.text())
        except ValidationError as error:
            return web.json_response({"errors": str(error)}, status=422)
        faults.add(Fault(**order.model_dump()))
        return web.json_response({"waiting": len(faults)}, status=201)

    async def clear_faults(request: web.Request) -> web.Response:
        _refuse_strangers(request)
        faults.clear()
        return web.Response(status=204)

    async def show_journal(request: web.Request) -> web.Response:
        _refuse_strangers(request)
        return web.json_response({"requests": [entry.as_json() for entry in journal]})

    app.router.add_post(f"{PREFIX}faults", add_fault)
    app.router.add_delete(f"{PREFIX}faults", clear_faults)
    app.router.add_get(f"{PREFIX}journal", show_journal)


def _refuse_strangers(request: web.Request) -> None:
    """A page in a browser on this machine is a stranger too: it names its origin."""
    if not is_loopback(request.remote) or "Origin" in request.headers:
        raise web.HTTPForbidden(text="The sandbox is controlled from this machine only.")
