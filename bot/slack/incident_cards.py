"""The card of an incident, drawn by code: what somebody reads on a phone at three in the morning.

Names, causes and comments come from a service, so nothing of them is markup here.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack.blocks import actions, button, clip, context, escape, section
from bot.slack.dates import date_and_time, time_of_day
from bot.slack.messages import Block, Message

ACKNOWLEDGE = "incident_acknowledge"
RESOLVE = "incident_resolve"
ESCALATE = "incident_escalate"
COMMENT = "incident_comment"
INVESTIGATE = "incident_investigate"
OPEN = "incident_open"

LONGEST_NAME = 120
LONGEST_CAUSE = 300
LONGEST_RESPONSE = 140
LONGEST_WORDS = 600
SHOWN_PEOPLE = 5

RESOLVE_QUESTION = {
    "title": {"type": "plain_text", "text": "Resolve this incident?"},
    "text": {"type": "plain_text", "text": "Its alerts stop for everybody."},
    "confirm": {"type": "plain_text", "text": "Resolve"},
    "deny": {"type": "plain_text", "text": "Not yet"},
}


class Stage(enum.StrEnum):
    """How far an incident is."""

    STARTED = "started"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    DELETED = "deleted"


LAMPS = {
    Stage.STARTED: ":red_circle:",
    Stage.ACKNOWLEDGED: ":large_yellow_circle:",
    Stage.RESOLVED: ":large_green_circle:",
    Stage.DELETED: ":white_circle:",
}


@dataclass(frozen=True)
class Person:
    """Somebody by name, or by Slack account where we know it."""

    name: str
    user_id: str = ""

    @property
    def shown(self) -> str:
        """As it stands in mrkdwn; an account is mentioned."""
        return f"<@{self.user_id}>" if self.user_id else escape(clip(one_line(self.name), 80))


@dataclass(frozen=True)
class Deed:
    """That somebody acknowledged or resolved it. `by` is None where nobody is named."""

    at: datetime | None
    by: Person | None = None


@dataclass(frozen=True)
class Sending:
    """A press that is on its way to the service. `does` is "acknowledges this", say; `so_far` what
    came of the attempts before this one."""

    person: Person
    action: str
    does: str
    so_far: str = ""


@dataclass(frozen=True)
class IncidentCard:
    """What a card shows. What is not known is empty.

    `problem` is why the service did not say how it is, as of `as_of`; `trouble` what people should
    know of the last press.
    """

    id: str
    name: str
    stage: Stage
    place: str
    cause: str = ""
    started_at: datetime | None = None
    lasted: str = ""
    link: str = ""
    monitor: str = ""
    response: str = ""
    severity: str = ""
    team: str = ""
    on_call: Sequence[Person] = ()
    escalation: str = ""
    acknowledged: Deed | None = None
    resolved: Deed | None = None
    times: int = 1
    sending: Sequence[Sending] = ()
    trouble: str = ""
    problem: str = ""
    as_of: datetime | None = None


def draw(card: IncidentCard) -> Message:
    """The card as it is now."""
    facts = "\n".join(line for line in (_state(card), *_details(card)) if line)
    blocks = [
        section(_head(card), expand=True, verbatim=True),
        section(facts, expand=True, verbatim=True),
        *(context(line) for line in _news(card)),
    ]
    buttons = _buttons(card)
    if buttons:
        blocks.append(actions(*buttons, block_id=mark_of_card(card.id)))
    blocks.append(context(_foot(card)))
    return Message(_notification(card), blocks)


def mark_of_card(incident_id: str) -> str:
    """The id of the card's row of buttons, by which it is found in Slack again."""
    return f"incident_{incident_id}"


def line(text: str, mark: str) -> Message:
    """A line of the incident's story, in mrkdwn. `mark` finds it in Slack again."""
    return Message(text, [{**context(text), "block_id": mark}])


def quoted(text: str, limit: int = LONGEST_WORDS) -> str:
    """Somebody's words in a line: nothing in them is markup."""
    return escape(clip(one_line(text), limit))


def one_line(text: str) -> str:
    return " ".join(text.split())


def linked(link: str, name: str) -> str:
    """A service's name for something, linked to its page where there is one."""
    shown = quoted(name, LONGEST_NAME)
    address = escape(link).replace("|", "%7C")  # nothing in it may end the link
    return f"<{address}|{shown}>" if _is_address(link) else shown


def _is_address(link: str) -> bool:
    return link.startswith(("https://", "http://")) and len(link) < 3000


def _head(card: IncidentCard) -> str:
    cause = one_line(card.cause)
    told = f"\n{quoted(cause, LONGEST_CAUSE)}" if cause and cause != one_line(card.name) else ""
    return f"{LAMPS[card.stage]} *{linked(card.link, card.name)}*{told}"


def _state(card: IncidentCard) -> str:
    since = f"since {date_and_time(card.started_at)}" if card.started_at else ""
    match card.stage:
        case Stage.STARTED:
            parts = ["*Not acknowledged*", since]
        case Stage.ACKNOWLEDGED:
            parts = [f"*Acknowledged*{_by(card.acknowledged)}", since]
        case Stage.RESOLVED:
            lasted = f"it lasted {escape(card.lasted)}" if card.lasted else ""
            parts = [f"*Resolved*{_by(card.resolved)}", lasted, since]
            if card.acknowledged:
                parts.append(f"acknowledged{_by(card.acknowledged)}")
        case Stage.DELETED:
            parts = [f"*Deleted* in {escape(card.place)}", since]
    return " · ".join(part for part in parts if part)


def _by(deed: Deed | None) -> str:
    """ " by @Ana at 14:03"."""
    if deed is None:
        return ""
    who = f" by {deed.by.shown}" if deed.by else ""
    return f"{who} at {time_of_day(deed.at)}" if deed.at else who


def _details(card: IncidentCard) -> list[str]:
    is_over = card.stage in (Stage.RESOLVED, Stage.DELETED)
    shown = ", ".join(one.shown for one in card.on_call[:SHOWN_PEOPLE])
    response = one_line(card.response).replace("`", "'")
    return [
        f"*On call:* {shown}" if shown and not is_over else "",
        f"*Told:* {quoted(card.escalation)}" if card.escalation and not is_over else "",
        f"*Monitor:* {quoted(card.monitor, LONGEST_NAME)}" if card.monitor else "",
        f"*Last response:* `{quoted(response, LONGEST_RESPONSE)}`" if response else "",
    ]


def _news(card: IncidentCard) -> list[str]:
    """What is on its way, and what went wrong."""
    news = [
        f":hourglass_flowing_sand: {one.person.shown} {one.does}: sending it to "
        f"{escape(card.place)} …{f' So far: {quoted(one.so_far)}' if one.so_far else ''}"
        for one in card.sending[:SHOWN_PEOPLE]
    ]
    if card.trouble:
        news.append(f":warning: {card.trouble}")
    if card.problem:
        when = f"As of {time_of_day(card.as_of)}: " if card.as_of else ""
        news.append(f":warning: {when}{quoted(card.problem)}")
    return news


def _buttons(card: IncidentCard) -> list[Block]:
    """The buttons that make sense now; what is being sent is not asked for again."""
    under_way = {f"incident_{one.action}" for one in card.sending}
    row: list[Block] = []
    if card.stage is Stage.STARTED:
        row.append(button("Acknowledge", ACKNOWLEDGE, value=card.id, style="primary"))
    if card.stage in (Stage.STARTED, Stage.ACKNOWLEDGED):
        style = "primary" if card.stage is Stage.ACKNOWLEDGED else ""
        row.append(button("Resolve", RESOLVE, value=card.id, style=style, confirm=RESOLVE_QUESTION))
        row.append(button("Escalate", ESCALATE, value=card.id))
    if card.stage is not Stage.DELETED:
        row.append(button("Comment", COMMENT, value=card.id))
        row.append(button("Investigate", INVESTIGATE, value=card.id))
    if _is_address(card.link):
        row.append(button(f"Open in {card.place.partition(' (')[0]}", OPEN, url=card.link))
    return [one for one in row if one["action_id"] not in under_way]


def _foot(card: IncidentCard) -> str:
    more = f":repeat: {card.times - 1} more in this thread" if card.times > 1 else ""
    severity = f"severity {quoted(card.severity, 40)}" if card.severity else ""
    parts = [more, escape(card.place), quoted(card.team, 60), severity]
    return " · ".join(part for part in parts if part)


def _notification(card: IncidentCard) -> str:
    """The thing itself, for a locked phone."""
    deed = {Stage.ACKNOWLEDGED: card.acknowledged, Stage.RESOLVED: card.resolved}.get(card.stage)
    by = f" by {quoted(deed.by.name, 80)}" if deed and deed.by and deed.by.name else ""
    cause = f" ({quoted(card.cause, LONGEST_CAUSE)})" if card.cause.strip() else ""
    return f"Incident {card.stage}{by}: {quoted(card.name, LONGEST_NAME)}{cause}"
