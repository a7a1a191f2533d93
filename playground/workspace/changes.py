"""What can happen in a workspace, as records that observers (page, events, tests) receive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playground.workspace.model import (
    Channel,
    Ephemeral,
    Installation,
    Json,
    Message,
    ViewRecord,
)


@dataclass(frozen=True)
class MessagePosted:
    message: Message


@dataclass(frozen=True)
class MessageChanged:
    message: Message
    previous: Json


@dataclass(frozen=True)
class MessageDeleted:
    message: Message
    previous: Json


@dataclass(frozen=True)
class ReactionChanged:
    message: Message
    user_id: str
    name: str
    added: bool


@dataclass(frozen=True)
class MembershipChanged:
    channel: Channel
    user_id: str
    inviter: str | None
    joined: bool


@dataclass(frozen=True)
class EphemeralPosted:
    ephemeral: Ephemeral


@dataclass(frozen=True)
class EphemeralChanged:
    ephemeral: Ephemeral


@dataclass(frozen=True)
class EphemeralDeleted:
    ephemeral: Ephemeral


@dataclass(frozen=True)
class ViewShown:
    """`how` is opened, pushed or updated."""

    view: ViewRecord
    how: str


@dataclass(frozen=True)
class ViewClosed:
    """`view_id` None: the whole stack."""

    user_id: str
    view_id: str | None


@dataclass(frozen=True)
class HomePublished:
    view: ViewRecord


@dataclass(frozen=True)
class StatusSet:
    app_id: str
    channel_id: str
    thread_ts: str
    status: str
    loading_messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class SessionSet:
    app_id: str
    channel_id: str
    thread_ts: str
    status: str
    title: str


@dataclass(frozen=True)
class PromptsSet:
    channel_id: str
    thread_ts: str | None
    title: str
    prompts: tuple[Json, ...]


@dataclass(frozen=True)
class ChannelChanged:
    channel: Channel


@dataclass(frozen=True)
class AppChanged:
    app_id: str


@dataclass(frozen=True)
class AppRemoved:
    installation: Installation


@dataclass(frozen=True)
class Notice:
    """A short line for one person, such as a command that was not answered in time."""

    user_id: str
    text: str


@dataclass(frozen=True)
class ApiCalled:
    method: str


@dataclass(frozen=True)
class Delivered:
    """An attempt to bring something to an app has ended."""

    kind: str
    failed: str


Change = (
    MessagePosted
    | MessageChanged
    | MessageDeleted
    | ReactionChanged
    | MembershipChanged
    | EphemeralPosted
    | EphemeralChanged
    | EphemeralDeleted
    | ViewShown
    | ViewClosed
    | HomePublished
    | StatusSet
    | SessionSet
    | PromptsSet
    | ChannelChanged
    | AppChanged
    | AppRemoved
    | Notice
    | ApiCalled
    | Delivered
)
Observer = Callable[[Change], None]


class Changes:
    """Tells every observer what happened, in the order of subscription."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Returns what ends the subscription."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def announce(self, change: Change) -> None:
        for observer in list(self._observers):
            observer(change)
