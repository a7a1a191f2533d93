"""A language model's words in the summary of an incident, checked against the record."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape

from bot.agents.prose.checking import Check, Sentence, checked
from bot.agents.prose.grounds import Fact, Grounds, State
from bot.connectors.wording import duration
from bot.incidents.card import names_in
from bot.incidents.scene import Scene
from bot.slack.blocks import escape
from bot.slack.incident_summary import Draft, Telling
from bot.store.tables import Prose

HAPPENED, IMPACT, CAUSE, DONE, CUSTOMERS = "Happened", "Impact", "Cause", "Done", "Customers"
HEADINGS = {HAPPENED: "What happened", IMPACT: "Impact", DONE: "What was done"}
"""The paragraphs of the draft, as they are asked for and as they are shown. The cause has a place
of its own, and what is for customers stands in the form of the status page."""

LONGEST_ANSWER = 4000
"""Characters of an investigation's answer that a model gets."""

_LABEL = re.compile(
    rf"^\W*({'|'.join([HAPPENED, IMPACT, CAUSE, DONE, CUSTOMERS])})\W*:\W*(?=\w)",
    re.MULTILINE,
)
_MENTION = re.compile(r"<@(\w+)>")
_DATE = re.compile(r"(?: at)? ?<!date[^>]*>")
_LINK = re.compile(r"<[^|>]*\|([^>]*)>")
_EMOJI = re.compile(r":[a-z_]+:\s*")


@dataclass(frozen=True)
class Words:
    """What is left of a model's draft, by paragraph; nothing where too little is."""

    parts: Mapping[str, Sequence[Sentence]] = field(default_factory=dict)
    byline: str = ""

    @property
    def telling(self) -> Telling | None:
        """What the draft in the thread shows of it."""
        shown = {title: _mrkdwn(self.parts.get(name, ())) for name, title in HEADINGS.items()}
        told = [(title, text) for title, text in shown.items() if text]
        cause = _mrkdwn(self.parts.get(CAUSE, ()))
        return Telling(told, cause, self.byline) if told or cause else None

    @property
    def for_customers(self) -> str:
        """What a status page may say, as plain text; whoever publishes it edits it."""
        return " ".join(one.text for one in self.parts.get(CUSTOMERS, ()))


def version_of(scene: Scene, answer: str) -> str:
    """Changes with what is to be told anew: another incident in the thread, another finding."""
    state = [[one.id, one.resolved_at and one.resolved_at.isoformat()] for one in scene.incidents]
    return hashlib.sha256(json.dumps([state, answer]).encode()).hexdigest()


def grounds_of(scene: Scene, record: Draft, answer: str) -> Grounds:
    """What may be said of an incident that is over: the draft from the record, and what an agent
    found. Times of day are left out, as each reader has others."""
    names = tuple(dict.fromkeys(one.name for one in scene.incidents))
    people = {*names_in(scene), *(one.member.name for one in scene.presses)}
    acknowledged = any(one.acknowledged_at for one in scene.incidents)
    monitors = {one.monitor for one in scene.incidents if one.monitor}
    return Grounds(
        facts=[Fact(text, names) for text in _facts(scene, record, answer)],
        things=[*names, *sorted(monitors), scene.place],
        people=sorted(people),
        states=dict.fromkeys(names, State(open=False, acknowledged=acknowledged)),
        one_story=True,
    )


def words_of(prose: Prose | None, grounds: Grounds, *, with_cause: bool) -> Words:
    """What a model wrote, as far as the record bears it out.

    Args:
        with_cause: whether an investigation found one; else none is told.
    """
    if prose is None:
        return Words()
    pieces = _LABEL.split(prose.text)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    if not with_cause:
        parts.pop(CAUSE, None)
    found = {name: checked(text, grounds) for name, text in parts.items()}
    kept, of = sum(len(one.kept) for one in found.values()), sum(one.of for one in found.values())
    if 2 * kept < of:
        return Words()
    public = found.pop(CUSTOMERS, None)
    told = {name: one.kept for name, one in found.items()}
    names = Check(grounds).names
    # Whoever publishes it may read in haste: it is whole and names nobody, or it is not offered.
    named = any(names.people_in(names.hidden(one.text)) for one in public.kept) if public else False
    if public and len(public.kept) == public.of and not named:
        told[CUSTOMERS] = public.kept
    return Words(told, prose.byline)


def _facts(scene: Scene, record: Draft, answer: str) -> Iterator[str]:
    people = {one.member.user_id: one.member.name for one in scene.presses}
    begun = scene.primary.started_at or scene.primary.created_at
    for one in scene.incidents:
        lasted = _between(one.started_at, one.resolved_at)
        told = [f"Incident {one.name}: over", f"lasted {lasted}" if lasted else ""]
        told += [f"cause as its service tells it: {one.cause}" if one.cause else ""]
        told += [f"monitor {one.monitor}" if one.monitor and one.monitor != one.name else ""]
        told += [f"came {one.times} times" if one.times > 1 else ""]
        yield "; ".join(filter(None, told))
    yield f"Source: {scene.place}"
    for moment in record.timeline:
        yield f"{_between(begun, moment.at) or '0 s'} after it began: {_plain(moment.text, people)}"
    for follow_up in record.follow_ups:
        yield f"To follow up: {_plain(follow_up, people)}"
    for line in answer[:LONGEST_ANSWER].splitlines():
        if line.strip():
            yield f"An agent's investigation: {line.strip()}"


def _between(begun: datetime | None, ended: datetime | None) -> str:
    if begun is None or ended is None:
        return ""
    return duration((ended - begun).total_seconds()) or ""


def _plain(mrkdwn: str, people: Mapping[str, str]) -> str:
    """A line of the thread without Slack's markup, and with names for mentions."""
    named = _MENTION.sub(lambda found: people.get(found[1], "somebody"), mrkdwn)
    bare = _EMOJI.sub("", _LINK.sub(r"\1", _DATE.sub("", named)))
    return unescape(bare).replace("*", "")


def _mrkdwn(sentences: Sequence[Sentence]) -> str:
    return " ".join(one.written(escape, escape) for one in sentences)
