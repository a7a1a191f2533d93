from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.browsing import Site, site_of
from tests.support.desk import Desk, build_desk
from tests.support.fixtures import clock, database, harbor, service, store
from tests.support.harbor import Harbor

__all__ = ["clock", "database", "desk", "harbor", "service", "site", "store"]


@pytest.fixture
def desk(harbor: Harbor) -> Desk:
    """The handlers over the harbor. Ana owns it; Bo is a viewer."""
    return build_desk(harbor)


@pytest.fixture
async def site(desk: Desk) -> AsyncIterator[Site]:
    """The pages over the same harbor."""
    async with site_of(desk) as made:
        yield made
