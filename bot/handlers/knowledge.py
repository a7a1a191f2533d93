"""The library in Slack: its buttons and modals, and files that are sent to the bot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse

from bot.agents.knowledge.attachments import choice_of, choose
from bot.agents.knowledge.library import (
    Given,
    add_files,
    add_within,
    delete_file,
    library_of,
)
from bot.handlers import knowledge_views as views
from bot.handlers.locks import pressed
from bot.handlers.replies import answer
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.people.organisations import Site
from bot.people.refusals import Refused
from bot.scheduling.says import Say, put_say
from bot.slack.blocks import escape, section
from bot.slack.messages import Message, Place
from bot.slack.submitted import Values, entered
from bot.store.once import first_time
from bot.store.rights import Right, refusal

ELSEWHERE = "That is of another organisation. Type `/ops knowledge` again."


def register(app: AsyncApp, services: Services) -> None:
    async def add(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        await _pressed_add(services, body, respond)
        return await ack()

    async def delete(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        await _pressed_delete(services, body, respond)
        return await ack()

    async def opened(ack: AsyncAck) -> BoltResponse:
        return await ack()

    async def uploaded(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        return await _submitted(ack, services, body, view, views.UPLOAD)

    async def chosen(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        return await _submitted(ack, services, body, view, views.FILES)

    app.action(views.ADD)(add)
    app.action(views.DELETE)(delete)
    app.action(views.LINK)(opened)
    app.view(views.UPLOADED)(uploaded)
    app.view(views.CHOSEN)(chosen)


async def library(
    services: Services, visitor: Visitor, *, page: int = 1, news: str = ""
) -> Message:
    """The list as a person sees it."""
    async with services.store.reading(visitor.organisation_id) as session:
        shelf = await library_of(session, visitor.member)
    return views.library_message(shelf, visitor.member, page=page, news=news)


async def open_upload(services: Services, visitor: Visitor, trigger_id: str) -> None:
    """Opens the modal that takes files."""
    view = views.upload_view(_metadata(visitor, ""))
    await services.client.views_open(trigger_id=trigger_id, view=view)


async def open_choice(services: Services, visitor: Visitor, trigger_id: str, agent_id: str) -> None:
    """Opens the modal of what an agent knows. Raises Refused for one that is not there."""
    async with services.store.reading(visitor.organisation_id) as session:
        choice = await choice_of(session, visitor.member, agent_id)
    view = views.choice_view(choice, _metadata(visitor, agent_id))
    await services.client.views_open(trigger_id=trigger_id, view=view)


def _metadata(visitor: Visitor, agent_id: str) -> str:
    """What a modal keeps: whose it is, where it was opened, and of which agent."""
    held = {"organisation": visitor.organisation_id, "channel": visitor.channel, "agent": agent_id}
    return json.dumps(held)


def said(text: str) -> Message:
    return Message(text, [section(text)])


# Buttons


async def _pressed_add(services: Services, body: dict[str, Any], respond: AsyncRespond) -> None:
    visitor = await visitor_of(services, body)
    if visitor is None:
        return
    if pressed(body)[0] != visitor.organisation_id:
        await answer(respond, Message(ELSEWHERE))
        return
    async with services.store.reading(visitor.organisation_id) as session:
        words = await refusal(session, visitor.member, Right.EDIT_KNOWLEDGE)
    if words:
        await answer(respond, said(words))
        return
    await open_upload(services, visitor, str(body.get("trigger_id") or ""))


async def _pressed_delete(services: Services, body: dict[str, Any], respond: AsyncRespond) -> None:
    visitor = await visitor_of(services, body)
    if visitor is None:
        return
    organisation_id, item_id = pressed(body)
    if organisation_id != visitor.organisation_id:
        await answer(respond, Message(ELSEWHERE))
        return
    try:
        news = await deleted(services, visitor, item_id)
    except Refused as refused:
        await answer(respond, said(str(refused)))
        return
    await answer(respond, await library(services, visitor, news=news), instead=True)


async def deleted(services: Services, visitor: Visitor, item_id: str) -> str:
    """Deletes a file, and says so. Raises Refused."""
    gone = await delete_file(services.store, visitor.member, item_id)
    lost = f" {escape(gone.known_by)} knew it until now." if gone.known_by else ""
    return f"Deleted *{escape(gone.item.name)}*.{lost}"


# Modals


async def _submitted(
    ack: AsyncAck, services: Services, body: dict[str, Any], view: dict[str, Any], field: str
) -> BoltResponse:
    """Saves a modal; what is wrong with it is said at `field`."""
    visitor = await visitor_of(services, body)
    if visitor is None:
        return await ack()
    held = json.loads(view.get("private_metadata") or "{}")
    values = view["state"]["values"]
    try:
        if held.get("organisation") != visitor.organisation_id:
            raise Refused(ELSEWHERE)
        save = _add if field == views.UPLOAD else _choose
        words = await save(services, visitor, values, held)
    except Refused as refused:
        at = field if field in values else next(iter(values), field)
        return await ack(response_action="errors", errors={at: str(refused)})
    if visitor.channel:
        await services.sender.whisper(Place(visitor.channel), visitor.member.user_id, words)
    return await ack()


async def _add(
    services: Services, visitor: Visitor, values: Values, _held: Mapping[str, Any]
) -> str:
    files = entered(values, views.UPLOAD).get("files") or ()
    given = given_files(files)
    if not given:
        raise Refused("Choose at least one file.")
    added = await add_files(services.store, services.queue, visitor.member, given)
    if not added.names:
        raise Refused("\n".join(added.refused))
    services.wake()
    return views.added_words(added)


async def _choose(
    services: Services, visitor: Visitor, values: Values, held: Mapping[str, Any]
) -> str:
    files, reports = views.read_attachments(values)
    agent_id = str(held.get("agent") or "")
    names = await choose(services.store, visitor.member, agent_id, files, reports)
    known = ", ".join(f"*{escape(one)}*" for one in names) or "no files and no reports"
    return f"From the next question on it knows {known}."


# Files that are sent in a direct message


async def receive_files(services: Services, site: Site, event: dict[str, Any]) -> bool:
    """Takes files that somebody sent directly and without words. False for everything else.

    With words they belong to a question, which the agents answer.
    """
    files = event.get("files") or ()
    alone = not str(event.get("text") or "").strip()
    if event.get("channel_type") != "im" or not files or not alone or event.get("bot_id"):
        return False
    team_id, store = site.workspace.team_id, services.store
    member = await services.acquaintance.member(site.organisation_id, team_id, str(event["user"]))
    key = f"knowledge:{team_id}:{event['channel']}:{event['ts']}"
    async with store.writing(site.organisation_id) as session:
        if not await first_time(session, key, store.clock()):
            return True
        try:
            added = await add_within(session, store, services.queue, member, given_files(files))
            words = views.added_words(added)
        except Refused as refused:
            words = str(refused)
        root = str(event.get("thread_ts") or event["ts"])
        say = Say(str(event["channel"]), root, member.user_id, words)
        await put_say(services.queue, session, site.organisation_id, say)
    services.wake()
    return True


def given_files(files: Sequence[Mapping[str, Any]]) -> list[Given]:
    """Files as Slack tells of them. A stub without a size is measured when it is fetched."""
    return [
        Given(
            str(one.get("name") or "file"),
            int(one.get("size") or 1),
            slack_file=str(one["id"]),
        )
        for one in files
        if one.get("id")
    ]
