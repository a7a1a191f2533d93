"""What people press about agents: their menu, the modals of their settings, archiving."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.agents import roster
from bot.agents.knowledge.attachments import choice_of
from bot.agents.naming import Amiss
from bot.agents.pins import Pinned, pin, unpin
from bot.agents.types import TYPES
from bot.handlers.access import enabled, first_view
from bot.handlers.agents_form import Submitted, newly_ticked, sheet_of, stored_sheet
from bot.handlers.agents_list import (
    ACCESS,
    ARCHIVE,
    DUPLICATE,
    MORE,
    NEW,
    PIN,
    RESTORE,
    SETTINGS,
    UNPIN,
    VERBS,
)
from bot.handlers.agents_views import (
    APPROVERS,
    ARCHIVED,
    CHOOSE,
    DETAILS,
    FORM,
    KNOWLEDGE,
    NAME,
    TYPE,
    archive_view,
    form_view,
    type_view,
)
from bot.handlers.connections import tell
from bot.handlers.home import show_home
from bot.handlers.knowledge_views import choice_view
from bot.handlers.policy import open_view
from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.people.refusals import Refused, require
from bot.slack.blocks import escape
from bot.store.rights import Right
from bot.store.tables import Agent

ELSEWHERE = "That is of another organisation. Type `/ops agents` again."


def register(app: AsyncApp, services: Services) -> None:
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None:
            try:
                await _pressed(services, visitor, body)
            except Refused as refused:
                await tell(services, visitor, str(refused))
        return await ack()

    async def saved(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        submitted = Submitted.read(view)
        try:
            _same(visitor, submitted.held.get("organisation", ""))
            following = await _save(services, visitor, submitted)
        except Refused as refused:
            field = refused.field if isinstance(refused, Amiss) else NAME
            field = field if field in submitted.values else NAME
            return await ack(response_action="errors", errors={field: str(refused)})
        if following is not None:
            return await ack(response_action="update", view=following)
        return await ack()

    async def archived(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is not None:
            held = json.loads(view["private_metadata"])
            try:
                _same(visitor, held.get("organisation", ""))
                agent = await roster.archive(services.store, visitor.member, held["agent"])
                text = f"*{escape(agent.name)}* is archived. `/ops agents archived` lists it."
                await news(services, visitor, text)
            except Refused as refused:
                await tell(services, visitor, str(refused))
        return await ack()

    for action in (NEW, MORE, RESTORE, CHOOSE, TYPE, DETAILS, APPROVERS, KNOWLEDGE):
        app.action(action)(pressed)
    app.view(FORM)(saved)
    app.view(ARCHIVED)(archived)


async def open_new(services: Services, visitor: Visitor, trigger_id: str) -> None:
    """Asks for the type of a new agent. Raises Refused."""
    await _require(services, visitor, Right.EDIT_AGENTS)
    view = type_view(visitor.member, visitor.channel)
    await services.client.views_open(trigger_id=trigger_id, view=view)


async def do(
    services: Services, visitor: Visitor, verb: str, agent_id: str, trigger_id: str
) -> None:
    """What was chosen in an agent's menu, or typed. Raises Refused."""
    words = VERBS.get(verb)
    if words is None:
        return
    await _require(services, visitor, words[1])
    if verb in (PIN, UNPIN):
        deed = pin if verb == PIN else unpin
        await deed(services.store, visitor.member, Pinned.AGENT, agent_id)
        await news(services, visitor, "Pinned." if verb == PIN else "Not pinned any more.")
        return
    if verb == DUPLICATE:
        made = await roster.duplicate(services.store, visitor.member, agent_id)
        await news(services, visitor, f"*{escape(made.name)}* is made: `@{made.handle}`.")
        return
    view = await _view(services, visitor, verb, await _agent(services, visitor, agent_id))
    await services.client.views_open(trigger_id=trigger_id, view=view)


async def news(services: Services, visitor: Visitor, text: str) -> None:
    """Says what was done; in App Home by showing it anew."""
    if visitor.channel:
        await tell(services, visitor, text)
    else:
        await show_home(services, visitor.site, visitor.member.user_id)


async def _view(services: Services, visitor: Visitor, verb: str, agent: Agent) -> dict[str, Any]:
    if verb == SETTINGS:
        return form_view(await stored_sheet(services, visitor, agent))
    if verb == ARCHIVE:
        return archive_view(agent, _held(visitor, agent.id))
    view = await first_view(services, visitor, agent)
    if view is None:
        raise Refused(f"No service is connected yet that {agent.name} could use.")
    return view


async def _pressed(services: Services, visitor: Visitor, body: dict[str, Any]) -> None:
    """Any button or menu. Raises Refused."""
    action = body["actions"][0]
    trigger_id = str(body.get("trigger_id") or "")
    if action["action_id"] == TYPE:
        await _type_changed(services, visitor, body)
        return
    option = action.get("selected_option") or {}
    organisation_id, _, key = str(option.get("value") or action.get("value") or "").partition(":")
    _same(visitor, organisation_id)
    if action["action_id"] == NEW:
        await open_new(services, visitor, trigger_id)
    elif action["action_id"] == CHOOSE:
        await _type_chosen(services, visitor, body, key)
    elif action["action_id"] == RESTORE:
        agent = await roster.restore(services.store, visitor.member, key)
        await news(services, visitor, f"*{escape(agent.name)}* is back: `@{agent.handle}`.")
    elif action["action_id"] == MORE:
        verb, _, agent_id = key.partition(":")
        await do(services, visitor, verb, agent_id, trigger_id)
    else:
        await _push(services, visitor, action["action_id"], key, trigger_id)


async def _push(
    services: Services, visitor: Visitor, action: str, agent_id: str, trigger_id: str
) -> None:
    """Opens one of the modals that an agent's settings lead to."""
    right = Right.EDIT_KNOWLEDGE if action == KNOWLEDGE else Right.SET_ACCESS
    await _require(services, visitor, right)
    agent = await _agent(services, visitor, agent_id)
    if action == KNOWLEDGE:
        view = await _knowledge(services, visitor, agent)
    elif action == APPROVERS:
        view = await open_view(services, visitor, agent)
    else:
        view = await _view(services, visitor, ACCESS, agent)
    await services.client.views_push(trigger_id=trigger_id, view=view)


async def _knowledge(services: Services, visitor: Visitor, agent: Agent) -> dict[str, Any]:
    async with services.store.reading(visitor.organisation_id) as session:
        choice = await choice_of(session, visitor.member, agent.id)
    return choice_view(choice, json.dumps(_held(visitor, agent.id)))


async def _type_chosen(
    services: Services, visitor: Visitor, body: dict[str, Any], slug: str
) -> None:
    """The form of a new agent takes the place of the question for its type."""
    await _require(services, visitor, Right.EDIT_AGENTS)
    await _update(services, visitor, body, slug, _held(visitor, ""))


async def _type_changed(services: Services, visitor: Visitor, body: dict[str, Any]) -> None:
    """Another type in the form: other connections fit, and Custom has instructions of its own."""
    held = json.loads(body["view"].get("private_metadata") or "{}")
    _same(visitor, held.get("organisation", ""))
    await _require(services, visitor, Right.EDIT_AGENTS)
    option = body["actions"][0].get("selected_option") or {}
    await _update(services, visitor, body, str(option.get("value") or ""), held)


async def _update(
    services: Services, visitor: Visitor, body: dict[str, Any], slug: str, held: dict[str, str]
) -> None:
    if slug not in TYPES:
        return
    view = form_view(await sheet_of(services, visitor, held.get("agent", ""), slug))
    await services.client.views_update(view_id=body["view"]["id"], view=view)


async def _save(
    services: Services, visitor: Visitor, submitted: Submitted
) -> dict[str, Any] | None:
    """Saves the form. Returns the modal that asks how much of each connection that is new."""
    member, agent_id, wish = visitor.member, submitted.held.get("agent", ""), submitted.wish
    store, installed = services.store, services.models
    if agent_id:
        agent = await roster.change(store, installed, member, visitor.team_id, agent_id, wish)
        text = f"*{escape(agent.name)}* is saved, and works like that from the next question on."
    else:
        agent = await roster.create(store, installed, member, visitor.team_id, wish)
        text = f"*{escape(agent.name)}* is here. Ask in a channel that I am in: `@{agent.handle} …`"
    await news(services, visitor, text)
    new = await newly_ticked(services, visitor, agent, wish.connections or ())
    return await enabled(services, visitor, agent.id, new) if new else None


async def _agent(services: Services, visitor: Visitor, agent_id: str) -> Agent:
    async with services.store.reading(visitor.organisation_id) as session:
        return await roster.present(session, visitor.member, agent_id)


async def _require(services: Services, visitor: Visitor, right: Right) -> None:
    async with services.store.reading(visitor.organisation_id) as session:
        await require(session, visitor.member, right)


def _held(visitor: Visitor, agent_id: str) -> dict[str, str]:
    """What a modal keeps: whose it is, of which agent, and where it was opened."""
    return {
        "organisation": visitor.organisation_id,
        "channel": visitor.channel,
        "agent": agent_id,
    }


def _same(visitor: Visitor, organisation_id: str) -> None:
    if organisation_id != visitor.organisation_id:
        raise Refused(ELSEWHERE)
