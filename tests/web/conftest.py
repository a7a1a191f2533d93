from __future__ import annotations

from tests.fixtures_store import clock, database, store

__all__ = ["clock", "database", "store"]
