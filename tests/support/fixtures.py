"""Fixtures over the harbor. Import them into a `conftest.py` to use them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.store.database import Store
from tests.fixtures_store import MovableClock, clock, database, store
from tests.support.connectors import LampService, installed
from tests.support.harbor import Harbor, build_harbor

__all__ = ["clock", "database", "harbor", "service", "store"]


@pytest.fixture
def service() -> Iterator[LampService]:
    """The lamp service, with its connector in the catalogue."""
    made = LampService()
    with installed(made):
        yield made


@pytest.fixture
async def harbor(store: Store, clock: MovableClock, service: LampService) -> AsyncIterator[Harbor]:
    """The organisation. Its debugger has no access yet."""
    made = await build_harbor(store, clock, service)
    yield made
    await made.opener.close()
