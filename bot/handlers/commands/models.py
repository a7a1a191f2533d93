"""`/ops models`: which language model answers where, and its modals."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse

from bot.agents.models import setting
from bot.agents.models.catalogue import Entry, Prices, Tier
from bot.agents.models.choosing import SCOPES, Shelf, shelf_of
from bot.handlers import models_views as views
from bot.handlers.commands.command import Command, Typed, choose, lacks, said
from bot.handlers.locks import pressed
from bot.handlers.replies import answer
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.people.refusals import Refused
from bot.slack.blocks import escape
from bot.slack.messages import Message, Place
from bot.slack.submitted import Values, selected, text_of, ticked
from bot.store import crew
from bot.store.rights import Right, refusal
from bot.store.tables import Member

ELSEWHERE = "That list is of another organisation. Type `/ops models` again."


def register(app: AsyncApp, services: Services) -> None:
    async def change(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        await _pressed(services, body, respond, Right.SET_MODELS)
        return await ack()

    async def add(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        await _pressed(services, body, respond, Right.ADD_MODELS)
        return await ack()

    async def chosen(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        return await _submitted(ack, services, body, view, views.FALLBACKS)

    async def added(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        return await _submitted(ack, services, body, view, views.MODEL)

    app.action(views.CHANGE)(change)
    app.action(views.ADD)(add)
    app.view(views.CHOSEN)(chosen)
    app.view(views.ADDED)(added)


async def run(services: Services, typed: Typed) -> Message | None:
    return await choose(_WORDS, MODELS, services, typed)


async def _list(services: Services, typed: Typed) -> Message:
    return await _message(services, typed.visitor.member)


async def _change(services: Services, typed: Typed) -> Message | None:
    return await _open(services, typed, Right.SET_MODELS)


async def _add(services: Services, typed: Typed) -> Message | None:
    return await _open(services, typed, Right.ADD_MODELS)


async def _remove(services: Services, typed: Typed) -> Message:
    await setting.remove(services.store, typed.visitor.member, typed.rest.strip("`"))
    return await _message(services, typed.visitor.member, f"Removed `{escape(typed.rest)}`.")


async def _web(services: Services, typed: Typed) -> Message:
    on = {"on": True, "off": False}.get(typed.rest.lower())
    if on is None:
        return said("Write `/ops models web on` or `/ops models web off`.")
    await setting.allow_web(services.store, typed.visitor.member, on=on)
    if not on:
        return said("Models do not search the web from the next step on.")
    return said(
        "From the next step on, models may search the web and read pages through their provider, "
        "where it offers that. What they read is listed under the answer."
    )


async def _message(services: Services, member: Member, news: str = "") -> Message:
    async with services.store.reading(member.organisation_id) as session:
        shelf = await shelf_of(session, member.organisation_id, services.models)
        agents = await crew.agents_for(session, member.id)
    return views.models_message(shelf, agents, member, news)


async def _shelf(services: Services, visitor: Visitor) -> Shelf:
    async with services.store.reading(visitor.organisation_id) as session:
        return await shelf_of(session, visitor.organisation_id, services.models)


async def _open(services: Services, typed: Typed, right: Right) -> Message | None:
    told = await lacks(services, typed, right)
    if told is None:
        await _show(services, typed.visitor, right, typed.trigger_id)
    return told


async def _show(services: Services, visitor: Visitor, right: Right, trigger_id: str) -> None:
    held = json.dumps({"organisation": visitor.organisation_id, "channel": visitor.channel})
    if right is Right.ADD_MODELS:
        view = views.add_view(held)
    else:
        view = views.choices_view(await _shelf(services, visitor), held)
    await services.client.views_open(trigger_id=trigger_id, view=view)


async def _pressed(
    services: Services, body: dict[str, Any], respond: AsyncRespond, right: Right
) -> None:
    visitor = await visitor_of(services, body)
    if visitor is None:
        return
    if pressed(body)[0] != visitor.organisation_id:
        await answer(respond, Message(ELSEWHERE))
        return
    async with services.store.reading(visitor.organisation_id) as session:
        words = await refusal(session, visitor.member, right)
    if words:
        await answer(respond, said(words))
        return
    await _show(services, visitor, right, str(body.get("trigger_id") or ""))


async def _submitted(
    ack: AsyncAck, services: Services, body: dict[str, Any], view: dict[str, Any], field: str
) -> BoltResponse:
    """Saves a modal; what is wrong with it is said at `field`."""
    visitor = await visitor_of(services, body)
    if visitor is None:
        return await ack()
    held = json.loads(view["private_metadata"])
    try:
        if held.get("organisation") != visitor.organisation_id:
            raise Refused(ELSEWHERE)
        save = _choose_all if field == views.FALLBACKS else _add_one
        news = await save(services, visitor.member, view["state"]["values"])
    except Refused as refused:
        return await ack(response_action="errors", errors={field: str(refused)})
    if held.get("channel") and news:
        place = Place(held["channel"])
        await services.sender.whisper(place, visitor.member.user_id, "\n".join(news))
    return await ack()


async def _choose_all(services: Services, member: Member, values: Values) -> list[str]:
    picked = {scope: selected(values, scope) for scope in SCOPES if scope in values}
    wanted = {scope: "" if one == views.NONE else one for scope, one in picked.items()}
    behind = [one for one in ticked(values, views.FALLBACKS) if one != views.NONE]
    return await setting.choose(services.store, services.models, member, wanted, behind)


async def _add_one(services: Services, member: Member, values: Values) -> list[str]:
    entry = _entry(values)
    await setting.add(services.store, services.models, member, entry)
    return [f"{entry.title} is on the list. `/ops models change` chooses it."]


def _entry(values: Values) -> Entry:
    model, provider = text_of(values, views.MODEL), selected(values, views.PROVIDER)
    if not model or any(mark.isspace() for mark in model):
        raise Refused("Write the name as the provider's API knows it, without spaces.")
    if provider not in views.PROVIDERS:
        raise Refused(f"There is no provider “{provider}”.")
    context = _number(values, views.CONTEXT)
    return Entry(
        id=model,
        provider=provider,
        title=text_of(values, views.TITLE) or model,
        tier=Tier(selected(values, views.TIER)),
        context=int(context) if context else None,
        prices=_prices(values),
    )


def _prices(values: Values) -> Prices | None:
    given = [_number(values, name) for name in (views.INPUT, views.OUTPUT, views.CACHED)]
    fresh, out, cached = given
    if fresh is None or out is None:
        if any(one is not None for one in given):
            raise Refused("Give the prices of both input and output tokens, or none.")
        return None
    return Prices(input=fresh, output=out, cached=fresh if cached is None else cached)


def _number(values: Values, name: str) -> Decimal | None:
    text = text_of(values, name)
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        raise Refused(f"“{text}” is no number.") from None
    if number is not None and not 0 <= number < 10**9:
        raise Refused(f"“{text}” is no number that fits here.")
    return number


_WORDS = {
    "": _list,
    "list": _list,
    "change": _change,
    "add": _add,
    "remove": _remove,
    "web": _web,
}

MODELS = Command(
    "models",
    "models [list | change | add | remove <name> | web on|off]",
    "Which language model answers where, and what each costs.",
    run,
)
