"""Which files and reports an agent knows, and the text that the team wrote for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.knowledge.library import files_of, remove_item, sees
from bot.agents.knowledge.passages import passages_of
from bot.agents.knowledge.reading import markdown_sections
from bot.people.limits import ELSE, LimitReached
from bot.people.plans import plan_of
from bot.people.refusals import Refused, note, require
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import (
    Agent,
    KnowledgeAttachment,
    KnowledgeItem,
    KnowledgeKind,
    KnowledgePassage,
    KnowledgeState,
    KnowledgeText,
    Member,
    StoredReport,
)

MOST_REPORTS = 20
OFFERED = 100
"""As many files, and as many reports, are offered: what a menu of Slack takes."""

KILOBYTE = 1000
NO_AGENT = "There is no such agent here."


@dataclass(frozen=True)
class Choice:
    """What an agent could know, and what it knows: `held` and `held_reports` are ids."""

    agent: Agent
    files: Sequence[KnowledgeItem]
    reports: Sequence[StoredReport]
    held: Collection[str]
    held_reports: Collection[str]
    text: str


async def choice_of(session: AsyncSession, member: Member, agent_id: str) -> Choice:
    """For the form of an agent. Raises Refused for an agent that the member does not see."""
    agent = await _agent(session, member, agent_id)
    held = await attached(session, agent.id)
    ready = [one for one in await files_of(session) if one.state == KnowledgeState.READY]
    files = {one.id for one in held if one.kind == KnowledgeKind.FILE}
    reports = {one.report_id for one in held if one.report_id}
    text = await session.get(KnowledgeText, agent.id)
    return Choice(
        agent,
        sorted(ready, key=lambda one: one.id not in files)[:OFFERED],
        await _reports(session, reports),
        files,
        reports,
        text.text if text else "",
    )


async def attached(session: AsyncSession, agent_id: str) -> Sequence[KnowledgeItem]:
    """What an agent knows, by name."""
    known = (
        select(KnowledgeItem)
        .join(KnowledgeAttachment, KnowledgeAttachment.item_id == KnowledgeItem.id)
        .where(
            KnowledgeAttachment.agent_id == agent_id,
            KnowledgeItem.state == KnowledgeState.READY,
        )
        .order_by(KnowledgeItem.name, KnowledgeItem.id)
    )
    return (await session.scalars(known)).all()


async def choose(
    store: Store, member: Member, agent_id: str, files: Sequence[str], reports: Sequence[str]
) -> list[str]:
    """Sets what an agent knows, and returns the names of it.

    Raises:
        Refused: the member may not, the plan has no room, or something is not there (any more).
    """
    async with store.writing(member.organisation_id) as session:
        return await choose_within(session, store, member, agent_id, files, reports)


async def choose_within(
    session: AsyncSession,
    store: Store,
    member: Member,
    agent_id: str,
    files: Sequence[str],
    reports: Sequence[str],
) -> list[str]:
    """The same within a unit of work, for a form that saves more than this."""
    actor = await require(session, member, Right.EDIT_KNOWLEDGE)
    agent = await _agent(session, actor, agent_id)
    before = {one.id for one in await attached(session, agent.id)}
    wanted = [await _file(session, one) for one in dict.fromkeys(files)]
    await _check_files(session, actor, wanted, before)
    stored = [await _report(session, one) for one in dict.fromkeys(reports)]
    _check_reports(stored)
    made = [await _item_of(session, store, actor, one) for one in stored]
    now = {one.id: one.name for one in [*wanted, *made]}
    for item_id in before - now.keys():
        await _detach(session, agent, item_id)
    for item_id in now.keys() - before:
        at = store.clock()
        session.add(KnowledgeAttachment(agent_id=agent.id, item_id=item_id, attached_at=at))
    if before != now.keys():
        deed = f"set what {agent.name} knows: {', '.join(now.values()) or 'nothing'}"
        note(session, actor, deed, at=store.clock(), action="knowledge", about=agent.id)
    return list(now.values())


async def write_text(store: Store, member: Member, agent_id: str, text: str) -> None:
    """Sets the text that an agent always has before it.

    Raises:
        Refused: the member may not, or the text is longer than the plan allows.
    """
    async with store.writing(member.organisation_id) as session:
        await write_within(session, store, member, agent_id, text)


async def write_within(
    session: AsyncSession, store: Store, member: Member, agent_id: str, text: str
) -> None:
    """The same within a unit of work."""
    actor = await require(session, member, Right.EDIT_KNOWLEDGE)
    agent = await _agent(session, actor, agent_id)
    wanted = text.replace("\r\n", "\n").strip()
    row = await session.get(KnowledgeText, agent.id)
    before = len(row.text.encode()) if row else 0
    await _check_text(session, actor, wanted, before)
    if row is None:
        row = KnowledgeText(agent_id=agent.id)
        session.add(row)
    row.text, row.changed_by, row.changed_at = wanted, actor.id, store.clock()
    deed = f"wrote what {agent.name} always knows ({_size(len(wanted.encode()))})"
    note(session, actor, deed, at=store.clock(), action="knowledge", about=agent.id)


async def most_text(session: AsyncSession, organisation_id: str) -> int | None:
    """How many bytes an agent's text may have; None for any number."""
    plan = await plan_of(session, organisation_id)
    return None if plan.knowledge_text is None else plan.knowledge_text * KILOBYTE


# The limits: what is there already stays when a plan is lowered, but nothing comes to it.


async def _check_files(
    session: AsyncSession, actor: Member, wanted: Sequence[KnowledgeItem], before: set[str]
) -> None:
    plan = await plan_of(session, actor.organisation_id)
    most, new = plan.knowledge_files, [one for one in wanted if one.id not in before]
    if most is None or len(wanted) <= most or not new:
        return
    names = ", ".join(one.name for one in wanted)
    raise LimitReached(
        f"The plan {plan.title} has room for {most} files an agent, and these are {len(wanted)}: "
        f"{names}. Leave out {len(wanted) - most}. {ELSE}"
    )


def _check_reports(reports: Sequence[StoredReport]) -> None:
    if len(reports) > MOST_REPORTS:
        names = ", ".join(one.title for one in reports[:MOST_REPORTS])
        raise LimitReached(
            f"An agent can know {MOST_REPORTS} reports, and these are {len(reports)}: {names} and "
            f"{len(reports) - MOST_REPORTS} more. Leave out some."
        )


async def _check_text(session: AsyncSession, actor: Member, text: str, before: int) -> None:
    most, size = await most_text(session, actor.organisation_id), len(text.encode())
    if most is None or size <= most or size <= before:
        return
    plan = await plan_of(session, actor.organisation_id)
    parts = sorted(markdown_sections(text), key=lambda one: len(one.text), reverse=True)
    named = [f"“{one.heading}” ({_size(len(one.text.encode()))})" for one in parts if one.heading]
    longest = f" Its longest parts are {', '.join(named[:3])}." if named else ""
    raise LimitReached(
        f"This text has {_size(size)}; the plan {plan.title} has room for {_size(most)} an agent."
        f"{longest} Shorten it, or put a part of it into the library as a file. {ELSE}"
    )


def _size(count: int) -> str:
    return f"{count / KILOBYTE:,.1f} KB".replace(".0 KB", " KB")


# Finding


async def _agent(session: AsyncSession, member: Member, agent_id: str) -> Agent:
    agent = await session.get(Agent, agent_id)
    if agent is None or agent.archived_at is not None or not sees(member, agent):
        raise Refused(NO_AGENT)
    return agent


async def _file(session: AsyncSession, item_id: str) -> KnowledgeItem:
    item = await session.get(KnowledgeItem, item_id)
    if item is None or item.kind != KnowledgeKind.FILE:
        raise Refused("One of these files is not in the library any more.")
    if item.state != KnowledgeState.READY:
        raise Refused(f"{item.name} is {item.state}; only a file that is ready can be given.")
    return item


async def _report(session: AsyncSession, report_id: str) -> StoredReport:
    report = await session.get(StoredReport, report_id)
    if report is None or report.private:
        raise Refused("One of these reports is not there any more.")
    return report


async def _reports(session: AsyncSession, held: Collection[str]) -> Sequence[StoredReport]:
    """The newest reports that everybody may read, and those that the agent knows already."""
    newest = (
        select(StoredReport)
        .where(or_(StoredReport.private.is_(False), StoredReport.id.in_(held)))
        .order_by(StoredReport.id.in_(held).desc(), StoredReport.created_at.desc())
    )
    return (await session.scalars(newest.limit(OFFERED))).all()


async def _item_of(
    session: AsyncSession, store: Store, actor: Member, report: StoredReport
) -> KnowledgeItem:
    """A report as an item; it is read at once, being a text of ours."""
    made = await session.scalar(select(KnowledgeItem).where(KnowledgeItem.report_id == report.id))
    if made is not None:
        return made
    passages = list(passages_of(list(markdown_sections(report.text))))
    item = KnowledgeItem(
        id=store.ids(),
        kind=KnowledgeKind.REPORT,
        name=f"{report.title[:180]} ({report.created_at:%-d %b %Y})",
        size=len(report.text.encode()),
        state=KnowledgeState.READY,
        characters=sum(len(one.text) for one in passages),
        report_id=report.id,
        added_by=actor.id,
        created_at=store.clock(),
    )
    session.add(item)
    await session.flush()
    session.add_all(
        KnowledgePassage(item_id=item.id, number=number, heading=one.heading, text=one.text)
        for number, one in enumerate(passages)
    )
    return item


async def _detach(session: AsyncSession, agent: Agent, item_id: str) -> None:
    """Takes an item from an agent; a report that no agent knows any more is no item either."""
    await session.delete(await session.get_one(KnowledgeAttachment, (agent.id, item_id)))
    await session.flush()
    item = await session.get_one(KnowledgeItem, item_id)
    others = select(KnowledgeAttachment.agent_id).where(KnowledgeAttachment.item_id == item_id)
    if item.kind == KnowledgeKind.REPORT and await session.scalar(others.limit(1)) is None:
        await remove_item(session, item)
