"""One call of a Web API method: its arguments, who calls, and the checks that methods share."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from playground.workspace.model import App, Channel, Installation, Json, Message, Token, User
from playground.workspace.webapi.errors import ApiError, invalid_arguments, missing_field
from playground.workspace.world import World

Item = TypeVar("Item")

_SCOPE_OF_KIND = {"channel": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


@dataclass
class Call:
    """`token` and `installation` are missing only in methods that take no bot token."""

    world: World
    method: str
    args: Json
    token: Token | None = None
    basic: tuple[str, str] | None = None
    warnings: list[str] = field(default_factory=list)

    # who

    @property
    def caller(self) -> Token:
        if self.token is None:
            raise ApiError("not_authed")
        return self.token

    @property
    def installation(self) -> Installation:
        token = self.caller
        found = self.world.installation(token.app_id, token.team_id or "")
        if found is None or not found.active:
            raise ApiError("account_inactive")
        return found

    @property
    def app(self) -> App:
        return self.world.apps[self.caller.app_id]

    @property
    def bot(self) -> str:
        return self.installation.bot_user_id

    @property
    def team_id(self) -> str:
        return self.installation.team_id

    def has_scope(self, *scopes: str) -> bool:
        return bool(self.caller.scopes.intersection(scopes))

    def need_scope(self, *scopes: str) -> None:
        if not self.has_scope(*scopes):
            provided = ",".join(sorted(self.caller.scopes))
            raise ApiError("missing_scope", needed=",".join(scopes), provided=provided)

    # arguments

    def get(self, name: str) -> Any:
        return self.args.get(name)

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise invalid_arguments(f"[ERROR] must be a string: {name}")
        return str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        if value is None:
            return default
        return str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        value = self.args.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError as error:
            raise ApiError("invalid_limit" if name == "limit" else "invalid_arguments") from error

    def array(self, name: str) -> list[Any]:
        value = self.args.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise invalid_arguments(f"[ERROR] must be an array: {name}")
        return value

    def names(self, name: str) -> list[str]:
        """A comma-separated list, or an array."""
        value = self.args.get(name)
        parts = value if isinstance(value, list) else str(value or "").split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def need(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing_field(name)
        return value

    # places and people

    def channel(self, name: str = "channel") -> Channel:
        """The conversation, if this bot may know of it; else channel_not_found."""
        found = self.world.channels.get(self.text(name))
        if found is None or not self._sees(found):
            raise ApiError("channel_not_found")
        return found

    def _sees(self, channel: Channel) -> bool:
        if channel.kind == "channel":
            return channel.team_id == self.team_id or self.bot in channel.members
        return self.bot in channel.members

    def scoped_channel(self, right: str, name: str = "channel") -> Channel:
        """`right` is read or history; the scope must fit the kind of conversation."""
        channel = self.channel(name)
        self.need_scope(f"{_SCOPE_OF_KIND[channel.kind]}:{right}")
        return channel

    def must_be_in(self, channel: Channel) -> None:
        if self.bot not in channel.members:
            raise ApiError("not_in_channel")

    def message(self, channel: Channel, ts: str) -> Message:
        found = self.world.timeline.find(channel.id, ts)
        if found is None:
            raise ApiError("message_not_found")
        return found

    def user(self, user_id: str) -> User:
        found = self.world.users.get(user_id)
        if found is None or not self._knows(found):
            raise ApiError("user_not_found")
        return found

    def _knows(self, user: User) -> bool:
        if user.team_id == self.team_id:
            return True
        return any(user.id in c.members for c in self.world.channels.values() if self._sees(c))

    # pages

    def page(
        self, items: Sequence[Item], *, default: int = 100, most: int = 1000
    ) -> tuple[list[Item], str]:
        """The page that `cursor` and `limit` ask for, and the cursor of the next one or ""."""
        limit = self.number("limit", default)
        if not 1 <= limit <= most:
            raise ApiError("invalid_limit")
        start = _offset(self.text("cursor"))
        following = start + limit
        return list(items[start:following]), _cursor(following) if following < len(items) else ""


def _cursor(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        kind, _, offset = base64.b64decode(cursor, validate=True).decode().partition(":")
        if kind == "next":
            return int(offset)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise ApiError("invalid_cursor")
