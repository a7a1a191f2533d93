from __future__ import annotations

import pytest

from tests.support.desk import Desk, build_desk
from tests.support.fixtures import clock, database, harbor, service, store
from tests.support.harbor import Harbor

__all__ = ["clock", "database", "desk", "harbor", "service", "store"]


@pytest.fixture
def desk(harbor: Harbor) -> Desk:
    return build_desk(harbor)
