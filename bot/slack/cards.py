"""The approval card: drawn by code from the stored requests, never by a model.

One card holds the writes of one step: usually one, at most `MOST`. Each can be decided by itself;
where there are several, all of them together, too.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.slack.blocks import actions, button, context, divider, escape, section
from bot.slack.dates import time_of_day
from bot.slack.messages import Block, Message

APPROVE = "approval_approve"
DENY = "approval_deny"
WITHDRAW = "approval_withdraw"
APPROVE_ALL = "approval_approve_all"
DENY_ALL = "approval_deny_all"

MOST = 9
"""Writes on one card: each takes up to five blocks, and a message holds fifty."""

ARGUMENTS_BLOCK = 2400
"""Characters of exact arguments in one section, which holds 3,000 with its escapes."""

SMALL = 400
"""Characters of arguments up to which a write may share its card with others."""


class Stage(enum.StrEnum):
    """How far a write on a card is."""

    OPEN = "open"
    SENDING = "sending"
    DONE = "done"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


ASKS = ". Approve or deny it in the thread."
CLOSED = {
    Stage.SENDING: ": approved, being sent.",
    Stage.DONE: ": done.",
    Stage.DENIED: ": denied, nothing was sent.",
    Stage.EXPIRED: ": expired, nothing was sent.",
    Stage.WITHDRAWN: ": withdrawn, nothing was sent.",
    Stage.NOT_DONE: ": not done.",
    Stage.UNKNOWN: ": unknown, please check.",
}
"""How the plain text of a card ends, which is what notifications show."""


@dataclass(frozen=True)
class Item:
    """One write. `decider` and `consented` are Slack user ids; `words` is its outcome."""

    approval_id: str
    stage: Stage
    action: str
    resource: str
    arguments: Mapping[str, Any]
    changes: Sequence[tuple[str, str, str]] = ()
    link: str = ""
    needed: int = 1
    consented: Sequence[str] = ()
    decider: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    words: str = ""


@dataclass(frozen=True)
class Card:
    """What a card shows. `requester` and `approvers` are Slack user ids.

    `agent` is empty where a person pressed a button; `person` is then who wants it. `through` is
    the agent that asked this one for that person.
    """

    id: str
    agent: str
    place: str
    requester: str
    items: Sequence[Item]
    expires_at: datetime
    approvers: Sequence[str] = ()
    note: str = ""
    person: str = ""
    through: str = ""

    @property
    def asked(self) -> str:
        """Who asked the agent."""
        who = f"<@{self.requester}>"
        return f"asked by *{escape(self.through)}* for {who}" if self.through else f"asked by {who}"

    @property
    def who(self) -> str:
        """Who wants it, by name."""
        return self.agent or self.person


def draw(card: Card) -> Message:
    """The card as it is now."""
    return _single(card, card.items[0]) if len(card.items) == 1 else _shared(card)


def exact_arguments(arguments: Mapping[str, Any]) -> str:
    """The arguments as a card shows them, whole."""
    return json.dumps(dict(arguments), indent=1, ensure_ascii=False, sort_keys=True)


def reminder(card: Card) -> Message:
    """What is posted once when half of the time is over."""
    text = (
        f"{_people(card)}: {card.who} still waits for a decision on the card above, "
        f"until {time_of_day(card.expires_at)}."
    )
    return Message(text, [section(f":bell: {text}")])


def _single(card: Card, item: Item) -> Message:
    wants = "wants" if item.stage is Stage.OPEN else "wanted"
    who, asked = f"<@{card.requester}>", ""
    if card.agent:
        who, asked = f"*{escape(card.agent)}*", f", {card.asked}"
    sentence = f"{who} {wants} to {_action(item)} in {escape(card.place)}{asked}"
    blocks = [section(sentence), *_details(item)]
    blocks += _open(card, item) if item.stage is Stage.OPEN else [context(_verdict(item))]
    text = f"{card.who} {wants} to {item.action} in {card.place}"
    return Message(f"{text}{CLOSED.get(item.stage, ASKS)}", blocks)


def _shared(card: Card) -> Message:
    head = (
        f"*{escape(card.agent)}* wants to make *{len(card.items)} changes* in "
        f"{escape(card.place)}, {card.asked}"
    )
    blocks: list[Block] = [section(head)]
    for number, item in enumerate(card.items, start=1):
        blocks += [divider(), section(f"{number}. {_action(item)}")]
        blocks += _details(item)
        blocks.append(
            actions(*_buttons(item), block_id=f"approval_{item.approval_id}")
            if item.stage is Stage.OPEN
            else context(_verdict(item))
        )
    if sum(item.stage is Stage.OPEN for item in card.items) > 1:
        both = (
            button("Approve all", APPROVE_ALL, value=card.id, style="primary"),
            button("Deny all", DENY_ALL, value=card.id, style="danger"),
        )
        blocks += [divider(), actions(*both, block_id=f"approvals_{card.id}")]
    if any(item.stage is Stage.OPEN for item in card.items):
        blocks.append(context(_foot(card)))
    text = f"{card.agent} wants to make {len(card.items)} changes in {card.place}."
    return Message(text, blocks)


def _open(card: Card, item: Item) -> list[Block]:
    buttons = (*_buttons(item), button("Withdraw", WITHDRAW, value=item.approval_id))
    row = actions(*buttons, block_id=f"approval_{item.approval_id}")
    return [row, context(_foot(card, item))]


def _buttons(item: Item) -> tuple[Block, Block]:
    return (
        button("Approve", APPROVE, value=item.approval_id, style="primary"),
        button("Deny", DENY, value=item.approval_id, style="danger"),
    )


def _foot(card: Card, item: Item | None = None) -> str:
    parts = [f"{_people(card)} can decide", f"open until {time_of_day(card.expires_at)}"]
    if item is not None and item.needed > 1:
        said = " and ".join(f"<@{user}>" for user in item.consented)
        parts.insert(1, f"{item.needed} people have to approve{f', {said} did' if said else ''}")
    if card.note:
        parts.append(escape(card.note))
    return " · ".join(parts)


def _people(card: Card) -> str:
    return ", ".join(f"<@{user}>" for user in card.approvers[:8]) or "Nobody at the moment"


def _action(item: Item) -> str:
    """The sentence with the resource's name in bold, and linked where there is an address."""
    name = escape(item.resource)
    address = escape(item.link).replace("|", "%7C")  # nothing in it may end the link
    shown = f"*<{address}|{name}>*" if address.startswith("https://") else f"*{name}*"
    action = escape(item.action)
    return action.replace(name, shown, 1) if name and name in action else action


def _details(item: Item) -> list[Block]:
    blocks: list[Block] = []
    if item.changes:
        lines = [
            f"• {escape(name)}: {escape(before)} → *{escape(after)}*"
            for name, before, after in item.changes
        ]
        blocks.append(section("\n".join(lines)))
    exact = exact_arguments(item.arguments)
    for start in range(0, len(exact), ARGUMENTS_BLOCK):
        # A fence within the arguments would end the block early.
        piece = escape(exact[start : start + ARGUMENTS_BLOCK]).replace("```", "`\u200b`\u200b`")
        blocks.append(section(f"```{piece}```"))
    return blocks


def _verdict(item: Item) -> str:
    words = escape(item.words)
    reason = f" “{escape(item.reason)}”" if item.reason else ""
    match item.stage:
        case Stage.SENDING:
            return f":hourglass_flowing_sand: Approved {_by(item)} · sending it now …"
        case Stage.DONE:
            return f":white_check_mark: *Done.* Approved {_by(item)}. {words}".strip()
        case Stage.DENIED:
            return f":no_entry_sign: *Denied* {_by(item)}.{reason} Nothing was sent."
        case Stage.WITHDRAWN:
            return f":leftwards_arrow_with_hook: *Withdrawn* {_by(item)}. Nothing was sent."
        case Stage.EXPIRED:
            return ":alarm_clock: *Expired.* Nobody decided in time, so nothing was sent."
        case Stage.NOT_DONE:
            return f":warning: *Not done.* Approved {_by(item)}. {words}"
        case Stage.UNKNOWN:
            return f":question: *Please check.* Approved {_by(item)}. {words}"
        case Stage.OPEN:
            return ""


def _by(item: Item) -> str:
    when = f" at {time_of_day(item.decided_at)}" if item.decided_at else ""
    others = [f"<@{user}>" for user in item.consented if user != item.decider]
    who = " and ".join([*others, f"<@{item.decider}>"]) if item.decider else "somebody"
    return f"by {who}{when}"
