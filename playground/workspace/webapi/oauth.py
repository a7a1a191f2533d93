"""oauth.v2.access: a code from the consent page becomes a bot token."""

from __future__ import annotations

from playground.workspace.model import App, Json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError


def access(call: Call) -> Json:
    app = _app(call)
    if call.text("grant_type", "authorization_code") != "authorization_code":
        raise ApiError("invalid_grant_type")
    grant = call.world.oauth_codes.redeem(call.text("code"), app.id)
    if grant is None:
        raise ApiError("invalid_code")
    if call.text("redirect_uri", grant.redirect_uri) != grant.redirect_uri:
        raise ApiError("bad_redirect_uri")
    world = call.world
    installation = world.install(app, grant.team_id, grant.user_id, set(grant.scopes))
    scopes = frozenset(installation.scopes)
    digits = world.ids.digits
    value = f"xoxb-{digits(12)}-{digits(13)}-{world.ids.secret(24)}"
    world.add_token(value, "bot", app.id, installation, scopes)
    team = world.teams[grant.team_id]
    return {
        "app_id": app.id,
        "authed_user": {"id": grant.user_id},
        "scope": ",".join(sorted(scopes)),
        "token_type": "bot",
        "access_token": value,
        "bot_user_id": installation.bot_user_id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _app(call: Call) -> App:
    client_id, secret = call.basic or (call.text("client_id"), call.text("client_secret"))
    app = next((app for app in call.world.apps.values() if app.client_id == client_id), None)
    if app is None:
        raise ApiError("invalid_client_id")
    if secret != app.client_secret:
        raise ApiError("bad_client_secret")
    return app


METHODS = {"oauth.v2.access": access}
