"""What the browser page is told: a snapshot at first, then each change that its person sees."""

from __future__ import annotations

from collections.abc import Iterable

from playground.workspace.changes import (
    AppChanged,
    AppRemoved,
    Change,
    ChannelChanged,
    EphemeralChanged,
    EphemeralDeleted,
    EphemeralPosted,
    HomePublished,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    Notice,
    PromptsSet,
    ReactionChanged,
    SessionSet,
    StatusSet,
    ViewClosed,
    ViewShown,
)
from playground.workspace.model import App, Channel, Ephemeral, Json, Message, User
from playground.workspace.render import message_json, view_json
from playground.workspace.socket_mode import SocketHub
from playground.workspace.world import World


class Page:
    """Everything as JSON of the page's protocol, for one person at a time."""

    def __init__(self, world: World, hub: SocketHub) -> None:
        self._world = world
        self._hub = hub

    def snapshot(self, user: User) -> Json:
        team = self._world.teams[user.team_id]
        channels = [c for c in self._world.channels.values() if self._visible(user, c)]
        apps = self._apps(user)
        return {
            "type": "snapshot",
            "team": {"id": team.id, "name": team.name},
            "me": self.user(user),
            "users": [self.user(one) for one in self._world.users.values()],
            "usergroups": [
                {"id": one.id, "handle": one.handle, "name": one.name}
                for one in self._world.usergroups.values()
                if one.team_id == team.id
            ],
            "channels": [self.channel(channel, user) for channel in channels],
            "messages": {
                c.id: [self.message(m) for m in self._world.timeline.all(c.id)] for c in channels
            },
            "apps": [self.app(app) for app in apps],
            "homes": {app.id: self._home(app, user) for app in apps},
            "statuses": self._statuses(user),
        }

    def _statuses(self, user: User) -> list[Json]:
        """Status lines and sessions of the threads that this person can see."""
        agents = self._world.agents
        known: list[StatusSet | SessionSet] = [*agents.statuses.values()]
        known += agents.sessions.values()
        return [
            _agent_push(one)
            for one in known
            if self._visible(user, self._world.channels[one.channel_id])
        ]

    def greeting(self, user: User) -> list[Json]:
        """What a page that has just connected is told: everything, then what is open."""
        prompts = [
            _prompts(one)
            for one in self._world.agents.prompts.values()
            if user.id in self._world.channels[one.channel_id].members
        ]
        views: list[Json] = [
            {"type": "view_pushed" if depth else "view_opened", "view": view_json(view)}
            for depth, view in enumerate(self._world.views.stack(user.id))
        ]
        return [self.snapshot(user), *prompts, *views]

    def _visible(self, user: User, channel: Channel) -> bool:
        open_here = channel.kind == "channel" and channel.team_id == user.team_id
        return user.id in channel.members or (open_here and not user.is_restricted)

    def _apps(self, user: User) -> list[App]:
        installed = self._world.active_installations(user.team_id)
        return [self._world.apps[installation.app_id] for installation in installed]

    def _home(self, app: App, user: User) -> Json | None:
        view = self._world.views.home(app.id, user.id)
        return view_json(view) if view else None

    def user(self, user: User) -> Json:
        return {
            "id": user.id,
            "name": user.name,
            "real_name": user.real_name,
            "is_bot": user.is_bot,
            "tz": user.tz,
            "email": user.email,
            "avatar_color": f"#{user.color}",
            "is_restricted": user.is_restricted,
        }

    def channel(self, channel: Channel, viewer: User) -> Json:
        body: Json = {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "members": list(channel.members),
            "topic": channel.topic,
        }
        if channel.kind == "im":
            others = [user for user in channel.members if user != viewer.id]
            body["with"] = others[0] if others else viewer.id
        return body

    def app(self, app: App) -> Json:
        bots = [i.bot_user_id for i in self._world.installations if i.app_id == app.id]
        return {
            "app_id": app.id,
            "name": app.name,
            "bot_user_id": bots[0] if bots else None,
            "commands": [
                {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
                for c in app.manifest.commands
            ],
            "shortcuts": [
                {"type": s.type, "name": s.name, "callback_id": s.callback_id}
                for s in app.manifest.shortcuts
            ],
            "suggested_prompts": list(app.manifest.suggested_prompts),
            "connected": app.delivery == "http" or bool(self._hub.connections(app.id)),
        }

    def message(self, message: Message) -> Json:
        body = message_json(self._world, message) | {"channel": message.channel_id}
        if message.stream:
            body |= {
                "markdown_text": message.stream.text,
                "tasks": list(message.stream.tasks.values()),
                "plan_title": message.stream.plan_title,
            }
        return body

    def _ephemeral(self, ephemeral: Ephemeral) -> Json:
        return {
            "type": "ephemeral",
            "channel": ephemeral.channel_id,
            "thread_ts": ephemeral.body.get("thread_ts"),
            "message": self._ephemeral_message(ephemeral),
        }

    def _ephemeral_message(self, ephemeral: Ephemeral) -> Json:
        names = {"channel": ephemeral.channel_id, "ephemeral_id": ephemeral.id}
        return ephemeral.body | names

    # changes

    def pushes(self, change: Change, user: User) -> Iterable[Json]:
        """What this person's page is told of a change; nothing if it is none of their business."""
        if isinstance(change, (MessagePosted, MessageChanged, MessageDeleted, ReactionChanged)):
            channel = self._world.channels[change.message.channel_id]
            return self._message_pushes(change) if self._visible(user, channel) else ()
        if isinstance(change, (EphemeralPosted, EphemeralChanged, EphemeralDeleted)):
            mine = change.ephemeral.user_id == user.id
            return [self._ephemeral_push(change)] if mine else ()
        if isinstance(change, (StatusSet, SessionSet, PromptsSet)):
            visible = self._visible(user, self._world.channels[change.channel_id])
            return [_agent_push(change)] if visible else ()
        return self._other_pushes(change, user)

    def _message_pushes(
        self, change: MessagePosted | MessageChanged | MessageDeleted | ReactionChanged
    ) -> list[Json]:
        """A reply also changes its root: the page shows the number of replies there."""
        message = change.message
        if isinstance(change, MessageDeleted):
            first: Json = {
                "type": "message_deleted",
                "channel": message.channel_id,
                "ts": message.ts,
            }
        else:
            kind = "message" if isinstance(change, MessagePosted) else "message_changed"
            first = self._message_push(kind, message)
        root = self._world.timeline.find(message.channel_id, message.thread_ts or "")
        counted = isinstance(change, (MessagePosted, MessageDeleted))
        return [first, self._message_push("message_changed", root)] if root and counted else [first]

    def _message_push(self, kind: str, message: Message) -> Json:
        return {"type": kind, "channel": message.channel_id, "message": self.message(message)}

    def _ephemeral_push(
        self, change: EphemeralPosted | EphemeralChanged | EphemeralDeleted
    ) -> Json:
        if isinstance(change, EphemeralPosted):
            return self._ephemeral(change.ephemeral)
        if isinstance(change, EphemeralChanged):
            return {
                "type": "ephemeral_changed",
                "ephemeral_id": change.ephemeral.id,
                "message": self._ephemeral_message(change.ephemeral),
            }
        return {"type": "ephemeral_deleted", "ephemeral_id": change.ephemeral.id}

    def _other_pushes(self, change: Change, user: User) -> Iterable[Json]:
        if isinstance(change, ViewShown) and change.view.user_id == user.id:
            return [{"type": f"view_{change.how}", "view": view_json(change.view)}]
        if isinstance(change, ViewClosed) and change.user_id == user.id:
            return [{"type": "view_closed", "view_id": change.view_id}]
        if isinstance(change, HomePublished) and change.view.user_id == user.id:
            return [{"type": "home", "app_id": change.view.app_id, "view": view_json(change.view)}]
        if isinstance(change, Notice) and change.user_id == user.id:
            return [{"type": "toast", "text": change.text}]
        if isinstance(change, ChannelChanged) and self._visible(user, change.channel):
            return [{"type": "channel_changed", "channel": self.channel(change.channel, user)}]
        if isinstance(change, AppChanged):
            return [{"type": "app_changed", "app": self.app(self._world.apps[change.app_id])}]
        if isinstance(change, AppRemoved):
            app = self._world.apps[change.installation.app_id]
            return [{"type": "app_changed", "app": self.app(app) | {"connected": False}}]
        return ()


def _status(status: StatusSet) -> Json:
    return {
        "type": "status",
        "channel": status.channel_id,
        "thread_ts": status.thread_ts,
        "status": status.status,
        "loading_messages": list(status.loading_messages),
        "app_id": status.app_id,
    }


def _session(session: SessionSet) -> Json:
    return {
        "type": "session",
        "channel": session.channel_id,
        "thread_ts": session.thread_ts,
        "status": session.status,
        "title": session.title,
    }


def _prompts(prompts: PromptsSet) -> Json:
    return {
        "type": "suggested_prompts",
        "channel": prompts.channel_id,
        "thread_ts": prompts.thread_ts,
        "title": prompts.title,
        "prompts": list(prompts.prompts),
    }


def _agent_push(change: StatusSet | SessionSet | PromptsSet) -> Json:
    if isinstance(change, StatusSet):
        return _status(change)
    return _session(change) if isinstance(change, SessionSet) else _prompts(change)
