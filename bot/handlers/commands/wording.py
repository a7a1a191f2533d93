"""What people type after a command, read: whom they name, and names as they meant them."""

from __future__ import annotations

import html
import re

from bot.people.invitations import Invitee

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_EMAIL = re.compile(r"[^@\s<>|:]+@[^@\s<>|]+\.[^@\s<>|]+")


def read_invitee(text: str) -> Invitee | None:
    """The person that a text names, by mention or by email address (which Slack may have made a
    link: `<mailto:a@b.example|a@b.example>`); None where it names nobody."""
    person = _PERSON.search(text)
    if person is not None:
        return Invitee(user_id=person.group(1))
    address = _EMAIL.search(text)
    return Invitee(email=address.group(0)) if address else None


def read_name(text: str) -> str:
    """A name as it was typed: Slack sends `&amp;` for an ampersand."""
    return html.unescape(text).strip()
