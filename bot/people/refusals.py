"""How a wish is refused, and how one that is granted is put on record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.store.rights import Right, refusal
from bot.store.tables import Member


class Refused(Exception):
    """A wish that is not granted. Its text tells the person why, and what to do."""


async def require(session: AsyncSession, member: Member, right: Right) -> Member:
    """The member as the store has them now, if they have the right.

    Raises:
        Refused: saying who has it.
    """
    current = await session.get_one(Member, member.id, populate_existing=True)
    words = await refusal(session, current, right)
    if words:
        raise Refused(words)
    return current


def note(
    session: AsyncSession, member: Member, deed: str, *, at: datetime, action: str, about: str = ""
) -> None:
    """Puts on record what a member did: `deed` goes on after the name."""
    caller = Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name)
    audit.record(
        session,
        caller,
        at=at,
        action=action,
        outcome="done",
        sentence=f"{member.name} {deed}",
        resource=about,
    )
