"""auth.*, api.test, apps.*: who a token is, and the way into Socket Mode."""

from __future__ import annotations

from playground.workspace.model import Json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError


def api_test(call: Call) -> Json:
    if call.text("error"):
        raise ApiError(call.text("error"), args=call.args)
    return {"args": call.args}


def auth_test(call: Call) -> Json:
    if call.caller.kind == "app":
        return {"app_name": call.app.name, "app_id": call.app.id}
    team = call.world.teams[call.team_id]
    return {
        "url": f"{call.world.base_url}/",
        "team": team.name,
        "user": call.world.users[call.bot].name,
        "team_id": team.id,
        "user_id": call.bot,
        "bot_id": call.installation.bot_id,
        "is_enterprise_install": False,
    }


def teams_list(call: Call) -> Json:
    team = call.world.teams[call.team_id]
    teams = [{"id": team.id, "name": team.name}]
    return {"teams": teams, "response_metadata": {"next_cursor": ""}}


def revoke(call: Call) -> Json:
    """Revoking the last bot token uninstalls the app from the workspace."""
    if not call.flag("test"):
        call.world.uninstall(call.installation)
    return {"revoked": not call.flag("test")}


def uninstall(call: Call) -> Json:
    if call.text("client_id") != call.app.client_id:
        raise ApiError("invalid_client_id")
    if call.text("client_secret") != call.app.client_secret:
        raise ApiError("bad_client_secret")
    call.world.uninstall(call.installation)
    return {}


def connections_open(call: Call) -> Json:
    if not call.app.manifest.socket_mode:
        raise ApiError("socket_mode_not_enabled")
    ticket = call.world.sockets.issue(call.app.id)
    address = call.world.base_url.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={call.app.id}"}


METHODS = {
    "api.test": api_test,
    "auth.test": auth_test,
    "auth.teams.list": teams_list,
    "auth.revoke": revoke,
    "apps.uninstall": uninstall,
    "apps.connections.open": connections_open,
}
