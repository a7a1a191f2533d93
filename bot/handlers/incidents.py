"""The buttons of incidents' cards and the modals behind them.

A press is saved and acknowledged; what it does is a job, because a service may take its time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.handlers.services import Services, Visitor
from bot.handlers.visitors import visitor_of
from bot.incidents.deeds import Action, signed
from bot.incidents.modals import Opened, Topic, put_modal
from bot.incidents.presses import UNKNOWN_INCIDENT, Wish, dismiss, keep
from bot.incidents.scene import Scene, load
from bot.slack import incident_cards, incident_summary
from bot.slack.incident_forms import (
    AFFECTED,
    CHANNELS,
    COMMENT_FORM,
    ESCALATE_FORM,
    NOTIFY,
    PERSON,
    PUBLISH_FORM,
    TARGET,
    TEXT,
    TITLE,
    Origin,
    comment_form,
    waiting_form,
)
from bot.slack.messages import Place
from bot.slack.submitted import selected, text_of, ticked

log = structlog.get_logger(__name__)

TARGET_FIELDS = {"Team": "team_name", "Schedule": "schedule_id", "Policy": "policy_id"}
BUTTONS = {
    incident_cards.ACKNOWLEDGE: Action.ACKNOWLEDGE,
    incident_cards.RESOLVE: Action.RESOLVE,
    incident_cards.INVESTIGATE: Action.INVESTIGATE,
}
ASKING = "Asking whom it can be escalated to, and who is on call there …"
ASKING_PAGES = "Asking for your status pages …"


def register(app: AsyncApp, services: Services) -> None:
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _press(services, body)
        return await ack()

    async def escalate(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _open(services, body, Topic.ESCALATE, ASKING)
        return await ack()

    async def publish(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _open(services, body, Topic.PUBLISH, ASKING_PAGES)
        return await ack()

    async def comment(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _open_comment(services, body)
        return await ack()

    async def dismissed(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await _dismiss(services, body)
        return await ack()

    async def commented(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        text = text_of(view["state"]["values"], TEXT)
        if not text:
            return await _errors(ack, {TEXT: "Write something, or cancel."})
        visitor = await visitor_of(services, body)
        if visitor is not None:
            given = {"content": signed(text, visitor.member)}
            await _submit(services, visitor, view, Action.COMMENT, given)
        return await ack()

    async def escalated(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        given, errors = read_escalation(view)
        if errors:
            return await _errors(ack, errors)
        visitor = await visitor_of(services, body)
        if visitor is not None:
            await _submit(services, visitor, view, Action.ESCALATE, given)
        return await ack()

    async def published(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> BoltResponse:
        given, errors = read_report(view)
        if errors:
            return await _errors(ack, errors)
        visitor = await visitor_of(services, body)
        if visitor is not None:
            await _submit(services, visitor, view, Action.PUBLISH, given)
        return await ack()

    for name in BUTTONS:
        app.action(name)(pressed)
    app.action(incident_cards.ESCALATE)(escalate)
    app.action(incident_cards.COMMENT)(comment)
    app.action(incident_summary.PUBLISH)(publish)
    app.action(incident_summary.DISMISS)(dismissed)
    app.view(COMMENT_FORM)(commented)
    app.view(ESCALATE_FORM)(escalated)
    app.view(PUBLISH_FORM)(published)


async def _errors(ack: AsyncAck, errors: Mapping[str, str]) -> BoltResponse:
    return await ack(response_action="errors", errors=dict(errors))


async def _press(services: Services, body: dict[str, Any]) -> None:
    visitor = await visitor_of(services, body)
    if visitor is None:
        return
    pressed = body["actions"][0]
    incident_id = str(pressed.get("value") or "")
    action = BUTTONS[pressed["action_id"]]
    at = pressed.get("action_ts") or body.get("trigger_id") or ""
    key = f"{action}:{incident_id[:32]}:{visitor.member.id}:{at}"[:160]
    await _keep(services, visitor, Wish(incident_id, action, key, visitor.channel))


async def _submit(
    services: Services,
    visitor: Visitor,
    view: dict[str, Any],
    action: Action,
    given: Mapping[str, Any],
) -> None:
    """Saves what a modal asks for; a modal can be submitted once."""
    origin = _origin(view)
    key = f"{action}:{visitor.member.id}:{view.get('id')}:{view.get('hash', '')}"[:160]
    wish = Wish(origin.incident_id, action, key, origin.channel, given)
    await _keep(services, visitor, wish)


async def _keep(services: Services, visitor: Visitor, wish: Wish) -> None:
    async with services.store.writing(visitor.organisation_id) as session:
        words = await keep(session, services.queue, visitor.member, wish, services.store.clock())
    services.wake()
    await _whisper(services, visitor, wish.channel, words)


async def _open(services: Services, body: dict[str, Any], topic: Topic, words: str) -> None:
    """Opens a modal at once, and has it filled when the service has answered."""
    visitor = await visitor_of(services, body)
    scene = await _scene(services, visitor, body)
    if visitor is None or scene is None:
        return
    try:
        answer = await services.client.views_open(
            trigger_id=str(body.get("trigger_id") or ""), view=waiting_form(topic.heading, words)
        )
    except SlackApiError as error:
        await _no_modal(services, visitor, error)
        return
    opened = Opened(
        answer["view"]["id"], topic, scene.primary.id, visitor.member.id, visitor.channel
    )
    async with services.store.writing(visitor.organisation_id) as session:
        await put_modal(services.queue, session, visitor.organisation_id, opened)
    services.wake()


async def _open_comment(services: Services, body: dict[str, Any]) -> None:
    visitor = await visitor_of(services, body)
    scene = await _scene(services, visitor, body)
    if visitor is None or scene is None:
        return
    view = comment_form(Origin(scene.primary.id, visitor.channel), scene.primary.name)
    try:
        await services.client.views_open(trigger_id=str(body.get("trigger_id") or ""), view=view)
    except SlackApiError as error:
        await _no_modal(services, visitor, error)


async def _no_modal(services: Services, visitor: Visitor, error: SlackApiError) -> None:
    log.info("slack.no_modal", error=error.response["error"])
    words = "Slack did not let me open the form in time, so nothing happened. Press once more."
    await _whisper(services, visitor, visitor.channel, words)


async def _dismiss(services: Services, body: dict[str, Any]) -> None:
    visitor = await visitor_of(services, body)
    scene = await _scene(services, visitor, body)
    if visitor is None or scene is None:
        return
    async with services.store.writing(visitor.organisation_id) as session:
        await dismiss(session, services.queue, visitor.member, scene, services.store.clock())
    services.wake()


async def _scene(services: Services, visitor: Visitor | None, body: dict[str, Any]) -> Scene | None:
    """The thread whose button was pressed. Where there is none, the person is told."""
    if visitor is None:
        return None
    async with services.store.reading(visitor.organisation_id) as session:
        scene = await load(session, str(body["actions"][0].get("value") or ""))
    if scene is None:
        await _whisper(services, visitor, visitor.channel, UNKNOWN_INCIDENT)
    return scene


async def _whisper(services: Services, visitor: Visitor, channel: str, words: str) -> None:
    if words and channel:
        await services.sender.whisper(Place(channel), visitor.member.user_id, words)


def read_escalation(view: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What a submitted modal asks for, and what is wrong with it, by field."""
    values = view["state"]["values"]
    kind, _, target = selected(values, TARGET).partition(":")
    person, asked = text_of(values, PERSON), ticked(values, CHANNELS)
    errors: dict[str, str] = {}
    if not kind:
        errors[TARGET] = "Choose whom to wake."
    if kind == "User" and "@" not in person:
        errors[PERSON] = "Whose? Give the person's e-mail address."
    if kind and kind != "User" and person:
        errors[PERSON] = "This is only for one person. Empty it, or choose “One person”."
    if kind == "Policy" and asked:
        errors[CHANNELS] = "A policy has channels of its own. Untick these."
    if kind and kind != "Policy" and not asked:
        errors[CHANNELS] = "Tick at least one, or nobody is reached."
    given: dict[str, Any] = {"escalation_type": kind}
    if kind == "User":
        given["user_email"] = person
    if kind in TARGET_FIELDS:
        given[TARGET_FIELDS[kind]] = target
    return {**given, **dict.fromkeys(asked, True)}, errors


def read_report(view: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The same for a report to customers."""
    values = view["state"]["values"]
    chosen = [one.partition(":") for one in ticked(values, AFFECTED)]
    pages = {page for page, _, _ in chosen}
    title, text = text_of(values, TITLE), text_of(values, TEXT)
    errors: dict[str, str] = {}
    if not title:
        errors[TITLE] = "It needs a headline."
    if not text:
        errors[TEXT] = "Write what customers should know."
    if len(pages) != 1:
        many = "A report is on one page: choose entries of one."
        errors[AFFECTED] = many if pages else "Choose at least one."
    given = {
        "status_page_id": next(iter(sorted(pages)), ""),
        "title": title,
        "message": text,
        "affected": [
            {"status_page_resource_id": entry, "status": "resolved"} for _, _, entry in chosen
        ],
        "notify_subscribers": bool(ticked(values, NOTIFY)),
    }
    return given, errors


def _origin(view: dict[str, Any]) -> Origin:
    kept = json.loads(view.get("private_metadata") or "{}")
    return Origin(str(kept.get("incident") or ""), str(kept.get("channel") or ""))
