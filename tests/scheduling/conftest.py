from __future__ import annotations

import pytest

from bot.scheduling.queue import TableQueue
from bot.store.database import Store
from tests.fixtures_store import ana, clock, database, store

__all__ = ["ana", "clock", "database", "queue", "store"]


@pytest.fixture
def queue(store: Store) -> TableQueue:
    return TableQueue(store)
