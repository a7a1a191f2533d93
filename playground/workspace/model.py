"""The things a workspace is made of. Plain records; what happens to them is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from playground.workspace.manifest import Manifest
from playground.workspace.stream import Stream

Json = dict[str, Any]
ChannelKind = Literal["channel", "private", "im", "mpim"]
TokenKind = Literal["bot", "app", "user"]


@dataclass
class Team:
    id: str
    name: str
    domain: str


@dataclass
class User:
    id: str
    team_id: str
    name: str
    real_name: str
    tz: str = "Europe/London"
    email: str = ""
    color: str = "4a90d9"
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    app_id: str = ""
    bot_id: str = ""
    deleted: bool = False


@dataclass
class Channel:
    id: str
    team_id: str
    name: str
    kind: ChannelKind
    created: int
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    creator: str = ""
    is_general: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False


@dataclass
class UserGroup:
    id: str
    team_id: str
    handle: str
    name: str
    users: list[str]


@dataclass
class Message:
    """A message as Slack keeps it. `body` has the fields that do not depend on other messages."""

    channel_id: str
    ts: str
    body: Json
    app_id: str | None = None
    stream: Stream | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def thread_ts(self) -> str | None:
        """The root's ts if this is a reply, else None."""
        root = self.body.get("thread_ts")
        return root if root and root != self.ts else None


@dataclass
class Ephemeral:
    """A message for one person's eyes. It is in no history and cannot be updated by ts."""

    id: str
    channel_id: str
    user_id: str
    body: Json
    app_id: str | None


@dataclass
class StoredFile:
    id: str
    team_id: str
    user_id: str
    name: str
    title: str
    size: int
    created: int
    mimetype: str = "application/octet-stream"
    alt_text: str = ""
    content: bytes | None = None
    upload_key: str = ""
    complete: bool = False
    channels: list[str] = field(default_factory=list)
    shares: dict[str, str] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)
    """People and bots who may read it wherever it is shared."""


@dataclass
class ViewRecord:
    """A modal or Home tab that is open for one person."""

    id: str
    app_id: str
    team_id: str
    user_id: str
    bot_id: str
    hash: str
    body: Json
    state: Json = field(default_factory=lambda: {"values": {}})
    root_id: str = ""
    previous_id: str | None = None


@dataclass
class Token:
    value: str
    kind: TokenKind
    app_id: str
    team_id: str | None
    user_id: str | None
    scopes: frozenset[str]
    revoked: bool = False


@dataclass
class App:
    """A Slack app as its settings page knows it."""

    id: str
    manifest: Manifest
    client_id: str
    client_secret: str
    signing_secret: str
    verification_token: str
    delivery: Literal["socket", "http"] = "socket"
    request_url: str = ""

    @property
    def name(self) -> str:
        return self.manifest.name


@dataclass
class Installation:
    """An app in one workspace."""

    app_id: str
    team_id: str
    bot_user_id: str
    bot_id: str
    installed_by: str
    scopes: set[str]
    active: bool = True
