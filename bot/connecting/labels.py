"""Labels: what cards, the record and viewers call a connection."""

from __future__ import annotations

from itertools import count

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.base import Auth, Connector
from bot.connectors.errors import Invalid
from bot.gate.redaction import looks_secret
from bot.slack.blocks import clip
from bot.store.tables import Connection

LONGEST = 80


def read_label(text: str) -> str:
    """A label as it was typed, in one line.

    Raises:
        Invalid: it is too long, or a secret.
    """
    label = _in_one_line(text)
    if len(label) > LONGEST:
        raise Invalid("", fields={"label": f"has {len(label)} characters; {LONGEST} fit"})
    if looks_secret(label):
        raise Invalid("", fields={"label": "looks like a key, and everybody sees a label"})
    return label


def default_label(kind: type[Connector], account: str) -> str:
    """Service and account: "Better Stack (team Harbor)"; an MCP server's own name says both."""
    account = _in_one_line(account)
    if kind.auth is Auth.MCP and account:
        return clip(account, LONGEST)
    return clip(f"{kind.title} ({account})" if account else kind.title, LONGEST)


async def free_label(session: AsyncSession, wanted: str) -> str:
    """The label, with a number where there is one like it."""
    if not await is_taken(session, wanted):
        return wanted
    for number in count(2):
        label = f"{wanted} {number}"
        if not await is_taken(session, label):
            return label
    raise AssertionError("numbers do not end")


async def is_taken(session: AsyncSession, label: str, but: str = "") -> bool:
    """Whether another connection than `but` is called so; case makes no difference to people."""
    found = select(Connection.id).where(
        func.lower(Connection.label) == label.lower(), Connection.id != but
    )
    return await session.scalar(found.limit(1)) is not None


def _in_one_line(text: str) -> str:
    return " ".join("".join(one for one in text if one.isprintable() or one.isspace()).split())
