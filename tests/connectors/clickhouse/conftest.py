"""Connections to a real ClickHouse: its current engine, and Debian's old server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from bot.connectors.clickhouse import ClickHouse
from tests.clickhouse import PASSWORD, USER, Engine, old_server
from tests.connectors.helpers import Service, connect
from tests.connectors.sql.conftest import clickhouse_engine

__all__ = ["clickhouse_engine"]

Opener = Callable[..., Any]


@pytest.fixture(scope="session")
def clickhouse_server() -> Iterator[Engine]:
    with old_server() as running:
        yield running


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    async with httpx.AsyncClient(trust_env=False) as client:

        def opener(url: str, **credentials: str) -> Any:
            given = {"url": url, "username": USER, "password": PASSWORD, **credentials}
            return connect(ClickHouse, client, credentials=given)

        yield opener


@pytest.fixture
def clickhouse(opened: Opener, clickhouse_engine: Engine) -> Any:
    return opened(clickhouse_engine.url)


def mocked(service: Service, **credentials: str) -> Any:
    given = {"url": "https://ch.example:8443", "password": "secret-password", **credentials}
    return connect(ClickHouse, service.client, credentials=given)
