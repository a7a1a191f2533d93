"""Buttons that not everybody may use, and what a press by somebody who may not answers."""

from __future__ import annotations

from typing import Any

from bot.slack.blocks import button
from bot.slack.messages import Block
from bot.store.rights import Right, may
from bot.store.tables import Member

LOCK = "🔒 "


def locked_button(
    text: str, action_id: str, member: Member, right: Right, *, key: str, question: str = ""
) -> Block:
    """A button that looks locked to a member without the right.

    Its value names the organisation too, so that a press on an old list cannot reach into
    another. `question` is asked before, of those who may.
    """
    allowed = may(member, right)
    confirm = None
    if question and allowed:
        confirm = {
            "title": {"type": "plain_text", "text": text[:100]},
            "text": {"type": "plain_text", "text": question[:300]},
            "confirm": {"type": "plain_text", "text": text[:30]},
            "deny": {"type": "plain_text", "text": "Cancel"},
        }
    shown = text if allowed else f"{LOCK}{text}"
    value = f"{member.organisation_id}:{key}"
    return button(shown, action_id, value=value, confirm=confirm)


def pressed(body: dict[str, Any]) -> tuple[str, str]:
    """The organisation and the key that a pressed button carries."""
    organisation_id, _, key = str(body["actions"][0].get("value") or "").partition(":")
    return organisation_id, key
