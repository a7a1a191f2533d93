"""The few pages for people that links in answers lead to: `/team/<team>/<kind>/<id>`.

The real ones live on the vendor's own site and look otherwise; these say that they are a stand-in.
"""

from html import escape

from aiohttp import web

from playground.betterstack.records import Record
from playground.betterstack.state import State

PREFIX = "/team/"

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto">
<p>Sandbox of Better Stack, on this machine only</p><h1>{title}</h1><dl>{fields}</dl></body></html>
"""

SHOWN = (
    "status",
    "cause",
    "url",
    "started_at",
    "acknowledged_at",
    "acknowledged_by",
    "resolved_at",
)


def add_routes(app: web.Application, state: State) -> None:
    async def incident(request: web.Request) -> web.Response:
        found = state.incidents.get(int(request.match_info["id"]))
        return _page(found, found.name if found else "")

    async def monitor(request: web.Request) -> web.Response:
        found = state.monitors.get(int(request.match_info["id"]))
        return _page(found, found.pronounceable_name if found else "")

    app.router.add_get(PREFIX + r"{team}/incidents/{id:\d+}", incident)
    app.router.add_get(PREFIX + r"{team}/monitors/{id:\d+}", monitor)


def _page(found: Record | None, title: str) -> web.Response:
    if found is None:
        raise web.HTTPNotFound(text="The sandbox knows no such resource.")
    fields = "".join(
        f"<dt><b>{escape(name.replace('_', ' '))}</b></dt><dd>{escape(str(value))}</dd>"
        for name in SHOWN
        if (value := getattr(found, name, None))
    )
    text = PAGE.format(title=escape(title), fields=fields)
    return web.Response(text=text, content_type="text/html")
