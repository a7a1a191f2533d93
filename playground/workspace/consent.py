"""The OAuth consent page: /oauth/v2/authorize."""

from __future__ import annotations

import html
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from playground.workspace.model import App, Json, User
from playground.workspace.world import World

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Install {name}</title>
<style>body{{font:16px/1.5 system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.5rem 1.25rem;margin-right:.5rem}}li{{margin:.15rem 0}}</style>
<h1>{name} wants access to a workspace</h1>
<p>This is the local workspace, not Slack. The app asks for:</p><ul>{scopes}</ul>
<form method="post" action="/oauth/v2/authorize">{fields}
<p><label>Workspace <select name="team">{teams}</select></label></p>
<p><label>Installed by <select name="user">{people}</select></label></p>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Cancel</button></form></html>"""

_KEPT = ("client_id", "scope", "state", "redirect_uri")


class Consent:
    def __init__(self, world: World) -> None:
        self._world = world

    async def show(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        problem = self._problem(query)
        if problem:
            return _refused(problem)
        app = self._app(query)
        assert app is not None
        page = _PAGE.format(
            name=html.escape(app.name),
            scopes="".join(f"<li><code>{html.escape(s)}</code></li>" for s in _scopes(query)),
            fields="".join(_hidden(name, query.get(name, "")) for name in _KEPT),
            teams="".join(self._teams(query.get("team", ""))),
            people="".join(_choice(u.id, u.real_name) for u in self._admins()),
        )
        return web.Response(text=page, content_type="text/html")

    def _app(self, query: Json) -> App | None:
        wanted = query.get("client_id")
        return next((app for app in self._world.apps.values() if app.client_id == wanted), None)

    def _problem(self, query: Json) -> str:
        """Slack's error code, or nothing."""
        app = self._app(query)
        if app is None:
            return "invalid_client_id"
        if not _registered(app, query.get("redirect_uri", "")):
            return "bad_redirect_uri"
        scopes = set(_scopes(query))
        if not scopes:
            return "no_scopes"
        return "" if scopes <= app.manifest.scopes else "invalid_scope"

    def _teams(self, wanted: str) -> list[str]:
        teams = [t for t in self._world.teams.values() if not wanted or t.id == wanted]
        return [_choice(team.id, team.name) for team in teams]

    def _admins(self) -> list[User]:
        people = [u for u in self._world.users.values() if not u.is_bot and u.email]
        return sorted(people, key=lambda user: not user.is_admin)

    async def decide(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        problem = self._problem(form)
        if problem:
            return _refused(problem)
        app, team_id, user_id = self._app(form), form.get("team", ""), form.get("user", "")
        assert app is not None
        answer = {"state": form.get("state", "")}
        if form.get("decision") != "allow":
            return _redirect(form, app, answer | {"error": "access_denied"})
        if team_id not in self._world.teams or user_id not in self._world.users:
            return _refused("invalid_team")
        where = form.get("redirect_uri") or app.manifest.redirect_urls[0]
        granted = frozenset(_scopes(form))
        code = self._world.oauth_codes.issue(app.id, team_id, user_id, granted, where)
        return _redirect(form, app, {"code": code} | answer)


def _scopes(query: Json) -> list[str]:
    return [scope.strip() for scope in str(query.get("scope", "")).split(",") if scope.strip()]


def _registered(app: App, uri: str) -> bool:
    """As in the manifest, or on this machine, where Slack's https rule would only be in the way."""
    if not uri:
        return bool(app.manifest.redirect_urls)
    if urlsplit(uri).hostname in ("127.0.0.1", "localhost", "::1"):
        return True
    return any(uri.startswith(known) for known in app.manifest.redirect_urls)


def _redirect(form: Json, app: App, answer: dict[str, str]) -> web.Response:
    where = form.get("redirect_uri") or app.manifest.redirect_urls[0]
    mark = "&" if "?" in where else "?"
    location = f"{where}{mark}{urlencode(answer)}"
    return web.Response(status=302, headers={"Location": location})


def _refused(code: str) -> web.Response:
    text = f"Something went wrong when authorizing this app. Error: {code}"
    return web.Response(status=400, text=text)


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{html.escape(value, quote=True)}">'


def _choice(value: str, label: str) -> str:
    return f'<option value="{html.escape(value, quote=True)}">{html.escape(label)}</option>'
