"""What each role may do, as data. Code asks `may(member, Right.X)` and never looks at a role."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Member, Role


class Right(enum.StrEnum):
    """A thing that somebody may do, in words that fit after "may"."""

    SEE = "see agents, connections and reports"
    ASK = "ask an agent"
    INVESTIGATE = "start an investigation"
    DISCUSS_REPORTS = "ask about a report"
    PIN = "pin agents and reports"
    STOP_OTHERS = "stop what somebody else asked for"
    EDIT_AGENTS = "create or edit agents"
    EDIT_CONNECTIONS = "create or edit connections"
    EDIT_REPORTS = "create or edit reports"
    RUN_REPORTS = "have a report made now"
    SCHEDULE = "set up reports"
    EDIT_KNOWLEDGE = "change what agents know"
    SET_MODELS = "choose language models"
    ADD_MODELS = "add language models, or let them search the web"
    READ_AUDIT = "read the audit log"
    READ_PRIVATE_AUDIT = "read what others' private agents did"
    KEEP_AUDIT = "set how long the audit log is kept"
    SET_ACCESS = "change what agents may reach"
    ALLOW_TICKETS = "let reports open tickets without asking"
    MANAGE_PEOPLE = "change who belongs to the organisation"
    SET_PLAN = "change the plan and the budget"
    MANAGE_ORGANISATION = "change the organisation"


_ALL = (Role.OWNER, Role.EDITOR, Role.VIEWER)
_EDITING = (Role.OWNER, Role.EDITOR)
_OWNING = (Role.OWNER,)

HOLDERS: Mapping[Right, Sequence[Role]] = {
    Right.SEE: _ALL,
    Right.ASK: _ALL,
    Right.INVESTIGATE: _ALL,
    Right.DISCUSS_REPORTS: _ALL,
    Right.PIN: _ALL,
    Right.STOP_OTHERS: _EDITING,
    Right.EDIT_AGENTS: _EDITING,
    Right.EDIT_CONNECTIONS: _EDITING,
    Right.EDIT_REPORTS: _EDITING,
    Right.RUN_REPORTS: _EDITING,
    Right.SCHEDULE: _EDITING,
    Right.EDIT_KNOWLEDGE: _EDITING,
    Right.SET_MODELS: _EDITING,
    Right.ADD_MODELS: _OWNING,
    Right.READ_AUDIT: _EDITING,
    Right.READ_PRIVATE_AUDIT: _OWNING,
    # Nothing reaches a service unless an owner allowed that agent that area.
    Right.SET_ACCESS: _OWNING,
    Right.ALLOW_TICKETS: _OWNING,
    Right.MANAGE_PEOPLE: _OWNING,
    Right.KEEP_AUDIT: _OWNING,
    Right.SET_PLAN: _OWNING,
    Right.MANAGE_ORGANISATION: _OWNING,
}


def may(member: Member, right: Right) -> bool:
    """Whether a member has a right. Whoever is not served here (any more) has none."""
    return is_active(member) and Role(member.role) in HOLDERS[right]


def is_active(member: Member) -> bool:
    """Whether this person belongs to the organisation now."""
    return member.removed_at is None and not member.outsider


async def holders(session: AsyncSession, right: Right) -> Sequence[Member]:
    """Those who have a right, by name."""
    able = select(Member).where(
        Member.role.in_(HOLDERS[right]), Member.removed_at.is_(None), Member.outsider == ""
    )
    return (await session.scalars(able.order_by(Member.name))).all()


async def refusal(session: AsyncSession, member: Member, right: Right) -> str:
    """Why a member may not, and who can; empty for one who may."""
    if may(member, right):
        return ""
    roles = " and ".join(f"{role}s" for role in HOLDERS[right])
    able = ", ".join(f"<@{one.user_id}>" for one in await holders(session, right))
    who = member.outsider or _article(member.role)
    ask = f" Ask {able}." if able and is_active(member) else ""
    return f"Only {roles} may {right}, and you are {who}.{ask}"


def _article(role: str) -> str:
    return f"an {role}" if role[0] in "aeio" else f"a {role}"
