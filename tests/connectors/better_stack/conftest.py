"""Better Stack's sandbox on a free port, and connections to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.connectors.better_stack import BetterStack
from playground.betterstack.auth import GLOBAL_TOKEN, TEAM_TOKEN, TELEMETRY_TOKEN
from playground.betterstack.server import Sandbox
from playground.betterstack.warehouse import SQL_PASSWORD, SQL_USERNAME
from tests.connectors.helpers import NOW, Service, connect

SQL = {"sql_username": SQL_USERNAME, "sql_password": SQL_PASSWORD}


def telemetry_at(sandbox: Sandbox) -> dict[str, str]:
    """Where Telemetry is: the sandbox has one address for all hosts."""
    return dict.fromkeys(("telemetry_url", "errors_url", "sql_url"), sandbox.url)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(lambda: NOW) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as opened:
        yield opened


@pytest.fixture
def stack(sandbox: Sandbox, client: httpx.AsyncClient) -> Any:
    """A connection of the team Harbor, with a token for each product."""
    tokens = {"api_token": TEAM_TOKEN, "telemetry_token": TELEMETRY_TOKEN, **SQL}
    settings = {"base_url": sandbox.url, "team_id": "t400", **telemetry_at(sandbox)}
    return connect(BetterStack, client, credentials=tokens, settings=settings)


@pytest.fixture
def everywhere(sandbox: Sandbox, client: httpx.AsyncClient) -> Any:
    """A connection with a token of the whole organization, limited to Harbor."""
    settings = {"base_url": sandbox.url, "team_name": "Harbor", **telemetry_at(sandbox)}
    tokens = {"api_token": GLOBAL_TOKEN, **SQL}
    return connect(BetterStack, client, credentials=tokens, settings=settings)


def mocked(service: Service, *, credentials: dict[str, str] | None = None, **settings: str) -> Any:
    """A connection to a service whose answers a test hands in."""
    credentials = {"api_token": "secret-token", **(credentials or {})}
    return connect(BetterStack, service.client, credentials=credentials, settings=settings)
