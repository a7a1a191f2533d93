"""All listeners of the app."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.handlers import access_modal, clicks, commands, events, views
from bot.handlers.services import Services


def register(app: AsyncApp, services: Services) -> None:
    """Adds them. Each kind ends with one that takes the rest, so that Slack never waits for an
    acknowledgement that nobody sends."""
    events.register(app, services)
    commands.register(app, services)
    clicks.register(app, services)
    access_modal.register(app, services)
    views.register(app)
