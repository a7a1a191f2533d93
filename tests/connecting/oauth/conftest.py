from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp.test_utils import TestServer

from bot.connectors import catalogue
from bot.store.database import Store
from bot.store.tables import Member
from tests.connecting.oauth.stage import Beacon, Harbors, Stage, build_stage
from tests.fixtures_store import MovableClock, ana, clock, database, store
from tests.support.servers_of_others import openid_provider

__all__ = ["ana", "clock", "database", "store"]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A real OpenID provider of others."""
    with openid_provider() as address:
        yield address


@pytest.fixture
async def stage(
    store: Store, clock: MovableClock, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(catalogue, "_built_in", lambda: iter(()))
    monkeypatch.setattr(catalogue, "_installed", lambda: iter([Beacon, Harbors]))
    catalogue.all_connectors.cache_clear()
    made, app = build_stage(store, clock, ana)
    async with TestServer(app) as server:
        made.address[0] = str(server.make_url("")).rstrip("/")
        yield made
    await made.opener.close()
    catalogue.all_connectors.cache_clear()
