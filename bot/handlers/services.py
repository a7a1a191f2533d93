"""What the handlers call. Put together in `bot.app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.agents.acquaintance import Acquaintance
from bot.agents.models.choosing import Installed
from bot.agents.reception import Reception
from bot.agents.stopping import Stops
from bot.connecting.connections import Connections
from bot.connecting.oauth.apps import OAuthApps
from bot.connecting.tickets import Tickets
from bot.gate.decisions import Decisions
from bot.gate.door import Gate
from bot.incidents.addresses import WebhookAddresses
from bot.people.organisations import Site
from bot.scheduling.queue import JobQueue
from bot.scheduling.subscriptions import Subscriptions
from bot.slack.sender import Sender
from bot.store.database import Store
from bot.store.tables import Member


@dataclass(frozen=True)
class Services:
    """The parts of the house that face the handlers.

    `wake` tells the worker of new work. `public_url` is empty where nobody said how services and
    browsers reach us.
    """

    store: Store
    gate: Gate
    decisions: Decisions
    queue: JobQueue
    wake: Callable[[], None]
    reception: Reception
    stops: Stops
    acquaintance: Acquaintance
    sender: Sender
    client: AsyncWebClient
    subscriptions: Subscriptions
    default_plan: str
    tickets: Tickets
    connections: Connections
    oauth_apps: OAuthApps
    models: Installed
    addresses: WebhookAddresses
    public_url: str = ""


@dataclass(frozen=True)
class Visitor:
    """Who did something in Slack, and where. `channel` is empty for the Home tab."""

    site: Site
    member: Member
    channel: str

    @property
    def organisation_id(self) -> str:
        return self.site.organisation_id

    @property
    def team_id(self) -> str:
        return self.site.workspace.team_id
