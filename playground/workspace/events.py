"""Turns what happens in the workspace into the events that an installed app subscribed to."""

from __future__ import annotations

import re
from collections.abc import Callable

from playground.workspace.changes import (
    AppRemoved,
    Change,
    MembershipChanged,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    ReactionChanged,
)
from playground.workspace.model import Channel, Installation, Json, Message
from playground.workspace.render import message_json, view_json
from playground.workspace.world import World

Deliver = Callable[[Installation, Json, Channel | None], None]

_SUBSCRIPTION = {"channel": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
_CHANNEL_TYPE = {"channel": "channel", "private": "group", "im": "im", "mpim": "mpim"}
_MENTION_FIELDS = (
    "user", "bot_id", "app_id", "bot_profile", "username", "text", "ts", "team", "blocks",
    "thread_ts", "parent_user_id", "client_msg_id", "files", "edited",
)  # fmt: skip
_URL = re.compile(r"<(https?://[^|>\s]+)")


class Events:
    def __init__(self, world: World, deliver: Deliver) -> None:
        self._world = world
        self._deliver = deliver
        self._waiting_mentions: list[tuple[Installation, Message]] = []

    def observe(self, change: Change) -> None:
        if isinstance(change, MessagePosted):
            self._posted(change.message)
        elif isinstance(change, MessageChanged):
            self._changed(change)
        elif isinstance(change, MessageDeleted):
            self._deleted(change)
        elif isinstance(change, ReactionChanged):
            self._reaction(change)
        elif isinstance(change, MembershipChanged):
            self._membership(change)
        elif isinstance(change, AppRemoved):
            self._removed(change.installation)

    # messages

    def _posted(self, message: Message) -> None:
        channel = self._world.channels[message.channel_id]
        body = message_json(self._world, message)
        self._to_members(channel, self._message_event(channel, body, message.ts))
        for installation in self._mentioned(message):
            if installation.bot_user_id in channel.members:
                self._mention(installation, channel, body)
            else:
                self._waiting_mentions.append((installation, message))
        self._files(channel, message)
        self._links(channel, message)

    def _message_event(self, channel: Channel, body: Json, event_ts: str) -> Json:
        return {
            **body,
            "channel": channel.id,
            "channel_type": _CHANNEL_TYPE[channel.kind],
            "event_ts": event_ts,
        }

    def _to_members(self, channel: Channel, event: Json) -> None:
        kind = _SUBSCRIPTION[channel.kind]
        for installation in self._world.installations_in(channel):
            if self._wants(installation, f"message.{kind}", f"{kind}:history"):
                self._deliver(installation, event, channel)

    def _wants(self, installation: Installation, event: str, scope: str = "") -> bool:
        manifest = self._world.apps[installation.app_id].manifest
        granted = not scope or scope in installation.scopes
        return installation.active and event in manifest.bot_events and granted

    def _mentioned(self, message: Message) -> list[Installation]:
        """Apps named in the text. Not in direct messages, and no app by its own words."""
        channel = self._world.channels[message.channel_id]
        if channel.kind == "im" or message.body.get("subtype") in ("channel_join", "tombstone"):
            return []
        text = str(message.body.get("text", ""))
        return [
            installation
            for installation in self._world.active_installations(channel.team_id)
            if re.search(rf"<@{installation.bot_user_id}(\|[^>]*)?>", text)
            and message.app_id != installation.app_id
        ]

    def _mention(self, installation: Installation, channel: Channel, body: Json) -> None:
        if not self._wants(installation, "app_mention", "app_mentions:read"):
            return
        fields = {name: body[name] for name in _MENTION_FIELDS if name in body}
        event = {"type": "app_mention", **fields, "channel": channel.id, "event_ts": body["ts"]}
        self._deliver(installation, event, channel)

    def _changed(self, change: MessageChanged) -> None:
        message, channel = change.message, self._world.channels[change.message.channel_id]
        ts = self._world.stamps.next()
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "ts": ts,
            "message": message_json(self._world, message),
            "previous_message": change.previous,
        }
        self._to_members(channel, self._message_event(channel, event, ts))

    def _deleted(self, change: MessageDeleted) -> None:
        channel = self._world.channels[change.message.channel_id]
        ts = self._world.stamps.next()
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "ts": ts,
            "deleted_ts": change.message.ts,
            "previous_message": change.previous,
        }
        self._to_members(channel, self._message_event(channel, event, ts))

    # what hangs on a message

    def _files(self, channel: Channel, message: Message) -> None:
        for file in message.body.get("files") or ():
            event = {
                "type": "file_shared",
                "file_id": file["id"],
                "file": {"id": file["id"]},
                "user_id": file["user"],
                "channel_id": channel.id,
                "event_ts": message.ts,
            }
            for installation in self._world.installations_in(channel):
                if self._wants(installation, "file_shared", "files:read"):
                    self._deliver(installation, event, channel)

    def _links(self, channel: Channel, message: Message) -> None:
        """link_shared: only for domains of the manifest, and not for people from outside."""
        author = self._world.users.get(str(message.body.get("user", "")))
        if author is None or author.is_bot or author.team_id != channel.team_id:
            return
        urls = _URL.findall(str(message.body.get("text", "")))
        for installation in self._world.active_installations(channel.team_id):
            links = self._own_links(installation, urls)
            if links and self._wants(installation, "link_shared", "links:read"):
                self._deliver(installation, self._link_event(installation, message, links), channel)

    def _own_links(self, installation: Installation, urls: list[str]) -> list[Json]:
        domains = self._world.apps[installation.app_id].manifest.unfurl_domains
        found = []
        for url in urls:
            host = url.partition("://")[2].partition("/")[0].partition(":")[0]
            domain = next((d for d in domains if host == d or host.endswith(f".{d}")), None)
            if domain:
                found.append({"url": url, "domain": domain})
        return found

    def _link_event(self, installation: Installation, message: Message, links: list[Json]) -> Json:
        channel = self._world.channels[message.channel_id]
        event = {
            "type": "link_shared",
            "channel": channel.id,
            "is_bot_user_member": installation.bot_user_id in channel.members,
            "user": message.body["user"],
            "message_ts": message.ts,
            "unfurl_id": f"{channel.id}.{message.ts}",
            "source": "conversations_history",
            "links": links,
            "event_ts": message.ts,
        }
        return event | {"thread_ts": message.thread_ts} if message.thread_ts else event

    def _reaction(self, change: ReactionChanged) -> None:
        message, channel = change.message, self._world.channels[change.message.channel_id]
        name = "reaction_added" if change.added else "reaction_removed"
        event = {
            "type": name,
            "user": change.user_id,
            "reaction": change.name,
            "item_user": message.body.get("user", ""),
            "item": {"type": "message", "channel": channel.id, "ts": message.ts},
            "event_ts": self._world.stamps.next(),
        }
        for installation in self._world.installations_in(channel):
            if self._wants(installation, name, "reactions:read"):
                self._deliver(installation, event, channel)

    # people and apps

    def _membership(self, change: MembershipChanged) -> None:
        channel = change.channel
        if channel.kind in ("im", "mpim"):
            return
        name = "member_joined_channel" if change.joined else "member_left_channel"
        event: Json = {
            "type": name,
            "user": change.user_id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "channel" else "G",
            "team": channel.team_id,
            "event_ts": self._world.stamps.next(),
        }
        if change.inviter:
            event["inviter"] = change.inviter
        scope = f"{_SUBSCRIPTION[channel.kind]}:read"
        for installation in self._world.installations_in(channel):
            if self._wants(installation, name, scope):
                self._deliver(installation, event, channel)
        if change.joined:
            self._release_mentions(channel, change.user_id)

    def _release_mentions(self, channel: Channel, bot: str) -> None:
        """Slack sends a mention from before the invitation once the bot has been invited."""
        due = [
            (installation, message)
            for installation, message in self._waiting_mentions
            if installation.bot_user_id == bot and message.channel_id == channel.id
        ]
        for entry in due:
            self._waiting_mentions.remove(entry)
            installation, message = entry
            self._mention(installation, channel, message_json(self._world, message))

    def _removed(self, installation: Installation) -> None:
        """Both events may come in any order; an uninstalled app hears no others."""
        manifest = self._world.apps[installation.app_id].manifest
        revoked = {"oauth": [], "bot": [installation.bot_user_id]}
        for event in ({"type": "tokens_revoked", "tokens": revoked}, {"type": "app_uninstalled"}):
            if event["type"] in manifest.bot_events:
                self._deliver(installation, event, None)

    # what a person does around the app

    def home_opened(self, installation: Installation, user_id: str, tab: str) -> None:
        if not self._wants(installation, "app_home_opened"):
            return
        people = [user_id, installation.bot_user_id]
        channel, _ = self._world.open_direct(installation.team_id, people)
        event: Json = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self._world.stamps.next(),
        }
        view = self._world.views.home(installation.app_id, user_id)
        if tab == "home" and view:
            event["view"] = view_json(view)
        if tab == "messages":
            event["context"] = {"entities": []}
        self._deliver(installation, event, channel)

    def context_changed(self, installation: Installation, user_id: str, channel_id: str) -> None:
        """The person looks at another channel with the agent open beside it."""
        if not self._wants(installation, "app_context_changed"):
            return
        people = [user_id, installation.bot_user_id]
        direct, _ = self._world.open_direct(installation.team_id, people)
        entity = {
            "type": "slack#/types/channel_id",
            "value": channel_id,
            "team_id": installation.team_id,
        }
        event = {
            "type": "app_context_changed",
            "user": user_id,
            "channel": direct.id,
            "context": {"entities": [entity]},
            "event_ts": self._world.stamps.next(),
        }
        self._deliver(installation, event, direct)

    def session_stopped(self, channel: Channel, thread_ts: str, user_id: str) -> None:
        """The stop button: marks the running streams of the thread and tells the apps."""
        running = self._stop_streams(channel, thread_ts)
        for installation in self._world.installations_in(channel):
            if not self._wants(installation, "agent_session_stopped"):
                continue
            own = [m.ts for m in running if m.app_id == installation.app_id]
            event = {
                "type": "agent_session_stopped",
                "channel": channel.id,
                "user": user_id,
                "thread_ts": thread_ts,
                "streaming_message_ts": own,
                "event_ts": self._world.stamps.next(),
            }
            self._deliver(installation, event, channel)

    def _stop_streams(self, channel: Channel, thread_ts: str) -> list[Message]:
        running = [
            message
            for message in self._world.timeline.replies(channel.id, thread_ts)
            if message.stream and message.stream.state == "in_progress"
        ]
        for message in running:
            if message.stream:
                message.stream.stopped_by_user = True
        return running
