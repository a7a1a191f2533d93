"""A sandbox on a free port, at a moment that tests move by hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from playground.betterstack.auth import GLOBAL_TOKEN, TEAM_TOKEN
from playground.betterstack.server import Sandbox

START = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(START)


@pytest.fixture
async def sandbox(clock: HandClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock) as running:
        yield running


def client_for(sandbox: Sandbox, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=sandbox.url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
        trust_env=False,
    )


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the team Harbor."""
    async with client_for(sandbox, TEAM_TOKEN) as client:
        yield client


@pytest.fixture
async def global_api(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole organization."""
    async with client_for(sandbox, GLOBAL_TOKEN) as client:
        yield client
