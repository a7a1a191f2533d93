"""Messages: posting, changing, deleting, reacting, and reading a channel or a thread."""

from __future__ import annotations

import copy

from playground.workspace.changes import (
    Changes,
    EphemeralChanged,
    EphemeralDeleted,
    EphemeralPosted,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    ReactionChanged,
)
from playground.workspace.elements import blocks_of, fill_in_ids
from playground.workspace.ids import Ids, Timestamps
from playground.workspace.model import Ephemeral, Json, Message
from playground.workspace.stream import Stream

TOMBSTONE = {
    "subtype": "tombstone",
    "user": "USLACKBOT",
    "hidden": True,
    "text": "This message was deleted.",
}


class Timeline:
    def __init__(self, ids: Ids, stamps: Timestamps, changes: Changes) -> None:
        self._ids = ids
        self._stamps = stamps
        self._changes = changes
        self._messages: dict[str, dict[str, Message]] = {}
        self.ephemerals: dict[str, Ephemeral] = {}

    def post(
        self,
        channel_id: str,
        body: Json,
        *,
        thread_ts: str | None = None,
        app_id: str | None = None,
        stream: Stream | None = None,
    ) -> Message:
        ts = self._stamps.next()
        full = {"type": "message", **copy.deepcopy(body), "ts": ts}
        if thread_ts:
            full["thread_ts"] = thread_ts
            full["parent_user_id"] = self._author_of(channel_id, thread_ts)
        self.name_blocks(full)
        message = Message(channel_id, ts, full, app_id, stream)
        self._messages.setdefault(channel_id, {})[ts] = message
        self._changes.announce(MessagePosted(message))
        return message

    def _author_of(self, channel_id: str, ts: str) -> str:
        root = self.find(channel_id, ts)
        return str(root.body.get("user", "")) if root else ""

    def name_blocks(self, body: Json) -> None:
        fill_in_ids(blocks_of(body), self._ids.short)

    def find(self, channel_id: str, ts: str) -> Message | None:
        return self._messages.get(channel_id, {}).get(ts)

    def all(self, channel_id: str) -> list[Message]:
        """Oldest first, replies included."""
        return list(self._messages.get(channel_id, {}).values())

    def history(self, channel_id: str) -> list[Message]:
        """Oldest first, without the replies that were not also sent to the channel."""
        return [
            message
            for message in self.all(channel_id)
            if not message.thread_ts or message.body.get("subtype") == "thread_broadcast"
        ]

    def replies(self, channel_id: str, root_ts: str) -> list[Message]:
        """Oldest first, without the root."""
        return [m for m in self.all(channel_id) if m.thread_ts == root_ts]

    def change(
        self, message: Message, fields: Json, *, edited_by: str | None = None, drop: str = ""
    ) -> None:
        """Replaces the given fields (None removes one) and tells the observers."""
        previous = copy.deepcopy(message.body)
        message.body.update(copy.deepcopy(fields))
        for name in [name for name, value in fields.items() if value is None]:
            message.body.pop(name)
        if drop:
            message.body.pop(drop, None)
        if edited_by:
            message.body["edited"] = {"user": edited_by, "ts": self._stamps.next()}
        self.name_blocks(message.body)
        self._changes.announce(MessageChanged(message, previous))

    def delete(self, message: Message) -> None:
        """A root that has replies stays as a tombstone, as in Slack, so its thread lives on."""
        if self.replies(message.channel_id, message.ts):
            gone = dict.fromkeys(set(message.body) - {"type", "ts", "thread_ts"})
            self.change(message, {**gone, **TOMBSTONE})
            return
        del self._messages[message.channel_id][message.ts]
        self._changes.announce(MessageDeleted(message, copy.deepcopy(message.body)))

    def react(self, message: Message, user_id: str, name: str) -> bool:
        """False when this person had reacted so already."""
        users = message.reactions.setdefault(name, [])
        if user_id in users:
            return False
        users.append(user_id)
        self._changes.announce(ReactionChanged(message, user_id, name, added=True))
        return True

    def unreact(self, message: Message, user_id: str, name: str) -> bool:
        users = message.reactions.get(name, [])
        if user_id not in users:
            return False
        users.remove(user_id)
        if not users:
            del message.reactions[name]
        self._changes.announce(ReactionChanged(message, user_id, name, added=False))
        return True

    def post_ephemeral(
        self, channel_id: str, user_id: str, body: Json, *, app_id: str | None = None
    ) -> Ephemeral:
        ts = self._stamps.next()
        full = {"type": "message", **copy.deepcopy(body), "ts": ts, "is_ephemeral": True}
        self.name_blocks(full)
        ephemeral = Ephemeral(ts, channel_id, user_id, full, app_id)
        self.ephemerals[ts] = ephemeral
        self._changes.announce(EphemeralPosted(ephemeral))
        return ephemeral

    def change_ephemeral(self, ephemeral: Ephemeral, fields: Json) -> None:
        ephemeral.body.update(copy.deepcopy(fields))
        self.name_blocks(ephemeral.body)
        self._changes.announce(EphemeralChanged(ephemeral))

    def delete_ephemeral(self, ephemeral: Ephemeral) -> None:
        self.ephemerals.pop(ephemeral.id, None)
        self._changes.announce(EphemeralDeleted(ephemeral))
