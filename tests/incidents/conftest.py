from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store.database import Store
from bot.store.tables import Member
from tests.fixtures_store import MovableClock, ana, clock, database, store
from tests.incidents.face import Face
from tests.incidents.watch import Watch, watching

__all__ = ["ana", "clock", "database", "store"]


@pytest.fixture
async def watch(store: Store, clock: MovableClock, ana: Member) -> AsyncIterator[Watch]:
    """An organisation whose Better Stack is quiet so far."""
    async with watching(store, clock, ana) as made:
        yield made


@pytest.fixture
async def face(watch: Watch) -> Face:
    """The same, with a channel that is shown every incident."""
    await watch.route()
    return Face(watch)
