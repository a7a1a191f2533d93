from __future__ import annotations

from tests.support.fixtures import clock, database, harbor, service, store

__all__ = ["clock", "database", "harbor", "service", "store"]
