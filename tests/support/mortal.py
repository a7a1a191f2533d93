"""Death at chosen moments: a store, and hooks for services, that end the "process" at the n-th.

What a process leaves behind is what was committed and what the outside has seen; so the moments
that differ are before and after each commit, and before and after each call to the outside.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.database import Store, Unit


class Died(BaseException):
    """The process is gone."""


class Danger:
    """Counts the moments at which a process may die, and lets it die at one."""

    def __init__(self) -> None:
        self._left: int | None = None

    def strike_in(self, moments: int) -> None:
        """Dies at the moment after so many others; 0 is the next one."""
        self._left = moments

    def pass_over(self) -> bool:
        """Takes the danger away. True where it had struck already."""
        struck, self._left = self._left is not None and self._left < 0, None
        return struck

    def __call__(self) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left == -1:
            raise Died


class MortalStore(Store):
    """A store around whose commits the process may die."""

    danger = Danger()

    def writing(self, organisation_id: str) -> Unit:
        return self._mortal(super().writing(organisation_id))

    def installation(self) -> Unit:
        return self._mortal(super().installation())

    @asynccontextmanager
    async def _mortal(self, unit: Unit) -> AsyncIterator[AsyncSession]:
        async with unit as session:
            yield session
            self.danger()
        self.danger()
