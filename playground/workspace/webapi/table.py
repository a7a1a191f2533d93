"""Which methods there are, what they need, and how often Slack lets an app call them.

Facts from the method pages of docs.slack.dev. `scopes` are alternatives: one of them is enough to
get in; methods on conversations then ask for the one that fits the kind of conversation.
`per_minute` is Slack's tier (1: 1, 2: 20, 3: 50, 4: 100) or, for "special" limits, our reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Access = Literal["bot", "app", "any", "open"]
"""Which token a method takes; `open` methods take none."""

T1, T2, T3, T4 = 1, 20, 50, 100
SPECIAL = 600


@dataclass(frozen=True)
class Method:
    name: str
    scopes: tuple[str, ...]
    per_minute: int
    required: tuple[str, ...]
    access: Access = "bot"


def _method(
    name: str, scopes: str, per_minute: int, required: str = "", access: Access = "bot"
) -> Method:
    return Method(name, tuple(scopes.split()), per_minute, tuple(required.split()), access)


_READ = "channels:read groups:read im:read mpim:read"
_HISTORY = "channels:history groups:history im:history mpim:history"
_OPEN = "channels:manage groups:write im:write mpim:write"
_STATUS = "channel_id status"

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        _method("api.test", "", T4, access="open"),
        _method("auth.test", "", SPECIAL, access="any"),
        _method("auth.revoke", "", T3),
        _method("auth.teams.list", "", T2),
        _method("apps.connections.open", "connections:write", T3, access="app"),
        _method("apps.uninstall", "", T1, "client_id client_secret"),
        _method("chat.postMessage", "chat:write", SPECIAL, "channel"),
        _method("chat.update", "chat:write", T3, "channel ts"),
        _method("chat.delete", "chat:write", T3, "channel ts"),
        _method("chat.postEphemeral", "chat:write", T4, "channel user"),
        _method("chat.getPermalink", "", SPECIAL, "channel message_ts"),
        _method("chat.startStream", "chat:write", T2, "channel thread_ts"),
        _method("chat.appendStream", "chat:write", T4, "channel ts"),
        _method("chat.stopStream", "chat:write", T2, "channel ts"),
        _method("chat.unfurl", "links:write", T3),
        _method("conversations.info", _READ, T3, "channel"),
        _method("conversations.list", _READ, T2),
        _method("conversations.members", _READ, T4, "channel"),
        _method("conversations.history", _HISTORY, T3, "channel"),
        _method("conversations.replies", _HISTORY, T3, "channel ts"),
        _method("conversations.open", _OPEN, T3),
        _method("conversations.join", "channels:join", T3, "channel"),
        _method("users.conversations", _READ, T3),
        _method("users.info", "users:read", T4, "user"),
        _method("users.list", "users:read", T2),
        _method("users.lookupByEmail", "users:read.email", T3, "email"),
        _method("usergroups.list", "usergroups:read", T2),
        _method("usergroups.users.list", "usergroups:read", T2, "usergroup"),
        _method("reactions.add", "reactions:write", T3, "channel name timestamp"),
        _method("reactions.remove", "reactions:write", T2, "name"),
        _method("reactions.get", "reactions:read", T3),
        _method("views.open", "", T4, "view"),
        _method("views.push", "", T4, "view"),
        _method("views.update", "", T4, "view"),
        _method("views.publish", "", T4, "user_id view"),
        _method("files.getUploadURLExternal", "files:write", T4, "filename length"),
        _method("files.completeUploadExternal", "files:write", T4, "files"),
        _method("files.info", "files:read", T4, "file"),
        _method("assistant.threads.setStatus", "chat:write assistant:write", SPECIAL,
                "channel_id thread_ts"),
        _method("assistant.threads.setTitle", "assistant:write", T3, "channel_id thread_ts title"),
        _method("assistant.threads.setSuggestedPrompts", "assistant:write", T3,
                "channel_id prompts"),
        _method("agents.sessions.setStatus", "chat:write", T3, _STATUS),
        _method("agents.sessions.rename", "chat:write", T3, "channel_id title"),
        _method("bots.info", "users:read", T3),
        _method("team.info", "team:read", T3),
        _method("oauth.v2.access", "", T4, access="open"),
        _method("blocks.validate", "", T4, access="open"),
    )
}  # fmt: skip
