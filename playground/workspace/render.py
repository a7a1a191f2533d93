"""The workspace's records as Slack's JSON."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playground.workspace.model import (
    Channel,
    Installation,
    Json,
    Message,
    StoredFile,
    Team,
    User,
    UserGroup,
    ViewRecord,
)
from playground.workspace.world import World

VIEW_DEFAULTS: Json = {
    "callback_id": "",
    "private_metadata": "",
    "external_id": "",
    "title": None,
    "submit": None,
    "close": None,
    "clear_on_close": False,
    "notify_on_close": False,
}


def message_json(world: World, message: Message) -> Json:
    """As conversations.history gives it."""
    body = copy.deepcopy(message.body)
    if message.stream:
        body["streaming_state"] = message.stream.state
    if message.reactions:
        body["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    if not message.thread_ts:
        body.update(_thread_summary(world, message))
    if message.body.get("subtype") == "thread_broadcast":
        root = world.timeline.find(message.channel_id, str(message.thread_ts))
        body["root"] = message_json(world, root) if root else {}
    return body


def _thread_summary(world: World, root: Message) -> Json:
    replies = world.timeline.replies(root.channel_id, root.ts)
    if not replies:
        return {}
    authors = list(dict.fromkeys(str(r.body.get("user") or r.body.get("bot_id")) for r in replies))
    return {
        "thread_ts": root.ts,
        "reply_count": len(replies),
        "reply_users_count": len(authors),
        "reply_users": authors,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def user_json(world: World, user: User, viewer_team: str, *, with_email: bool) -> Json:
    """As users.info gives it; without users:read.email the address is left out."""
    now = datetime.fromtimestamp(world.clock(), UTC).astimezone(ZoneInfo(user.tz))
    offset = now.utcoffset()
    stranger = user.team_id != viewer_team
    first, _, last = user.real_name.partition(" ")
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "first_name": first,
        "last_name": last,
        "team": user.team_id,
        "image_72": f"{world.base_url}/avatars/{user.id}.png",
    }
    if with_email and user.email and not user.is_bot and not stranger:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"api_app_id": user.app_id, "bot_id": user.bot_id, "always_active": True}
    body = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": now.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": user.is_owner,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_email_confirmed": bool(user.email),
        "is_app_user": False,
        "updated": int(world.clock()),
    }
    return body | {"is_stranger": True} if stranger else body


def channel_json(world: World, channel: Channel, me: str) -> Json:
    """As conversations.info gives it to the bot user `me`."""
    created = {"id": channel.id, "created": channel.created, "is_archived": channel.is_archived}
    if channel.kind == "im":
        other = next((user for user in channel.members if user != me), me)
        return created | {"is_im": True, "is_org_shared": False, "user": other, "priority": 0}
    return created | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_general": channel.is_general,
        "is_member": me in channel.members,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "creator": channel.creator,
        "context_team_id": channel.team_id,
        "shared_team_ids": sorted({world.users[u].team_id for u in channel.members}),
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": 0},
        "previous_names": [],
        "unlinked": 0,
    }


def file_json(world: World, file: StoredFile) -> Json:
    kind = file.name.rpartition(".")[2].lower() if "." in file.name else "binary"
    base = f"{world.base_url}/files-pri/{file.team_id}-{file.id}"
    public = {c: ts for c, ts in file.shares.items() if world.channels[c].kind == "channel"}
    private = {c: ts for c, ts in file.shares.items() if c not in public}
    body: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user_id,
        "user_team": file.team_id,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": bool(public),
        "file_access": "visible",
        "url_private": f"{base}/{file.name}",
        "url_private_download": f"{base}/download/{file.name}",
        "permalink": f"{world.base_url}/files/{file.id}/{file.name}",
        "channels": [c for c in file.channels if world.channels[c].kind == "channel"],
        "groups": [c for c in file.channels if world.channels[c].kind == "private"],
        "ims": [c for c in file.channels if world.channels[c].kind in ("im", "mpim")],
        "shares": {
            "public": {c: [{"ts": ts}] for c, ts in public.items()},
            "private": {c: [{"ts": ts}] for c, ts in private.items()},
        },
    }
    return body | {"alt_txt": file.alt_text} if file.alt_text else body


def view_json(view: ViewRecord) -> Json:
    return {
        **copy.deepcopy(VIEW_DEFAULTS),
        **copy.deepcopy(view.body),
        "id": view.id,
        "team_id": view.team_id,
        "app_id": view.app_id,
        "app_installed_team_id": view.team_id,
        "bot_id": view.bot_id,
        "hash": view.hash,
        "state": copy.deepcopy(view.state),
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
    }


def bot_profile_json(world: World, installation: Installation) -> Json:
    bot = world.users[installation.bot_user_id]
    return {
        "id": installation.bot_id,
        "app_id": installation.app_id,
        "user_id": bot.id,
        "name": bot.name,
        "deleted": not installation.active,
        "updated": 0,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
        "team_id": installation.team_id,
    }


def team_json(world: World, team: Team) -> Json:
    return {
        "id": team.id,
        "name": team.name,
        "domain": team.domain,
        "url": f"{world.base_url}/",
        "email_domain": "",
        "icon": {"image_default": True},
    }


def usergroup_json(group: UserGroup, *, with_users: bool) -> Json:
    body: Json = {
        "id": group.id,
        "team_id": group.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_delete": 0,
        "user_count": len(group.users),
    }
    return body | {"users": list(group.users)} if with_users else body
