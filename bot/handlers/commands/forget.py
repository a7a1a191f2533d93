"""`/ops forget`: a person has their own conversations deleted."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse

from bot.agents.forgetting import Found, find, forget
from bot.handlers.commands.command import Command, Typed, said
from bot.handlers.locks import locked_button, pressed
from bot.handlers.replies import answer
from bot.handlers.services import Services
from bot.handlers.visitors import visitor_of
from bot.people.organisations import is_direct
from bot.slack.blocks import context, section
from bot.slack.messages import Message
from bot.store.rights import Right

FORGET = "forget_conversations"

STAYS = (
    "What stays: the audit log, approved changes, what answers cost, and the messages in Slack "
    "itself, which you delete there."
)
QUESTION = "Questions, answers and everything looked up for them are deleted. There is no undo."


def register(app: AsyncApp, services: Services) -> None:
    async def confirmed(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        visitor = await visitor_of(services, body)
        if visitor is None:
            return await ack()
        organisation_id, channel = pressed(body)
        if organisation_id != visitor.organisation_id:
            await answer(respond, said("That is of another organisation. Type `/ops forget`."))
            return await ack()
        found = await forget(services.store, visitor.member, channel)
        words = f"Forgotten: {_questions(len(found.run_ids))} with the answers.{_left(found)}"
        await answer(respond, said(words), instead=True)
        return await ack()

    app.action(FORGET)(confirmed)


async def run(services: Services, typed: Typed) -> Message:
    visitor = typed.visitor
    word = typed.rest.lower()
    if word not in ("", "here"):
        return said("Write `/ops forget`, or `/ops forget here` for your questions in a channel.")
    channel = visitor.channel if word and not is_direct(visitor.channel) else ""
    async with services.store.reading(visitor.organisation_id) as session:
        found = await find(session, visitor.member, channel)
    where = f"in <#{channel}>" if channel else "in direct messages"
    if not found.run_ids:
        return said(f"I remember nothing that you asked {where}.{_left(found)}")
    words = f"I remember {_questions(len(found.run_ids))} of yours {where}.{_left(found)}"
    button = locked_button(
        "Forget them", FORGET, visitor.member, Right.ASK, key=channel, question=QUESTION
    )
    return Message(words, [section(words, accessory=button), context(STAYS)])


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count:,} questions"


def _left(found: Found) -> str:
    if not found.open:
        return ""
    return f" {found.open} that I still work on stay: stop them first, or wait for the answer."


FORGET_COMMAND = Command(
    "forget", "forget [here]", "Delete what you asked in direct messages, or here.", run
)
