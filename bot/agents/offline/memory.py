"""What was shown for earlier questions: the rows that "it" or "the second one" may mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.agents.messages import ToolCall
from bot.agents.offline import clauses, mine, rows, wording
from bot.agents.offline.desk import Desk, Segment
from bot.agents.offline.rows import Row
from bot.agents.offline.toolbox import Tool
from bot.agents.offline.wording import Wording
from bot.agents.offline.words import closest, content


@dataclass(frozen=True)
class Seen:
    """A reading call of an earlier question and the rows that were shown of it."""

    tool: Tool
    call: ToolCall
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Subject:
    """The rows that a pointing word may mean, and where they were seen."""

    seen: Seen
    rows: tuple[Row, ...]

    @property
    def only(self) -> Row | None:
        return self.rows[0] if len(self.rows) == 1 else None


def recall(desk: Desk) -> list[list[Seen]]:
    """What each earlier question that showed anything has shown, the newest first."""
    found = [_shown(segment, desk) for segment in reversed(desk.earlier)]
    return [one for one in found if one]


def last(desk: Desk) -> list[Seen]:
    """What the newest question that showed anything has shown."""
    return next(iter(recall(desk)), [])


def subject(said: Wording, desk: Desk, noun: Iterable[str] = ()) -> Subject | None:
    """The rows that "it", "that one" or "them" means; `noun` is the kind of thing, if known."""
    wanted = frozenset(noun)
    for shown in recall(desk):
        fitting = [one for one in shown if _is_a(one, wanted)]
        if fitting:
            return _pick(fitting, said, desk)
    return None


def _pick(fitting: Sequence[Seen], said: Wording, desk: Desk) -> Subject:
    fitting = _closest_to(fitting, said)
    # A look at one thing in particular is what "it" means after a list and a look.
    seen = next((one for one in reversed(fitting) if len(one.rows) == 1), fitting[0])
    text = said.clause.answer or said.text
    if said.points_to_many or rows.by_position(seen.rows, text) is not None:
        seen = max(fitting, key=lambda one: len(one.rows))
    if (placed := rows.by_position(seen.rows, text)) is not None:
        return Subject(seen, (placed,))
    named = content(said.clause.answer) or said.names(seen.tool.noun)
    if named and (kept := rows.choose(seen.rows, named)).fitting:
        return Subject(seen, kept.fitting)
    touched = _touched(seen, desk)
    return Subject(seen, touched or seen.rows)


def _closest_to(fitting: Sequence[Seen], said: Wording) -> list[Seen]:
    """Those with most of the question's words among their fields: incidents are acknowledged,
    and the people on call are not."""
    scores = [len(set(said.stems) & (rows.fields(one.rows) | one.tool.noun)) for one in fitting]
    return [one for one, score in zip(fitting, scores, strict=True) if score == max(scores)]


def _touched(seen: Seen, desk: Desk) -> tuple[Row, ...]:
    """The row that the newest call with an id was about: what was just acknowledged, say."""
    for segment in reversed(desk.earlier):
        for done in reversed(segment.calls):
            values = {str(value) for value in done.call.arguments.values()}
            kept = tuple(row for row in seen.rows if _ids(row) & values)
            if len(kept) == 1:
                return kept
    return ()


def _ids(row: Row) -> set[str]:
    fields = ("id", "key", "identifier", "number", "uuid", "slug", "name")
    return {str(row[name]) for name in fields if row.get(name) is not None}


def _is_a(seen: Seen, noun: frozenset[str]) -> bool:
    return not noun or any(closest(word, seen.tool.noun) >= 0.7 for word in noun)


def _shown(segment: Segment, desk: Desk) -> list[Seen]:
    found = []
    for done in segment.calls:
        tool = desk.box.get(done.call.name)
        every = rows.of(done.data)
        if tool and tool.reads and every and not done.failed:
            found.append(Seen(tool, done.call, _narrowed(every, segment, tool, desk)))
    return found


def _narrowed(every: tuple[Row, ...], segment: Segment, tool: Tool, desk: Desk) -> tuple[Row, ...]:
    """The rows that the question named, as the answer showed them."""
    text = clauses.clean(segment.asked.text)
    clause = clauses.Clause(text, clauses.order(text, ()))
    said = wording.read(clause, desk.now, desk.timezone, segment.asked)
    every = tuple(mine.of(every, said.me))
    if not content(said.text):
        return every
    return tuple(rows.naming(every, said.names(tool.noun | tool.service | tool.lead))) or every
