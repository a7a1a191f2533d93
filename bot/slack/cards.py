"""The approval card: drawn by code from the stored request, never by a model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.slack.blocks import actions, button, clip, context, escape, section
from bot.slack.dates import time_of_day
from bot.slack.messages import Block, Message

APPROVE = "approval_approve"
DENY = "approval_deny"

SHOWN_ARGUMENTS = 2400
"""Characters of the exact arguments on the card; a section holds 3,000."""


@dataclass(frozen=True)
class Card:
    """What a card shows. `requester` and `decider` are Slack user ids."""

    approval_id: str
    agent: str
    action: str
    resource: str
    place: str
    requester: str
    arguments: Mapping[str, Any]
    expires_at: datetime
    changes: Sequence[tuple[str, str, str]] = ()
    link: str = ""
    decider: str = ""
    decided_at: datetime | None = None
    approvers: Sequence[str] = field(default_factory=tuple)


def asking(card: Card) -> Message:
    """The card as long as nobody has decided."""
    head = section(
        f"*{escape(card.agent)}* wants to {_action(card)} in {escape(card.place)}, "
        f"asked by <@{card.requester}>"
    )
    buttons = actions(
        button("Approve", APPROVE, value=card.approval_id, style="primary"),
        button("Deny", DENY, value=card.approval_id, style="danger"),
        block_id=f"approval_{card.approval_id}",
    )
    who = ", ".join(f"<@{user}>" for user in card.approvers[:8]) or "owners and editors"
    foot = context(f"{who} can decide · open until {time_of_day(card.expires_at)}")
    return Message(_plain(card), [head, *_details(card), buttons, foot])


def deciding(card: Card, *, approved: bool) -> Message:
    """The card between the click and the outcome."""
    word = "Approved" if approved else "Denied"
    tail = " · sending it now …" if approved else ""
    return _closed(card, f":hourglass_flowing_sand: {word} {_by(card)}{tail}")


def done(card: Card, words: str = "") -> Message:
    return _closed(card, f":white_check_mark: *Done.* Approved {_by(card)}. {escape(words)}")


def denied(card: Card) -> Message:
    return _closed(card, f":no_entry_sign: *Denied* {_by(card)}. Nothing was sent.")


def expired(card: Card) -> Message:
    return _closed(card, ":alarm_clock: *Expired.* Nobody decided in time, so nothing was sent.")


def not_done(card: Card, words: str) -> Message:
    return _closed(card, f":warning: *Not done.* Approved {_by(card)}. {escape(words)}")


def unknown(card: Card, words: str) -> Message:
    return _closed(card, f":question: *Please check.* Approved {_by(card)}. {escape(words)}")


def _closed(card: Card, verdict: str) -> Message:
    head = section(
        f"*{escape(card.agent)}* wanted to {_action(card)} in {escape(card.place)}, "
        f"asked by <@{card.requester}>"
    )
    return Message(_plain(card), [head, *_details(card), context(verdict.strip())])


def _action(card: Card) -> str:
    """The sentence with the resource's name in bold, and linked where there is an address."""
    name = escape(card.resource)
    shown = f"*<{card.link}|{name}>*" if card.link.startswith("https://") else f"*{name}*"
    action = escape(card.action)
    return action.replace(name, shown, 1) if name and name in action else action


def _details(card: Card) -> list[Block]:
    blocks: list[Block] = []
    if card.changes:
        lines = [
            f"• {escape(name)}: {escape(before)} → *{escape(after)}*"
            for name, before, after in card.changes
        ]
        blocks.append(section(clip("\n".join(lines), 2900)))
    exact = json.dumps(dict(card.arguments), indent=1, ensure_ascii=False, sort_keys=True)
    blocks.append(section(f"```{escape(clip(exact, SHOWN_ARGUMENTS))}```"))
    return blocks


def _by(card: Card) -> str:
    when = f" at {time_of_day(card.decided_at)}" if card.decided_at else ""
    return f"by <@{card.decider}>{when}" if card.decider else ""


def _plain(card: Card) -> str:
    return f"{card.agent} wants to {card.action} in {card.place}. Approve or deny it in the thread."
