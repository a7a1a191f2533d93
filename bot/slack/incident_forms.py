"""The modals behind a card's buttons: a comment, whom to wake, what customers are told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import clip, context, escape, plain_text, section
from bot.slack.messages import Block

COMMENT_FORM = "incident_comment_form"
ESCALATE_FORM = "incident_escalate_form"
PUBLISH_FORM = "incident_publish_form"

TEXT = "text"
TARGET = "target"
PERSON = "person"
CHANNELS = "channels"
TITLE = "title"
AFFECTED = "affected"
NOTIFY = "notify"

LONGEST_COMMENT = 2500
LONGEST_TITLE = 150
MOST_OPTIONS = 100
LONGEST_OPTION = 75


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen. `wakes` says what choosing it does."""

    value: str
    name: str
    wakes: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a modal was opened: kept in it, and given back with what was typed."""

    incident_id: str
    channel: str

    @property
    def metadata(self) -> str:
        return json.dumps({"incident": self.incident_id, "channel": self.channel})


def comment_form(origin: Origin, name: str) -> dict[str, Any]:
    element = {
        "type": "plain_text_input",
        "action_id": TEXT,
        "multiline": True,
        "max_length": LONGEST_COMMENT,
    }
    hint = "Everybody who looks at the incident in the service reads it, with your name."
    blocks = [_about(name), _input(TEXT, "Comment", element, hint=hint)]
    return _form(COMMENT_FORM, origin, "Comment", "Comment", blocks)


def waiting_form(title: str, words: str) -> dict[str, Any]:
    """What is shown while the service is asked."""
    return {
        "type": "modal",
        "title": plain_text(title),
        "close": plain_text("Cancel"),
        "blocks": [section(f":hourglass_flowing_sand: {words}")],
    }


def sorry_form(title: str, words: str) -> dict[str, Any]:
    """Why there is nothing to fill in. `words` are mrkdwn."""
    return {
        "type": "modal",
        "title": plain_text(title),
        "close": plain_text("Close"),
        "blocks": [section(f":warning: {words}")],
    }


def escalate_form(
    origin: Origin, name: str, choices: Sequence[Choice], channels: Mapping[str, str]
) -> dict[str, Any]:
    """Whom to wake, and how. Of the channels none is ticked beforehand."""
    wakes = "\n".join(
        f"• *{escape(clip(one.name, 80))}*: {escape(clip(one.wakes, 160))}" for one in choices
    )
    target = {"type": "static_select", "action_id": TARGET, "options": _options(choices)}
    person = {"type": "email_text_input", "action_id": PERSON}
    by = {
        "type": "checkboxes",
        "action_id": CHANNELS,
        "options": [_option(Choice(value, words)) for value, words in channels.items()],
    }
    blocks = [
        _about(name),
        section(f"*Who will be woken*\n{wakes}", verbatim=True),
        _input(TARGET, "Whom to wake", target),
        _input(PERSON, "Their e-mail address", person, hint="Only for one person.", optional=True),
        _input(
            CHANNELS,
            "By which channels",
            by,
            hint="What is not ticked is not used. A policy has channels of its own.",
            optional=True,
        ),
        context("They are told at once."),
    ]
    return _form(ESCALATE_FORM, origin, "Escalate", "Wake them", blocks)


def publish_form(
    origin: Origin, name: str, text: str, pages: Mapping[str, Sequence[Choice]]
) -> dict[str, Any]:
    """What customers are told. `pages` are the entries of each status page, by its name."""
    groups = [
        {"label": plain_text(page, LONGEST_OPTION), "options": _options(entries)}
        for page, entries in pages.items()
    ]
    affected = {
        "type": "multi_static_select",
        "action_id": AFFECTED,
        "option_groups": groups[:MOST_OPTIONS],
    }
    title = {
        "type": "plain_text_input",
        "action_id": TITLE,
        "initial_value": clip(name, LONGEST_TITLE),
        "max_length": LONGEST_TITLE,
    }
    message = {
        "type": "plain_text_input",
        "action_id": TEXT,
        "multiline": True,
        "initial_value": clip(text, LONGEST_COMMENT),
        "max_length": LONGEST_COMMENT,
    }
    mail = Choice("yes", "Send an e-mail to everybody who subscribed to the page")
    notify = {"type": "checkboxes", "action_id": NOTIFY, "options": [_option(mail)]}
    blocks = [
        section("Customers read this at once. The entries are shown as resolved."),
        _input(TITLE, "Headline", title),
        _input(TEXT, "What customers read", message),
        _input(AFFECTED, "What was affected", affected, hint="Entries of one page."),
        _input(NOTIFY, "Subscribers", notify, optional=True),
    ]
    return _form(PUBLISH_FORM, origin, "Publish a report", "Publish", blocks)


def _form(
    callback: str, origin: Origin, title: str, submit: str, blocks: Sequence[Block]
) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": origin.metadata,
        "title": plain_text(title),
        "submit": plain_text(submit),
        "close": plain_text("Cancel"),
        "blocks": list(blocks),
    }


def _about(name: str) -> Block:
    return section(f"*{escape(clip(name, 150))}*", verbatim=True)


def _input(
    block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label),
        "element": element,
        "optional": optional,
    }
    return {**made, "hint": plain_text(hint)} if hint else made


def _options(choices: Sequence[Choice]) -> list[Block]:
    return [_option(one) for one in choices[:MOST_OPTIONS]]


def _option(choice: Choice) -> Block:
    return {"text": plain_text(choice.name, LONGEST_OPTION), "value": choice.value}
