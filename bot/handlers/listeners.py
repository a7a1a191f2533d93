"""All listeners of the app."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.handlers import (
    access,
    agents,
    clicks,
    commands,
    connections,
    events,
    feedback,
    follow_ups,
    incidents,
    invitations,
    knowledge,
    pins,
    policy,
    reports,
    shortcuts,
    stop,
    team,
    views,
)
from bot.handlers.services import Services


def register(app: AsyncApp, services: Services) -> None:
    """Adds them. Each kind ends with one that takes the rest, so that Slack never waits for an
    acknowledgement that nobody sends."""
    stop.register(app, services)  # before all other events are taken
    events.register(app, services)
    commands.register(app, services)
    access.register(app, services)
    agents.register(app, services)
    connections.register(app, services)
    clicks.register(app, services)
    feedback.register(app, services)
    follow_ups.register(app, services)
    pins.register(app, services)
    policy.register(app, services)
    incidents.register(app, services)
    reports.register(app, services)
    knowledge.register(app, services)
    team.register(app, services)
    invitations.register(app, services)
    shortcuts.register(app, services)
    views.register(app)
