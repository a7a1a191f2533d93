"""Follow-ups: the questions that an answer offers as buttons, to be asked with one press.

Who proposes them has read what strangers wrote, so a follow-up is plain words in one line or it is
none: it links nowhere, calls nobody, and orders nothing besides an answer. What a button asks is
read from the step that proposed it, never from the button.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from pydantic import Field

from bot.agents.addressing import is_empty
from bot.agents.closing import is_answer
from bot.agents.directives.parsing import Kind, parse
from bot.agents.house_tools import Arguments, At, HouseTool, Refused
from bot.connecting.pasted import pasted_in
from bot.connectors.results import Document
from bot.slack.blocks import clip
from bot.store.tables import Step

SUGGEST = "suggest_follow_ups"

MOST = 3
LONGEST_LABEL = 40
LONGEST_QUESTION = 200

TOO_EARLY = (
    "There is no answer yet, so nothing can follow it. Say your answer now; this is called in the "
    "same response as the final answer, beside nothing else."
)
NONE_FIT = "No button was made: a follow-up is one line of plain words, without links or mentions."

_NOT_PLAIN = re.compile(
    r"://|\bwww\.|\b(?:mailto|tel|slack|javascript):|\]\s*[(\[]|<[@#!]|(?<![\w.])[@＠]\w", re.I
)
_HARMLESS = frozenset({Kind.RECOMMEND, Kind.VISUALIZE, Kind.FLAG})
"""Directives that shape the answer alone: they tell nobody, and store nothing."""


class Wanted(Arguments):
    """One follow-up."""

    label: str = Field(
        description="What the button says: a few words, at most 40 characters.",
        json_schema_extra={"maxLength": LONGEST_LABEL},
    )
    question: str = Field(
        description="The whole question in one line of plain text, at most 200 characters; no "
        "links, no mentions. Understandable by itself: names, ids, period.",
        json_schema_extra={"maxLength": LONGEST_QUESTION},
    )


class FollowUps(Arguments):
    """Puts one to three questions below your answer, as buttons for what people may want to know
    next. Call it in the very response that holds your final answer, beside its text and no other
    call; that response is the answer, and nothing comes back. Only questions that your own tools
    can answer by looking, and that go further than what was asked and answered already. Leave it
    out where you ask back or refuse, and where nothing is worth asking.
    """

    # The lengths are told and not enforced: one label too long must not cost the other buttons.
    follow_ups: list[Wanted] = Field(json_schema_extra={"minItems": 1, "maxItems": MOST})


@dataclass(frozen=True)
class FollowUp:
    """A question, and the few words for it that fit a button."""

    label: str
    question: str


async def suggest(at: At, given: FollowUps) -> Document:
    """Keeps the follow-ups that can stand on buttons with the step."""
    if not is_answer(at.steps[-1]):
        raise Refused(TOO_EARLY)
    kept = list(_fitting(given.follow_ups, at.run.question))[:MOST]
    if not kept:
        raise Refused(NONE_FIT)
    return Document({"follow_ups": [asdict(one) for one in kept]}, title="Follow-ups")


def suggested(steps: Sequence[Step]) -> list[FollowUp]:
    """The follow-ups of an answer, from the steps that led to it; none where there is none."""
    if not steps or not is_answer(steps[-1]):
        return []
    last = steps[-1]
    returned = [last.returned.get(one["id"]) for one in last.replied["calls"] if _is_ours(one)]
    kept = [one["data"]["data"]["follow_ups"] for one in returned if one and not one["failed"]]
    return [FollowUp(**one) for given in kept for one in given][:MOST]


def _is_ours(call: dict[str, object]) -> bool:
    return call["name"] == SUGGEST


async def _fits(at: At) -> bool:
    """A colleague's answer goes to an agent, which has no use for buttons."""
    return at.run.parent_run_id is None


def _fitting(wanted: Sequence[Wanted], asked: str) -> Iterator[FollowUp]:
    """Those that are plain, each once, and none that was just asked."""
    known = {_plain(asked).casefold()}
    for one in wanted:
        question = _plain(one.question)
        label = clip(_plain(one.label) or question, LONGEST_LABEL)
        proper = not is_empty(question) and len(question) <= LONGEST_QUESTION
        if not proper or not (_is_harmless(question) and _is_harmless(label)):
            continue
        if not known & {question.casefold(), label.casefold()}:
            known |= {question.casefold(), label.casefold()}
            yield FollowUp(label, question)


def _plain(text: str) -> str:
    """One line, without anything that is not seen."""
    seen = (one for one in text if one.isspace() or unicodedata.category(one)[0] != "C")
    return " ".join("".join(seen).split())


def _is_harmless(text: str) -> bool:
    directives = parse(text)
    orders = {one.kind for one in directives.found} - _HARMLESS
    return not (_NOT_PLAIN.search(text) or orders or directives.unknown or pasted_in(text))


TOOL = HouseTool(SUGGEST, FollowUps, suggest, fits=_fits, closing=True)
