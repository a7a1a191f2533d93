"""Thumbs up and down below an answer: Slack's own where it takes them, else two buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.slack.blocks import actions, button, plain_text
from bot.slack.messages import MAX_BLOCKS, Block, Message

FEEDBACK = "answer_feedback"
GOOD = "answer_feedback_good"
BAD = "answer_feedback_bad"


def with_thumbs(messages: Sequence[Message], above: Sequence[Block] = ()) -> list[Message]:
    """The messages of an answer, with thumbs below the last, and what stands `above` them. One that
    is only text has none."""
    *rest, last = messages
    if not last.blocks or len(last.blocks) >= MAX_BLOCKS:
        return list(messages)
    plainer = [
        _under(form, above, buttons()) if form else form for form in (last.blocks, *last.plainer)
    ]
    return [*rest, replace(last, blocks=_under(last.blocks, above, thumbs()), plainer=plainer)]


def _under(form: Sequence[Block], above: Sequence[Block], thumbs: Block) -> Sequence[Block]:
    """A form with as much below it as Slack has room for, the thumbs first."""
    fitting = [more for more in ([*above, thumbs], [thumbs]) if len(form) + len(more) <= MAX_BLOCKS]
    return [*form, *fitting[0]] if fitting else form


def thumbs() -> Block:
    """Slack's element for this, which shows what was chosen."""
    element = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": _thumb("Good answer", "good"),
        "negative_button": _thumb("Bad answer", "bad"),
    }
    return {"type": "context_actions", "elements": [element]}


def buttons() -> Block:
    return actions(
        button(":thumbsup:", GOOD, value="good", label="Good answer"),
        button(":thumbsdown:", BAD, value="bad", label="Bad answer"),
    )


def _thumb(text: str, value: str) -> Block:
    return {"text": plain_text(text), "value": value, "accessibility_label": text}
