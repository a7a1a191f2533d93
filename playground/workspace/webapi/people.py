"""users.*, usergroups.*, bots.info, team.info."""

from __future__ import annotations

from playground.workspace.model import Json, User
from playground.workspace.render import bot_profile_json, team_json, user_json, usergroup_json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError


def info(call: Call) -> Json:
    return {"user": _user(call, call.user(call.text("user")))}


def _user(call: Call, user: User) -> Json:
    with_email = call.has_scope("users:read.email")
    body = user_json(call.world, user, call.team_id, with_email=with_email)
    return body | {"locale": "en-US"} if call.flag("include_locale") else body


def list_users(call: Call) -> Json:
    page, cursor = call.page(call.world.team_users(call.team_id))
    return {
        "members": [_user(call, user) for user in page],
        "cache_ts": int(call.world.clock()),
        "response_metadata": {"next_cursor": cursor},
    }


def by_email(call: Call) -> Json:
    call.need_scope("users:read.email")
    wanted = call.text("email").lower()
    for user in call.world.team_users(call.team_id):
        if user.email.lower() == wanted and not user.deleted:
            return {"user": _user(call, user)}
    raise ApiError("users_not_found")


def list_groups(call: Call) -> Json:
    groups = [g for g in call.world.usergroups.values() if g.team_id == call.team_id]
    with_users = call.flag("include_users")
    return {"usergroups": [usergroup_json(group, with_users=with_users) for group in groups]}


def group_users(call: Call) -> Json:
    group = call.world.usergroups.get(call.text("usergroup"))
    if group is None or group.team_id != call.team_id:
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}


def bot_info(call: Call) -> Json:
    wanted = call.text("bot") or call.installation.bot_id
    for installation in call.world.installations:
        if installation.bot_id == wanted and installation.team_id == call.team_id:
            return {"bot": bot_profile_json(call.world, installation)}
    raise ApiError("bot_not_found")


def team_info(call: Call) -> Json:
    wanted = call.text("team") or call.team_id
    team = call.world.teams.get(wanted)
    if team is None or team.id != call.team_id:
        raise ApiError("team_not_found")
    return {"team": team_json(call.world, team)}


METHODS = {
    "users.info": info,
    "users.list": list_users,
    "users.lookupByEmail": by_email,
    "usergroups.list": list_groups,
    "usergroups.users.list": group_users,
    "bots.info": bot_info,
    "team.info": team_info,
}
