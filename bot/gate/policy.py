"""Who may approve: a policy of the connection, else of the agent, else owners and editors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.errors import ConnectorError
from bot.store.database import Store
from bot.store.tables import Approval, ApprovalPolicy, Member, Role

GroupMembers = Callable[[str], Awaitable[Sequence[str]]]
"""The user ids in a Slack user group, by the group's id."""

OnCall = Callable[[str, str], Awaitable[Sequence[str]]]
"""The e-mail addresses of who is on call now, by organisation and connection."""


@dataclass(frozen=True)
class Policy:
    """Who may approve. `people` are member ids; in `critical` areas two different people must."""

    owners: bool = True
    editors: bool = True
    people: Sequence[str] = ()
    user_group: str = ""
    on_call: str = ""
    own_allowed: bool = True
    critical: Sequence[str] = ()

    def needed(self, area: str) -> int:
        """How many different people have to approve a write in an area."""
        return 2 if area in self.critical else 1


@dataclass(frozen=True)
class Verdict:
    """Whether a person may decide; if not, `why` says so in a sentence."""

    allowed: bool
    why: str = ""


@dataclass(frozen=True)
class Circle:
    """Those who may decide now. `unread` says what could not be found out."""

    members: Sequence[Member] = ()
    unread: Sequence[str] = field(default_factory=tuple)


async def policy_for(session: AsyncSession, agent_id: str, connection_id: str) -> Policy:
    """The policy that holds for an agent's writes through a connection."""
    rows = await session.scalars(
        select(ApprovalPolicy).where(
            or_(
                ApprovalPolicy.connection_id == connection_id,
                ApprovalPolicy.agent_id == agent_id,
            )
        )
    )
    # The connection's own comes first: whoever answers for the service has the last word.
    row = next(iter(sorted(rows, key=lambda one: one.connection_id is None)), None)
    if row is None:
        return Policy()
    return Policy(
        owners=row.owners,
        editors=row.editors,
        people=tuple(row.people),
        user_group=row.user_group,
        on_call=row.on_call,
        own_allowed=row.own_allowed,
        critical=tuple(row.critical),
    )


class Approvers:
    """Finds out who may decide on an approval, with what Slack and the on-call service say."""

    def __init__(self, store: Store, groups: GroupMembers, on_call: OnCall) -> None:
        self._store = store
        self._groups = groups
        self._on_call = on_call

    async def circle(self, organisation_id: str, approval: Approval) -> Circle:
        """Everyone who may decide now, by name."""
        async with self._store.reading(organisation_id) as session:
            policy = await policy_for(session, approval.agent_id, approval.connection_id)
            everyone = (await session.scalars(select(Member).order_by(Member.name))).all()
        group, emails, unread = await self._outside(organisation_id, policy)
        members = [
            member
            for member in everyone
            if not member.outsider
            and member.removed_at is None
            and _belongs(member, policy, group, emails)
            and (policy.own_allowed or member.id != approval.requested_by)
        ]
        return Circle(members, unread)

    async def verdict(self, organisation_id: str, approval: Approval, member: Member) -> Verdict:
        """Whether a person may decide on an approval, and if not, who can."""
        circle = await self.circle(organisation_id, approval)
        if any(one.id == member.id for one in circle.members):
            return Verdict(allowed=True)
        can = ", ".join(f"<@{one.user_id}>" for one in circle.members if one.id != member.id)
        async with self._store.reading(organisation_id) as session:
            policy = await policy_for(session, approval.agent_id, approval.connection_id)
        if not policy.own_allowed and member.id == approval.requested_by:
            why = "You asked for this, so somebody else has to decide."
        else:
            why = "You may not decide on this."
        missing = f" ({'; '.join(circle.unread)})" if circle.unread else ""
        return Verdict(
            False, f"{why} {f'{can} can.' if can else 'Nobody can at the moment.'}{missing}"
        )

    async def _outside(
        self, organisation_id: str, policy: Policy
    ) -> tuple[frozenset[str], frozenset[str], list[str]]:
        group: Sequence[str] = ()
        emails: Sequence[str] = ()
        unread: list[str] = []
        if policy.user_group:
            try:
                group = await self._groups(policy.user_group)
            except LookupError as error:
                unread.append(str(error))
        if policy.on_call:
            try:
                emails = await self._on_call(organisation_id, policy.on_call)
            except ConnectorError as error:
                unread.append(f"who is on call could not be read: {error.message}")
        return frozenset(group), frozenset(one.casefold() for one in emails), unread


def _belongs(member: Member, policy: Policy, group: frozenset[str], emails: frozenset[str]) -> bool:
    return (
        (policy.owners and member.role == Role.OWNER)
        or (policy.editors and member.role == Role.EDITOR)
        or member.id in policy.people
        or member.user_id in group
        or bool(member.email and member.email.casefold() in emails)
    )
