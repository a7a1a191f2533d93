"""Better Stack's sandbox on a free port, and connections to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.connectors.better_stack import BetterStack
from playground.betterstack.auth import GLOBAL_TOKEN, TEAM_TOKEN
from playground.betterstack.server import Sandbox
from tests.connectors.helpers import NOW, Service, connect


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
    """A connection of the team Harbor."""
    settings = {"base_url": sandbox.url, "team_id": "t400"}
    return connect(BetterStack, client, credentials={"api_token": TEAM_TOKEN}, settings=settings)


@pytest.fixture
def everywhere(sandbox: Sandbox, client: httpx.AsyncClient) -> Any:
    """A connection with a token of the whole organization, limited to Harbor."""
    settings = {"base_url": sandbox.url, "team_name": "Harbor"}
    return connect(BetterStack, client, credentials={"api_token": GLOBAL_TOKEN}, settings=settings)


def mocked(service: Service, **settings: str) -> Any:
    """A connection to a service whose answers a test hands in."""
    credentials = {"api_token": "secret-token"}
    return connect(BetterStack, service.client, credentials=credentials, settings=settings)
