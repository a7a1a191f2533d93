"""Finds what keeps an installation from working, and says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.foundation import open_store, open_vault
from bot.manifest import manifest
from bot.settings import Settings, SettingsError
from bot.slack.client import web_client
from bot.store.crew import connections
from bot.store.migrate import is_current
from bot.store.people import find_workspace
from bot.store.tables import ConnectionStatus


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    what: str
    words: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Looks at one thing after another; what depends on a broken one is left out."""
    yield _key(settings)
    yield _model(settings)
    yield _address(settings)
    store = open_store(settings)
    try:
        current = await is_current(store.engine)
        words = "up to date" if current else "old schema; run: python -m bot migrate"
        yield Finding(current, "database", words)
        team_id = ""
        async for finding, team in _slack(settings):
            team_id = team or team_id
            yield finding
        workspace = await find_workspace(store, team_id) if current and team_id else None
        if workspace is not None:
            async with store.reading(workspace.organisation_id) as session:
                for one in await connections(session):
                    good = one.status == ConnectionStatus.CONNECTED
                    yield Finding(good, f"connection {one.label}", one.status_note or one.status)
    finally:
        await store.close()


def _key(settings: Settings) -> Finding:
    try:
        open_vault(settings)
    except SettingsError as error:
        return Finding(False, "encryption key", str(error))
    return Finding(True, "encryption key", "readable, and by nobody else")


def _model(settings: Settings) -> Finding:
    if settings.anthropic_api_key is None:
        return Finding(True, "language model", "none; answers come from the offline planner")
    return Finding(True, "language model", settings.model)


def _address(settings: Settings) -> Finding:
    """Where browsers reach the forms for credentials."""
    what = "public address"
    if not settings.public_url:
        words = (
            "QUARTERDECK_PUBLIC_URL is not set; links to forms work on this machine alone: set it "
            "to the https:// address that people reach the bot at"
        )
        return Finding(False, what, words)
    if not settings.public_url.startswith("https://"):
        words = f"{settings.public_url} is not https://; keys would travel in clear"
        return Finding(False, what, words)
    return Finding(True, what, settings.public_url)


async def _slack(settings: Settings) -> AsyncIterator[tuple[Finding, str]]:
    if settings.slack_bot_token is None:
        yield Finding(False, "Slack", "SLACK_BOT_TOKEN is not set"), ""
        return
    client = web_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        me = await client.auth_test()
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        yield Finding(False, "Slack bot token", f"it was not accepted: {error}"), ""
        return
    yield Finding(True, "Slack bot token", f"{me['team']} as @{me['user']}"), str(me["team_id"])
    yield _scopes(str(me.headers.get("x-oauth-scopes") or "")), ""
    if settings.slack_app_token is not None:
        yield await _socket(settings), ""
    elif settings.slack_signing_secret is None:
        words = "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)"
        yield Finding(False, "Slack events", words), ""


def _scopes(header: str) -> Finding:
    granted = {scope.strip() for scope in header.split(",")}
    missing = sorted(set(manifest()["oauth_config"]["scopes"]["bot"]) - granted)
    if missing:
        words = f"missing {', '.join(missing)}; reinstall the app with manifest.yml"
        return Finding(False, "Slack scopes", words)
    return Finding(True, "Slack scopes", "all granted")


async def _socket(settings: Settings) -> Finding:
    assert settings.slack_app_token is not None
    token = settings.slack_app_token.get_secret_value()
    client = web_client(token, settings.slack_api_url)
    try:
        await client.apps_connections_open(app_token=token)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        return Finding(False, "Slack app token", f"Socket Mode was refused: {error}")
    return Finding(True, "Slack app token", "Socket Mode can be opened")
