"""`/ops subscribe`, `subscriptions`, `unsubscribe`, `tickets`: a channel's daily reports."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.handlers.commands.command import Command, Run, Typed, choose, lacks
from bot.handlers.reports import escape_terms, subscriptions_message, tickets_message
from bot.handlers.services import Services
from bot.reports.standing import Terms, give
from bot.scheduling.phrases import REPORTS, NotUnderstood, parse_wish
from bot.slack.blocks import section
from bot.slack.messages import Message
from bot.store.rights import Right

_TERMS = re.compile(r"(\w+) in (.+?) project (\S+)(?: up to (\d{1,4}))?", re.IGNORECASE)


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
    return await subscriptions_message(services, typed.visitor.member)


async def unsubscribe(services: Services, typed: Typed) -> Message:
    refusal = await lacks(services, typed, Right.SCHEDULE)
    if refusal is not None:
        return refusal
    report = typed.rest.lower().removeprefix("daily ").strip() or REPORTS[0]
    visitor = typed.visitor
    return _said(await services.subscriptions.cancel(visitor.member, visitor.channel, report))


async def tickets(services: Services, typed: Typed) -> Message | None:
    return await choose(_TICKETS, TICKETS, services, typed)


async def _list(services: Services, typed: Typed) -> Message:
    return await tickets_message(services, typed.visitor.member)


async def _allow(services: Services, typed: Typed) -> Message:
    words = _TERMS.fullmatch(typed.rest)
    if words is None:
        return _said(
            "Write for example `/ops tickets allow incidents in Jira project OPS up to 3`, in the "
            "channel that gets the report."
        )
    report, label, project, most = words.groups()
    terms = Terms(label, project, int(most or 1))
    visitor = typed.visitor
    told = await give(services.store, visitor.member, visitor.channel, report.lower(), terms)
    return _said(escape_terms(told))


def _said(text: str) -> Message:
    return Message(text, [section(text)])


SUBSCRIBE = Command(
    "subscribe",
    "subscribe daily incidents at 09:00",
    "Post a report in this channel every day; add a time zone, or write `now` for one at once.",
    subscribe,
)
SUBSCRIPTIONS = Command(
    "subscriptions",
    "subscriptions",
    "Which channels get which report, when, and from which connections.",
    subscriptions,
)
UNSUBSCRIBE = Command(
    "unsubscribe", "unsubscribe incidents", "Stop a report in this channel.", unsubscribe
)
TICKETS = Command(
    "tickets",
    "tickets [list | allow incidents in Jira project OPS up to 3]",
    "Which reports may open tickets without asking, and how many; owners allow and revoke it.",
    tickets,
)

_TICKETS: Mapping[str, Run] = {"": _list, "list": _list, "allow": _allow}
