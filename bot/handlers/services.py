"""What the handlers call. Put together in `bot.app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.agents.acquaintance import Acquaintance
from bot.agents.reception import Reception
from bot.gate.door import Gate
from bot.scheduling.queue import JobQueue
from bot.scheduling.subscriptions import Subscriptions
from bot.slack.sender import Sender
from bot.store.database import Store
from bot.store.tables import Member, Workspace


@dataclass(frozen=True)
class Services:
    """The parts of the house that face the handlers. `wake` tells the worker of new work."""

    store: Store
    gate: Gate
    queue: JobQueue
    wake: Callable[[], None]
    reception: Reception
    acquaintance: Acquaintance
    sender: Sender
    client: AsyncWebClient
    subscriptions: Subscriptions


@dataclass(frozen=True)
class Visitor:
    """Who did something in Slack, and where."""

    workspace: Workspace
    member: Member
    channel: str

    @property
    def organisation_id(self) -> str:
        return self.workspace.organisation_id
