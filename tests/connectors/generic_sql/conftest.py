"""Connections to the shop on real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from bot.connectors.generic_sql import GenericSql
from tests.connectors.helpers import connect
from tests.connectors.sql.conftest import Shop, mariadb_shop, postgres_shop

__all__ = ["mariadb_shop", "postgres_shop"]

Opener = Callable[[str], Any]


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    """Gives a connection for a connection string."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield lambda url: connect(GenericSql, client, credentials={"connection_string": url})


@pytest.fixture
def on_postgres(opened: Opener, postgres_shop: Shop) -> Any:
    return opened(postgres_shop.reader)


@pytest.fixture
def on_mariadb(opened: Opener, mariadb_shop: Shop) -> Any:
    return opened(mariadb_shop.reader)


@pytest.fixture(params=["postgres", "mariadb"])
def database(request: pytest.FixtureRequest) -> Any:
    """Both, one after the other."""
    return request.getfixturevalue(f"on_{request.param}")
