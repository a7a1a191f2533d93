"""What happens to a finished answer before and after it is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.house_tools import At


async def nothing_to_show() -> None:
    """For answers without pictures."""


async def nothing_to_keep(session: AsyncSession) -> None:
    """For answers that leave nothing behind but themselves."""


@dataclass(frozen=True)
class Finished:
    """An answer as it goes out.

    `show` posts what comes after it, its charts say. `keep` stores what the answer promises, in the
    very transaction that ends the run: a run that was lost keeps nothing, and one that is taken up
    again keeps it once.
    """

    markdown: str
    show: Callable[[], Awaitable[None]] = nothing_to_show
    keep: Callable[[AsyncSession], Awaitable[None]] = nothing_to_keep


Finish = Callable[[At, str], Awaitable[Finished]]
"""Takes an answer in Markdown, with the run that it is of and its steps."""


async def as_it_is(at: At, markdown: str) -> Finished:
    return Finished(markdown)
