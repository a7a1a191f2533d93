"""What people do in channels: write, edit, delete, react, invite. For the page and for tests."""

from __future__ import annotations

from playground.workspace.changes import Notice
from playground.workspace.events import Events
from playground.workspace.interactions import PersonError
from playground.workspace.model import Channel, Installation, Json, Message, StoredFile, User
from playground.workspace.render import file_json
from playground.workspace.typed_text import read_typed
from playground.workspace.world import World


class People:
    def __init__(self, world: World, events: Events) -> None:
        self._world = world
        self._events = events

    def post(
        self,
        user: User,
        channel: Channel,
        text: str,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        files: list[tuple[str, bytes]] | None = None,
    ) -> Message:
        """A message typed by a person, with files if there are any. Raises PersonError."""
        self._may_write(user, channel)
        if not text.strip() and not files:
            raise PersonError("Write something or add a file first.")
        if thread_ts:
            self._root(channel, thread_ts)
        typed = read_typed(self._world, channel.team_id, text)
        body: Json = {
            "user": user.id,
            "team": user.team_id,
            "text": typed.text,
            "client_msg_id": self._world.ids.uuid(),
        }
        if text.strip():
            body["blocks"] = typed.blocks
        stored = [self._stored(user, channel, name, data) for name, data in files or ()]
        if stored:
            rendered = [file_json(self._world, file) for file in stored]
            body |= {"subtype": "file_share", "files": rendered, "upload": True}
        if broadcast and thread_ts:
            body["subtype"] = "thread_broadcast"
        message = self._world.timeline.post(channel.id, body, thread_ts=thread_ts)
        for file in stored:
            file.shares[channel.id] = message.ts
        self._offer_invitations(user, channel, typed.text)
        return message

    def _offer_invitations(self, user: User, channel: Channel, text: str) -> None:
        """Slack tells the writer when somebody they mention is not there."""
        if channel.kind in ("im", "mpim"):
            return
        for installation in self._world.active_installations(channel.team_id):
            bot = installation.bot_user_id
            if f"<@{bot}>" in text and bot not in channel.members:
                name = self._world.users[bot].name
                words = f"@{name} is not in #{channel.name}. Invite it, and it gets your message."
                self._world.changes.announce(Notice(user.id, words))

    def _may_write(self, user: User, channel: Channel) -> None:
        if user.id not in channel.members:
            raise PersonError(f"{user.real_name} is not a member of this conversation. Join first.")
        if channel.is_archived:
            raise PersonError("This channel is archived; nobody can write here.")
        for bot in channel.members if channel.kind == "im" else ():
            installation = self._world.installation_of_bot(bot)
            app = self._world.apps[installation.app_id] if installation else None
            if app and (not app.manifest.messages_tab or app.manifest.messages_read_only):
                raise PersonError(f"Sending messages to {app.name} has been turned off.")

    def _root(self, channel: Channel, thread_ts: str) -> None:
        root = self._world.timeline.find(channel.id, thread_ts)
        if root is None or root.thread_ts:
            raise PersonError("That thread does not exist any more.")

    def _stored(self, user: User, channel: Channel, name: str, data: bytes) -> StoredFile:
        file = self._world.files.add(user.team_id, user.id, name, data)
        file.channels.append(channel.id)
        return file

    def edit(self, user: User, message: Message, text: str) -> None:
        self._own(user, message)
        typed = read_typed(self._world, user.team_id, text)
        fields: Json = {"text": typed.text, "blocks": typed.blocks}
        self._world.timeline.change(message, fields, edited_by=user.id)

    def delete(self, user: User, message: Message) -> None:
        self._own(user, message)
        self._world.timeline.delete(message)

    def _own(self, user: User, message: Message) -> None:
        if message.body.get("user") != user.id:
            raise PersonError("Only the author can edit or delete a message.")

    def react(self, user: User, message: Message, name: str, *, remove: bool = False) -> None:
        change = self._world.timeline.unreact if remove else self._world.timeline.react
        change(message, user.id, name.strip(":"))

    def invite_bot(self, user: User, channel: Channel, installation: Installation) -> None:
        self._world.join(channel, installation.bot_user_id, inviter=user.id)

    def kick_bot(self, channel: Channel, installation: Installation) -> None:
        self._world.leave(channel, installation.bot_user_id)

    def join(self, user: User, channel: Channel) -> None:
        if channel.kind != "channel":
            raise PersonError("Only public channels can be joined without an invitation.")
        self._world.join(channel, user.id)

    def open_app(self, user: User, installation: Installation, tab: str) -> Channel:
        """Opens the app's Home or Messages tab; returns the direct conversation."""
        people = [user.id, installation.bot_user_id]
        channel, _ = self._world.open_direct(installation.team_id, people)
        self._events.home_opened(installation, user.id, tab)
        return channel

    def stop(self, user: User, channel: Channel, thread_ts: str) -> None:
        self._events.session_stopped(channel, thread_ts, user.id)
