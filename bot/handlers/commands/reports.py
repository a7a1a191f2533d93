"""`/ops subscribe`, `/ops subscriptions`, `/ops unsubscribe`: a channel's daily reports."""

from __future__ import annotations

from bot.handlers.commands.command import Command, Typed, lacks
from bot.handlers.services import Services
from bot.scheduling.phrases import EXAMPLE, REPORTS, NotUnderstood, parse_wish
from bot.scheduling.subscriptions import how_to_stop, time_in_words
from bot.slack.blocks import section
from bot.slack.messages import Message
from bot.store.rights import Right


async def subscribe(services: Services, typed: Typed) -> Message:
    refusal = await lacks(services, typed, Right.SCHEDULE)
    if refusal is not None:
        return refusal
    try:
        wish = parse_wish(typed.rest)
    except NotUnderstood as mistake:
        return _said(str(mistake))
    visitor = typed.visitor
    if not wish.now:
        return _said(await services.subscriptions.subscribe(visitor.member, visitor.channel, wish))
    key = typed.trigger_id  # Slack repeats it with a redelivery, and never uses it again
    return _said(
        await services.subscriptions.request(visitor.member, visitor.channel, wish.report, key)
    )


async def subscriptions(services: Services, typed: Typed) -> Message:
    found = await services.subscriptions.listed(typed.visitor.organisation_id)
    if not found:
        return _said(f"No channel gets a daily report yet. Try {EXAMPLE}.")
    lines = [
        f"• <#{one.channel_id}>: {one.report}, daily at {time_in_words(one)}. "
        f"{how_to_stop(one.report)}"
        for one in found[:40]
    ]
    return _said("\n".join(lines))


async def unsubscribe(services: Services, typed: Typed) -> Message:
    refusal = await lacks(services, typed, Right.SCHEDULE)
    if refusal is not None:
        return refusal
    report = typed.rest.lower().removeprefix("daily ").strip() or REPORTS[0]
    visitor = typed.visitor
    return _said(await services.subscriptions.cancel(visitor.member, visitor.channel, report))


def _said(text: str) -> Message:
    return Message(text, [section(text)])


SUBSCRIBE = Command(
    "subscribe",
    "subscribe daily incidents at 09:00",
    "Post a report in this channel every day; add a time zone, or write `now` for one at once.",
    subscribe,
)
SUBSCRIPTIONS = Command(
    "subscriptions", "subscriptions", "Which channels get which report, and when.", subscriptions
)
UNSUBSCRIBE = Command(
    "unsubscribe", "unsubscribe incidents", "Stop a report in this channel.", unsubscribe
)
