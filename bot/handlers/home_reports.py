"""The reports of App Home: what channels get every day, and what was stored, each with a pin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.directives.storing import newest, readable, reference
from bot.agents.pins import Pinned
from bot.handlers.locks import locked_button
from bot.scheduling.subscriptions import active, time_in_words
from bot.slack.blocks import clip, escape, section
from bot.slack.dates import date_and_time
from bot.slack.messages import Block
from bot.store.rights import Right
from bot.store.tables import Member, StoredReport, Subscription

PIN_REPORT = "report_pin"

SHOWN = 6
"""Daily reports, and stored ones, beside those that are pinned."""


@dataclass(frozen=True)
class Shelved:
    """A report in the list: what it is, and what is said of it."""

    kind: Pinned
    subject: str
    words: str

    def entry(self, member: Member, *, pinned: bool) -> Block:
        key = f"{'unpin' if pinned else 'pin'}:{self.kind.value}:{self.subject}"
        words = "Unpin" if pinned else "Pin"
        return section(
            self.words, accessory=locked_button(words, PIN_REPORT, member, Right.PIN, key=key)
        )


async def shelved(
    session: AsyncSession, member: Member, pins: Sequence[tuple[Pinned, str]]
) -> list[Shelved]:
    """The reports that a member sees: all that they pinned, and the newest of the others."""
    wanted = {subject for _, subject in pins}
    dailies = await active(session)
    first = [one for one in dailies if one.id in wanted]
    rest = [one for one in dailies if one.id not in wanted][:SHOWN]
    mine = select(StoredReport).where(StoredReport.id.in_(wanted), readable(member))
    stored = {one.id: one for one in await session.scalars(mine)}
    stored |= {one.id: one for one in await newest(session, member, SHOWN)}
    return [_daily(one) for one in [*first, *rest]] + [_stored(one) for one in stored.values()]


def _daily(one: Subscription) -> Shelved:
    words = f"*{escape(one.report.capitalize())}* in <#{one.channel_id}>, daily at "
    return Shelved(Pinned.DAILY, one.id, words + escape(time_in_words(one)))


def _stored(one: StoredReport) -> Shelved:
    private = ", only you" if one.private else ""
    words = (
        f"*{escape(clip(one.title, 90))}*\n{date_and_time(one.created_at)}{private} · "
        f"`/ops reports {reference(one.id)}`"
    )
    return Shelved(Pinned.REPORT, one.id, words)
