"""The organisation's library: files that its agents can know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.knowledge.reading import LARGEST, SUFFIXES, kind_of
from bot.people.refusals import Refused, note, require
from bot.scheduling.queue import JobQueue
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import (
    Agent,
    KnowledgeAttachment,
    KnowledgeItem,
    KnowledgeKind,
    KnowledgePassage,
    KnowledgeUpload,
    Member,
    Visibility,
)

READ_FILE = "knowledge"
"""The kind of job that reads a file. Its subject is the item."""

LONGEST_NAME = 200
KINDS = "I read PDF, TXT and Markdown files"


@dataclass(frozen=True)
class Given:
    """A file that somebody gives to the library: its bytes, or where Slack has them."""

    name: str
    size: int
    content: bytes = b""
    slack_file: str = ""


@dataclass
class Added:
    """What became of the files: the names of those that are read now, and why the others not."""

    names: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Shelved:
    """A file of the library and who knows it: the names that may be told, and how many more."""

    item: KnowledgeItem
    agents: Sequence[str] = ()
    hidden: int = 0

    @property
    def known_by(self) -> str:
        """Who knows it, as words; nothing where nobody does."""
        more = f"{self.hidden} private agent{'s' if self.hidden > 1 else ''}" if self.hidden else ""
        return _listed([*self.agents, *([more] if more else [])])


async def add_files(store: Store, queue: JobQueue, member: Member, files: Sequence[Given]) -> Added:
    """Puts files into the library, to be read soon. Raises Refused for somebody who may not."""
    async with store.writing(member.organisation_id) as session:
        return await add_within(session, store, queue, member, files)


async def add_within(
    session: AsyncSession, store: Store, queue: JobQueue, member: Member, files: Sequence[Given]
) -> Added:
    """The same within a unit of work."""
    actor = await require(session, member, Right.EDIT_KNOWLEDGE)
    taken = {one.name.lower() for one in await files_of(session)}
    added = Added()
    for file in files:
        problem = problem_of(file, taken)
        if problem:
            added.refused.append(f"{_shown(file.name)}: {problem}")
            continue
        item = await _add(session, store, queue, actor, file)
        taken.add(item.name.lower())
        added.names.append(item.name)
    return added


def problem_of(file: Given, taken: set[str]) -> str:
    """Why a file is not taken, or nothing."""
    if not kind_of(file.name):
        return f"{KINDS} ({', '.join(SUFFIXES)})."
    if len(file.name) > LONGEST_NAME:
        return f"Its name has more than {LONGEST_NAME} characters."
    if file.size > LARGEST:
        return f"It has {file.size / 1_000_000:.1f} MB; {LARGEST // 1_000_000} MB is the most."
    if file.size == 0:
        return "It is empty."
    if file.name.lower() in taken:
        return "There is a file of that name already. Delete that one, or rename this one."
    return ""


async def _add(
    session: AsyncSession, store: Store, queue: JobQueue, actor: Member, file: Given
) -> KnowledgeItem:
    item = KnowledgeItem(
        id=store.ids(),
        kind=KnowledgeKind.FILE,
        name=file.name,
        size=file.size,
        slack_file=file.slack_file,
        added_by=actor.id,
        created_at=store.clock(),
    )
    session.add(item)
    await session.flush()
    if not file.slack_file:
        session.add(KnowledgeUpload(item_id=item.id, content=file.content))
    note(
        session,
        actor,
        f"added {file.name} to the library",
        at=store.clock(),
        action="knowledge",
        about=item.id,
    )
    await queue.put(
        session,
        organisation_id=actor.organisation_id,
        kind=READ_FILE,
        subject=item.id,
        lock=f"{READ_FILE}:{actor.organisation_id}",  # one at a time: others have files too
    )
    return item


async def files_of(session: AsyncSession) -> Sequence[KnowledgeItem]:
    """The library, by name."""
    files = select(KnowledgeItem).where(KnowledgeItem.kind == KnowledgeKind.FILE)
    return (await session.scalars(files.order_by(func.lower(KnowledgeItem.name)))).all()


async def library_of(session: AsyncSession, member: Member) -> list[Shelved]:
    """The library as a member sees it, with who knows each file."""
    items = await files_of(session)
    knowing = await _knowing(session, [one.id for one in items])
    return [_shelved(item, knowing.get(item.id, []), member) for item in items]


async def delete_file(store: Store, member: Member, item_id: str) -> Shelved:
    """Takes a file out of the library, and so away from its agents; tells who they were.

    Raises:
        Refused: the member may not, or there is no such file.
    """
    async with store.writing(member.organisation_id) as session:
        actor = await require(session, member, Right.EDIT_KNOWLEDGE)
        item = await session.get(KnowledgeItem, item_id)
        if item is None or item.kind != KnowledgeKind.FILE:
            raise Refused("That file is not in the library any more.")
        knowing = await _knowing(session, [item.id])
        shelved = _shelved(item, knowing.get(item.id, []), actor)
        await remove_item(session, item)
        lost = f"; {shelved.known_by} knew it" if shelved.known_by else ""
        deed = f"deleted {item.name} from the library{lost}"
        note(session, actor, deed, at=store.clock(), action="knowledge", about=item.id)
    return shelved


async def remove_item(session: AsyncSession, item: KnowledgeItem) -> None:
    """Deletes an item and everything that hangs on it."""
    for cls in (KnowledgeAttachment, KnowledgePassage, KnowledgeUpload):
        await session.execute(
            delete(cls).where(cls.item_id == item.id).execution_options(synchronize_session=False)
        )
    await session.delete(item)


def sees(member: Member, agent: Agent) -> bool:
    """Whether somebody may know that there is such an agent."""
    return agent.visibility == Visibility.EVERYONE or agent.created_by == member.id


async def _knowing(session: AsyncSession, items: Sequence[str]) -> Mapping[str, list[Agent]]:
    """The agents that know each of the items."""
    found = await session.execute(
        select(KnowledgeAttachment.item_id, Agent)
        .join(Agent, Agent.id == KnowledgeAttachment.agent_id)
        .where(KnowledgeAttachment.item_id.in_(items), Agent.archived_at.is_(None))
        .order_by(Agent.name)
    )
    knowing: dict[str, list[Agent]] = {}
    for item_id, agent in found:
        knowing.setdefault(item_id, []).append(agent)
    return knowing


def _shelved(item: KnowledgeItem, agents: Sequence[Agent], member: Member) -> Shelved:
    names = [one.name for one in agents if sees(member, one)]
    return Shelved(item, names, len(agents) - len(names))


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _shown(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"
