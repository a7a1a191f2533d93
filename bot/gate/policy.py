"""Who may approve: a policy of the connection, else of the agent, else owners and editors."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.errors import ConnectorError
from bot.store.database import Store
from bot.store.people import NOT_MET
from bot.store.rights import is_active
from bot.store.tables import Approval, ApprovalPolicy, Member, Role

GroupMembers = Callable[[str], Awaitable[Sequence[str]]]
"""The user ids in a Slack user group, by the group's id."""


async def nobody_reads_groups(_group: str) -> Sequence[str]:
    """For a gate that has no Slack to ask."""
    raise LookupError("the user group could not be read")


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


class Standing(enum.StrEnum):
    """How far a person's own press of a button goes."""

    ENOUGH = "enough"
    NEEDS_OTHERS = "needs_others"
    REFUSED = "refused"


@dataclass(frozen=True)
class OwnPress:
    """What the policy says to a person's own press; `counts` is whether it is a yes of several."""

    standing: Standing
    needed: int = 1
    counts: bool = False
    why: str = ""


async def policy_for(session: AsyncSession, agent_id: str | None, connection_id: str) -> Policy:
    """The policy that holds for writes through a connection: an agent's, or a person's own."""
    named = [ApprovalPolicy.connection_id == connection_id]
    if agent_id is not None:
        named.append(ApprovalPolicy.agent_id == agent_id)
    rows = await session.scalars(select(ApprovalPolicy).where(or_(*named)))
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
        policy, named = await self._named(
            organisation_id, approval.agent_id, approval.connection_id
        )
        members = [
            member
            for member in named.members
            if policy.own_allowed or member.id != approval.requested_by
        ]
        return Circle(members, named.unread)

    async def own_press(self, member: Member, connection_id: str, area: str) -> OwnPress:
        """What the connection's policy says to a person who presses a button in an area."""
        policy, named = await self._named(member.organisation_id, None, connection_id)
        needed = policy.needed(area)
        if not any(one.id == member.id and is_active(one) for one in named.members):
            why = f"You may not do this yourself. {_who_can(named, member)}"
            return OwnPress(Standing.REFUSED, needed, why=why)
        if policy.own_allowed and needed == 1:
            return OwnPress(Standing.ENOUGH, needed, counts=True)
        return OwnPress(Standing.NEEDS_OTHERS, needed, counts=policy.own_allowed)

    async def verdict(self, organisation_id: str, approval: Approval, member: Member) -> Verdict:
        """Whether a person may decide on an approval, and if not, who can."""
        circle = await self.circle(organisation_id, approval)
        if any(one.id == member.id and is_active(one) for one in circle.members):
            return Verdict(allowed=True)
        async with self._store.reading(organisation_id) as session:
            policy = await policy_for(session, approval.agent_id, approval.connection_id)
        if not policy.own_allowed and member.id == approval.requested_by:
            why = "You asked for this, so somebody else has to decide."
        else:
            why = "You may not decide on this."
        return Verdict(False, f"{why} {_who_can(circle, member)}")

    async def _named(
        self, organisation_id: str, agent_id: str | None, connection_id: str
    ) -> tuple[Policy, Circle]:
        """The policy, and everyone whom it names, whoever asks."""
        async with self._store.reading(organisation_id) as session:
            policy = await policy_for(session, agent_id, connection_id)
            everyone = (await session.scalars(select(Member).order_by(Member.name))).all()
        group, emails, unread = await self._outside(organisation_id, policy)
        members = [
            one
            for one in everyone
            if _is_there(one, policy) and _belongs(one, policy, group, emails)
        ]
        return policy, Circle(members, unread)

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


def _who_can(circle: Circle, besides: Member) -> str:
    can = ", ".join(f"<@{one.user_id}>" for one in circle.members if one.id != besides.id)
    missing = f" ({'; '.join(circle.unread)})" if circle.unread else ""
    return f"{f'{can} can.' if can else 'Nobody can at the moment.'}{missing}"


def _is_there(member: Member, policy: Policy) -> bool:
    """Whether somebody may be named as an approver. Whom the policy names we may not have met yet:
    they are asked for all the same, and Slack tells who they are when they press."""
    not_met = member.id in policy.people and member.outsider == NOT_MET
    return is_active(member) or (not_met and member.removed_at is None)


def _belongs(member: Member, policy: Policy, group: frozenset[str], emails: frozenset[str]) -> bool:
    return (
        (policy.owners and member.role == Role.OWNER)
        or (policy.editors and member.role == Role.EDITOR)
        or member.id in policy.people
        or member.user_id in group
        or bool(member.email and member.email.casefold() in emails)
    )
