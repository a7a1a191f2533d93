"""`/ops reports`: the answers that were kept with `#report`."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.directives.storing import find_report, newest, reference
from bot.handlers.commands.command import Command, Typed, said
from bot.handlers.services import Services
from bot.slack.addresses import Links, hosts_in, whole_addresses
from bot.slack.blocks import clip, context, escape, section
from bot.slack.dates import date_and_time
from bot.slack.messages import MAX_BLOCKS, Message
from bot.slack.render import render
from bot.store.tables import Conversation, Member, StoredReport

MOST = 20
"""Reports in one list."""

NONE_YET = (
    "No report was stored yet. Write `#report` in a question, such as `@tony report 24h "
    "availability for production monitors #report`."
)


async def reports(services: Services, typed: Typed) -> Message:
    """The list, or one report by its reference."""
    member = typed.visitor.member
    async with services.store.reading(typed.visitor.organisation_id) as session:
        if not typed.rest:
            return await _list(session, member)
        found = await find_report(session, member, typed.rest)
        if found is None:
            return said(
                f"I know no report `{escape(clip(typed.rest, 40))}` that you may read. "
                "`/ops reports` lists them."
            )
        return await _one(session, found)


async def _list(session: AsyncSession, member: Member) -> Message:
    found = await newest(session, member, MOST)
    if not found:
        return said(NONE_YET)
    lines = [await _line(session, one) for one in found]
    head = f"*Stored reports* ({len(found)}{', the newest' if len(found) == MOST else ''})"
    body = section(clip("\n".join([head, *lines]), 2900))
    return Message("Stored reports", [body, context("`/ops reports` with a reference shows one.")])


async def _line(session: AsyncSession, one: StoredReport) -> str:
    author = await session.get_one(Member, one.made_by)
    private = " · only you" if one.private else ""
    return (
        f"`{reference(one.id)}` {escape(clip(one.title, 90))} – <@{author.user_id}>, "
        f"{date_and_time(one.created_at)}{private}"
    )


async def _one(session: AsyncSession, one: StoredReport) -> Message:
    """A report as far as one message holds it; its thread has all of it."""
    author = await session.get_one(Member, one.made_by)
    talk = await session.get_one(Conversation, one.conversation_id)
    where = "a direct message" if talk.direct else f"<#{talk.channel_id}>"
    kept = sum(len(table["rows"]) for table in one.data)
    rows = "1 row" if kept == 1 else f"{kept} rows"
    made = f"Made for <@{author.user_id}> in {where}, {date_and_time(one.created_at)}"
    links = Links(
        hosts=frozenset(hosts_in(table.get("link") for table in one.data)),
        addresses=frozenset(whole_addresses(one.data)),
    )
    messages = render(one.text, allowed_links=links.allows)
    blocks = list(messages[0].plainer[0] if messages else [])[: MAX_BLOCKS - 3]
    more = [context("The rest stands in its thread.")] if len(messages) > 1 else []
    head = section(f"*{escape(one.title)}* (`{reference(one.id)}`)")
    return Message(one.title, [head, *blocks, *more, context(f"{made} · {rows} kept")])


REPORTS = Command(
    "reports",
    "reports [<reference>]",
    "Answers that were stored with #report; with a reference, one of them.",
    reports,
)
