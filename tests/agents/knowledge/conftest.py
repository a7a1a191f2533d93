from __future__ import annotations

from tests.support.fixtures import clock, database, harbor, service, store
from tests.support.stage import stage

__all__ = ["clock", "database", "harbor", "service", "stage", "store"]
