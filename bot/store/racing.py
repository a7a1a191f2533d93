"""Several processes, or several units of work on PostgreSQL, may save the same thing at once.

A unique row is what makes it one. Whoever comes second is refused by it; looking again, they find
what the first one saved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

T = TypeVar("T")


async def again_if_raced(unit: Callable[[], Awaitable[T]]) -> T:
    """Does a whole unit of work, and once more where somebody else was faster with a unique row."""
    try:
        return await unit()
    except IntegrityError:
        return await unit()
