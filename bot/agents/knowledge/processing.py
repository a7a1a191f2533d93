"""The job that reads a file of the library and puts its passages into the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import aiohttp
import structlog
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.knowledge.passages import passages_of
from bot.agents.knowledge.reading import LARGEST, Read, Section, Unreadable, read_file
from bot.scheduling.queue import Claim, JobQueue, TryLater
from bot.scheduling.says import put_tell
from bot.slack.blocks import escape
from bot.slack.downloads import CannotFetch
from bot.store.database import Store
from bot.store.tables import (
    KnowledgeItem,
    KnowledgePassage,
    KnowledgeState,
    KnowledgeUpload,
    Member,
)

log = structlog.get_logger(__name__)

Fetch = Callable[[str, int], Awaitable[bytes]]
"""Gets a file of Slack: its id, and how many bytes it may have."""

AT_ONCE = 500
"""Passages saved in one unit of work, so that others can write in between."""

SLACK_WAIT = timedelta(seconds=30)


class Processing:
    """Reads files."""

    def __init__(self, store: Store, queue: JobQueue, fetch: Fetch) -> None:
        self._store = store
        self._queue = queue
        self._fetch = fetch

    async def handle(self, claim: Claim) -> None:
        """The handler of READ_FILE jobs.

        Raises:
            TryLater: Slack, which has the file, cannot be reached.
            LostClaim: another worker reads it now.
        """
        item = await self._begin(claim)
        if item is None:
            return
        try:
            read = await read_file(item.name, await self._content(item))
            passages = await asyncio.to_thread(lambda: list(passages_of(read.sections)))
        except (Unreadable, CannotFetch) as problem:
            await self._fail(claim, str(problem))
            return
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("knowledge.slack_unreachable", item=item.id, error=str(error))
            raise TryLater(SLACK_WAIT) from None
        for start in range(0, len(passages), AT_ONCE):
            await self._save(claim, passages[start : start + AT_ONCE], start)
        await self._finish(claim, read, passages)

    async def give_up(self, claim: Claim) -> None:
        """Ends a file over which the process died, or Slack was away, time and again."""
        await self._fail(claim, "It could not be read: that failed again and again.")

    async def _begin(self, claim: Claim) -> KnowledgeItem | None:
        async with self._store.writing(claim.organisation_id) as session:
            item = await self._item(session, claim)
            if item is not None:
                item.state = KnowledgeState.PROCESSING
            return item

    async def _content(self, item: KnowledgeItem) -> bytes:
        if item.slack_file:
            return await self._fetch(item.slack_file, LARGEST)
        async with self._store.reading(item.organisation_id) as session:
            return (await session.get_one(KnowledgeUpload, item.id)).content

    async def _save(self, claim: Claim, some: Sequence[Section], start: int) -> None:
        async with self._store.writing(claim.organisation_id) as session:
            item = await self._item(session, claim)
            if item is None:
                return
            if start == 0:
                await _forget_passages(session, item)
            session.add_all(
                KnowledgePassage(
                    item_id=item.id,
                    number=number,
                    page=one.page,
                    heading=one.heading,
                    text=one.text,
                )
                for number, one in enumerate(some, start)
            )

    async def _finish(self, claim: Claim, read: Read, passages: Sequence[Section]) -> None:
        async with self._store.writing(claim.organisation_id) as session:
            item = await self._item(session, claim)
            if item is None:
                return
            item.state, item.reason, item.pages = KnowledgeState.READY, read.note, read.pages
            item.characters = sum(len(one.text) for one in passages)
            await _forget_upload(session, item)
            pages = f", {read.pages} pages" if read.pages > 1 else ""
            remark = f" {read.note}" if read.note else ""
            await self._tell(
                session,
                item,
                f":white_check_mark: *{escape(item.name)}* is in the library{pages}.{remark} "
                "Give it to an agent: `/ops knowledge agent @name`",
            )

    async def _fail(self, claim: Claim, reason: str) -> None:
        async with self._store.writing(claim.organisation_id) as session:
            item = await self._item(session, claim)
            if item is None:
                return
            item.state, item.reason = KnowledgeState.FAILED, reason
            await _forget_passages(session, item)
            await _forget_upload(session, item)
            words = f":warning: *{escape(item.name)}* could not be read. {reason}"
            await self._tell(session, item, words)

    async def _item(self, session: AsyncSession, claim: Claim) -> KnowledgeItem | None:
        """The file, if it is still there and still to be read by us."""
        await self._queue.hold(session, claim)
        item = await session.get(KnowledgeItem, claim.subject)
        return None if item is None or KnowledgeState(item.state).ended else item

    async def _tell(self, session: AsyncSession, item: KnowledgeItem, words: str) -> None:
        member = await session.get_one(Member, item.added_by)
        await put_tell(self._queue, session, item.organisation_id, member.user_id, words)


async def _forget_passages(session: AsyncSession, item: KnowledgeItem) -> None:
    of_it = KnowledgePassage.item_id == item.id
    gone = delete(KnowledgePassage).where(of_it)
    await session.execute(gone.execution_options(synchronize_session=False))


async def _forget_upload(session: AsyncSession, item: KnowledgeItem) -> None:
    gone = delete(KnowledgeUpload).where(KnowledgeUpload.item_id == item.id)
    await session.execute(gone.execution_options(synchronize_session=False))
