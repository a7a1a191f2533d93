"""All listeners of the app."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.handlers import (
    access,
    clicks,
    commands,
    events,
    invitations,
    policy,
    team,
    views,
)
from bot.handlers.services import Services


def register(app: AsyncApp, services: Services) -> None:
    """Adds them. Each kind ends with one that takes the rest, so that Slack never waits for an
    acknowledgement that nobody sends."""
    events.register(app, services)
    commands.register(app, services)
    access.register(app, services)
    clicks.register(app, services)
    policy.register(app, services)
    team.register(app, services)
    invitations.register(app, services)
    views.register(app)
