"""The draft of an incident's summary, as it is offered in its thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack.blocks import actions, button, clip_mrkdwn, context, escape, section
from bot.slack.dates import time_of_day
from bot.slack.incident_cards import linked, quoted
from bot.slack.messages import Block, Message

PUBLISH = "incident_publish"
DISMISS = "incident_dismiss"

LONGEST_PART = 2800


@dataclass(frozen=True)
class Moment:
    """A line of the timeline, in mrkdwn."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Telling:
    """A language model's words in it: paragraphs with their headings, the cause if there is one,
    and which model it was."""

    parts: Sequence[tuple[str, str]]
    cause: str
    byline: str


@dataclass(frozen=True)
class Draft:
    """What a summary says, in mrkdwn but for the name. `ended` is what became of the draft;
    `told` is what a language model added to the record."""

    incident_id: str
    name: str
    link: str
    outline: str
    timeline: Sequence[Moment]
    cause: str = ""
    follow_ups: Sequence[str] = ()
    can_publish: bool = False
    ended: str = ""
    dismissed: bool = False
    told: Telling | None = None


def draw(draft: Draft) -> Message:
    title = f"Summary of {quoted(draft.name, 120)}"
    if draft.dismissed:
        return Message(title, [{**context(draft.ended), "block_id": mark_of(draft.incident_id)}])
    timeline = "\n".join(f"• {time_of_day(one.at)} {one.text}" for one in draft.timeline)
    follow_ups = "\n".join(f"• {one}" for one in draft.follow_ups)
    cause = (draft.told.cause if draft.told else "") or draft.cause or "Not found yet."
    told = [f"*{title}*\n{text}" for title, text in draft.told.parts] if draft.told else []
    parts = (
        f":memo: *Draft of a summary: {linked(draft.link, draft.name)}*\n{draft.outline}",
        *told,
        f"*Timeline*\n{timeline}",
        f"*Cause, as far as found*\n{cause}",
        f"*Follow-ups*\n{follow_ups}" if follow_ups else "",
    )
    blocks = [
        section(clip_mrkdwn(part, LONGEST_PART), expand=True, verbatim=True)
        for part in parts
        if part
    ]
    if draft.ended:
        blocks.append(context(draft.ended))
    blocks.append(actions(*_buttons(draft), block_id=mark_of(draft.incident_id)))
    blocks.append(context(f"{_whose(draft)} Nobody outside of this channel has seen it."))
    return Message(title, blocks)


def _whose(draft: Draft) -> str:
    if draft.told is None:
        return "Made from the record."
    byline = escape(draft.told.byline)
    return f"Summary by {byline}, checked against the record; the timeline is the record's."


def mark_of(incident_id: str) -> str:
    """The id of a block in it, by which it is found in Slack again."""
    return f"summary_{incident_id}"


def _buttons(draft: Draft) -> list[Block]:
    row = [button("Dismiss", DISMISS, value=draft.incident_id)]
    if draft.can_publish and not draft.ended:
        publish = button("Publish to status page…", PUBLISH, value=draft.incident_id)
        row.insert(0, publish)
    return row
