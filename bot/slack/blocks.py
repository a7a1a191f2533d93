"""Builders of Block Kit's plain parts, each within Slack's limits.

What people read is clipped to its limit; what a program reads (`action_id`, `value`, `url`) is
never cut, so that one which is too long raises ValueError. Numbers: docs.slack.dev, "Block Kit".
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack.messages import Block

MAX_TEXT_OBJECT = 3000
MAX_HEADER = 150
MAX_FIELDS = 10
MAX_FIELD = 2000
MAX_CONTEXT = 10
MAX_ACTIONS = 25
MAX_BUTTON = 75
MAX_VALUE = 2000
MAX_URL = 3000
MAX_ID = 255


def escape(text: str) -> str:
    """Text as it stands in mrkdwn: nothing in it is a mention, a link or a date any more."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """The text, or as many whole words as fit into `limit` characters with an ellipsis."""
    if len(text) <= limit:
        return text
    room = max(limit - 1, 0)
    space = text.rfind(" ", 0, room + 1)
    return text[: space if space > room // 2 else room].rstrip() + "…"


def clip_mrkdwn(text: str, limit: int) -> str:
    """Like `clip`, but never within an entity (`&amp;`) or a token (`<url|label>`)."""
    if len(text) <= limit:
        return text
    kept = clip(text, limit)[:-1]
    for opening, closing in (("<", ">"), ("&", ";")):
        start = kept.rfind(opening)
        if start > kept.rfind(closing):
            kept = kept[:start]
    return kept.rstrip() + "…"


def plain_text(text: str, limit: int = MAX_TEXT_OBJECT) -> Block:
    return {"type": "plain_text", "text": clip(text, limit), "emoji": True}


def mrkdwn(text: str, limit: int = MAX_TEXT_OBJECT, *, verbatim: bool = False) -> Block:
    """Slack's own markup, escaped by the caller. `verbatim`: link nothing that only looks so."""
    made: Block = {"type": "mrkdwn", "text": clip_mrkdwn(text, limit)}
    return made | {"verbatim": True} if verbatim else made


def section(
    text: str, *, accessory: Block | None = None, expand: bool = False, verbatim: bool = False
) -> Block:
    """A paragraph of mrkdwn. `expand`: show it whole, without "see more"."""
    made: Block = {"type": "section", "text": mrkdwn(text, verbatim=verbatim)}
    if accessory:
        made["accessory"] = accessory
    if expand:
        made["expand"] = True
    return made


def fields(*texts: str) -> Block:
    """Up to ten short mrkdwn texts in two columns."""
    counted("fields", texts, MAX_FIELDS)
    return {"type": "section", "fields": [mrkdwn(text, MAX_FIELD) for text in texts]}


def context(*texts: str, verbatim: bool = False) -> Block:
    """Small grey mrkdwn texts in a row."""
    counted("texts in a context block", texts, MAX_CONTEXT)
    return {"type": "context", "elements": [mrkdwn(text, verbatim=verbatim) for text in texts]}


def header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text, MAX_HEADER)}


def divider() -> Block:
    return {"type": "divider"}


def button(
    text: str,
    action_id: str,
    *,
    value: str = "",
    url: str = "",
    style: str = "",
    label: str = "",
    confirm: Block | None = None,
) -> Block:
    """A button. `label` is what a screen reader says where `text` alone is vague."""
    made: Block = {"type": "button", "text": plain_text(text, MAX_BUTTON)}
    made["action_id"] = whole("action_id", action_id, MAX_ID)
    if value:
        made["value"] = whole("value", value, MAX_VALUE)
    if url:
        made["url"] = whole("url", url, MAX_URL)
    if label:
        made["accessibility_label"] = clip(label, MAX_BUTTON)
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def actions(*elements: Block, block_id: str = "") -> Block:
    """Buttons and the like in a row."""
    counted("elements of an actions block", elements, MAX_ACTIONS)
    made: Block = {"type": "actions", "elements": list(elements)}
    return made | {"block_id": whole("block_id", block_id, MAX_ID)} if block_id else made


def counted(what: str, items: Sequence[object], most: int) -> None:
    """Raises ValueError for none at all, and for more than Slack takes."""
    if not 1 <= len(items) <= most:
        raise ValueError(f"Slack takes 1 to {most} {what}, not {len(items)}")


def whole(what: str, text: str, most: int) -> str:
    """A text that a program reads. Raises ValueError where Slack does not take all of it."""
    if len(text) > most:
        raise ValueError(f"Slack takes at most {most} characters as {what}, not {len(text)}")
    return text
