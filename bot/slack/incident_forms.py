"""The modals behind a card's buttons: a comment, whom to wake, what customers are told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import clip, context, escape, section
from bot.slack.messages import Block
from bot.slack.modals import (
    MAX_OPTION_VALUE,
    MAX_OPTIONS,
    checkboxes,
    input_field,
    modal,
    multi_select,
    option,
    option_group,
    select,
    text_input,
)

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
    text = text_input(TEXT, LONGEST_COMMENT, multiline=True)
    hint = "Everybody who looks at the incident in the service reads it, with your name."
    blocks = [_about(name), input_field(TEXT, "Comment", text, hint=hint)]
    return modal(
        "Comment", blocks, callback_id=COMMENT_FORM, submit="Comment", metadata=origin.metadata
    )


def waiting_form(title: str, words: str) -> dict[str, Any]:
    """What is shown while the service is asked."""
    return modal(title, [section(f":hourglass_flowing_sand: {words}")])


def sorry_form(title: str, words: str) -> dict[str, Any]:
    """Why there is nothing to fill in. `words` are mrkdwn."""
    return modal(title, [section(f":warning: {words}")], close="Close")


def escalate_form(
    origin: Origin, name: str, choices: Sequence[Choice], channels: Mapping[str, str]
) -> dict[str, Any]:
    """Whom to wake, and how. Of the channels none is ticked beforehand."""
    wakes = "\n".join(
        f"• *{escape(clip(one.name, 80))}*: {escape(clip(one.wakes, 160))}" for one in choices
    )
    person = {"type": "email_text_input", "action_id": PERSON}
    ways = [option(value, words) for value, words in channels.items()]
    blocks = [
        _about(name),
        section(f"*Who will be woken*\n{wakes}", verbatim=True),
        input_field(TARGET, "Whom to wake", select(TARGET, _options(choices))),
        input_field(
            PERSON, "Their e-mail address", person, hint="Only for one person.", optional=True
        ),
        input_field(
            CHANNELS,
            "By which channels",
            checkboxes(CHANNELS, ways),
            hint="What is not ticked is not used. A policy has channels of its own.",
            optional=True,
        ),
        context("They are told at once."),
    ]
    return modal(
        "Escalate", blocks, callback_id=ESCALATE_FORM, submit="Wake them", metadata=origin.metadata
    )


def publish_form(
    origin: Origin, name: str, text: str, pages: Mapping[str, Sequence[Choice]]
) -> dict[str, Any]:
    """What customers are told. `pages` are the entries of each status page, by its name."""
    groups = [option_group(page, _options(entries)) for page, entries in pages.items()]
    affected = multi_select(AFFECTED, groups[:MAX_OPTIONS])
    title = text_input(TITLE, LONGEST_TITLE, initial=name)
    message = text_input(TEXT, LONGEST_COMMENT, initial=text, multiline=True)
    mail = option("yes", "Send an e-mail to everybody who subscribed to the page")
    blocks = [
        section("Customers read this at once. The entries are shown as resolved."),
        input_field(TITLE, "Headline", title),
        input_field(TEXT, "What customers read", message),
        input_field(AFFECTED, "What was affected", affected, hint="Entries of one page."),
        input_field(NOTIFY, "Subscribers", checkboxes(NOTIFY, [mail]), optional=True),
    ]
    return modal(
        "Publish a report",
        blocks,
        callback_id=PUBLISH_FORM,
        submit="Publish",
        metadata=origin.metadata,
    )


def _about(name: str) -> Block:
    return section(f"*{escape(clip(name, 150))}*", verbatim=True)


def _options(choices: Sequence[Choice]) -> list[Block]:
    """The first that Slack takes; a team's name can make a value that is too long for it."""
    fit = [one for one in choices if len(one.value) <= MAX_OPTION_VALUE]
    return [option(one.value, one.name) for one in fit[:MAX_OPTIONS]]
