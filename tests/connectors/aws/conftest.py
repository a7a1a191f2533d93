"""AWS as moto plays it, and as a stand-in whose answers a test hands in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from bot.connectors.base import Connector
from tests.cloud_servers import moto
from tests.connectors.helpers import Service, connect

KEYS = {
    "access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "region": "eu-central-1",
}


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    with moto() as address:
        yield address


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as opened:
        yield opened


def mocked(connector: type[Connector], service: Service, **more: str) -> Any:
    return connect(connector, service.client, credentials={**KEYS, **more})


def failure(kind: str, words: str = "", status: int = 400) -> httpx.Response:
    """An error as AWS's JSON protocols have it."""
    return httpx.Response(
        status, json={"__type": f"com.amazon.coral.service#{kind}", "message": words}
    )


async def set_up(connector: Any, operation: str, body: dict[str, Any]) -> Any:
    """Sends what the connector itself never would: it makes what a test then reads."""
    return await connector.service._service(operation, "").post("/", body)
