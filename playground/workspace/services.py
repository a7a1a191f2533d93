"""Puts the parts of the workspace together."""

from __future__ import annotations

from dataclasses import dataclass

from playground.workspace.client_api import ClientApi
from playground.workspace.consent import Consent
from playground.workspace.delivery import Deliverer
from playground.workspace.events import Events
from playground.workspace.http_delivery import HttpDelivery
from playground.workspace.interactions import Interactions
from playground.workspace.page import Page
from playground.workspace.people_actions import People
from playground.workspace.responses import Responses
from playground.workspace.socket_mode import SocketHub
from playground.workspace.transfers import Transfers
from playground.workspace.webapi.dispatch import WebApi
from playground.workspace.webapi.journal import Journal
from playground.workspace.webapi.limits import RateLimits
from playground.workspace.world import World


@dataclass(frozen=True)
class Services:
    world: World
    hub: SocketHub
    http: HttpDelivery
    deliverer: Deliverer
    events: Events
    interactions: Interactions
    people: People
    journal: Journal
    limits: RateLimits
    api: WebApi
    client: ClientApi
    transfers: Transfers
    consent: Consent


def build_services(world: World, *, rate_limits: bool = True) -> Services:
    hub, http = SocketHub(world), HttpDelivery(world)
    deliverer = Deliverer(world, hub, http)
    events = Events(world, deliverer.event)
    world.changes.subscribe(events.observe)
    responses = Responses(world)
    interactions = Interactions(world, deliverer, responses)
    people = People(world, events)
    journal, limits = Journal(), RateLimits(world.clock, enabled=rate_limits)
    return Services(
        world=world,
        hub=hub,
        http=http,
        deliverer=deliverer,
        events=events,
        interactions=interactions,
        people=people,
        journal=journal,
        limits=limits,
        api=WebApi(world, limits, journal),
        client=ClientApi(world, Page(world, hub), people, interactions),
        transfers=Transfers(world, responses),
        consent=Consent(world),
    )
