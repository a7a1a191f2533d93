"""The guard's front door for connectors."""

from __future__ import annotations

import asyncio

from bot.connectors.sql.dialects import Dialect

MAX_ROWS = 100
"""Rows of one answer. One more is fetched, so that "there is more" is known."""


async def only_reading(sql: str, dialect: Dialect) -> str:
    """The query as it may be sent: checked, rendered again, and held to `MAX_ROWS` + 1 rows.

    Parsing is work for the processor and sqlglot is slow to load, so both are done in a thread.

    Raises:
        Refused: naming the rule.
    """
    return await asyncio.to_thread(_guarded, sql, dialect)


def _guarded(sql: str, dialect: Dialect) -> str:
    from bot.connectors.sql.guard import guarded

    return guarded(sql, dialect, MAX_ROWS + 1)
