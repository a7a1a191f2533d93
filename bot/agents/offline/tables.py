"""Rows as a table and a document as a list, in standard Markdown that reads well on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.agents.offline import rows
from bot.agents.offline.cells import NOTHING, cell, empty, escape, heading, linked
from bot.agents.offline.rows import LINKS, Row
from bot.agents.offline.words import EXACT, SYNONYM, closest, stem, tokens

MOST_COLUMNS = 6
MOST_ROWS = 20
MOST_FIELDS = 12
_TELLING = frozenset(
    stem(word)
    for word in """status state severity priority level started created occurred timestamp time
    acknowledged resolved assignee owner count amount total currency type kind service
    monitor environment last message email value""".split()
)


@dataclass(frozen=True)
class Reader:
    """Whom a table is for: the time zone, and the words of the question.

    `title` is what the lead says already.
    """

    now: datetime
    zone: tzinfo
    stems: frozenset[str] = frozenset()
    title: str = ""

    def cell(self, value: object, longest: int = 70) -> str:
        return cell(value, self.zone, self.now.astimezone(self.zone).date(), longest)

    def knows(self, value: object) -> bool:
        """Whether the lead has said the value already."""
        return not empty(value) and self.cell(value) in escape(self.title)


def table(found: Sequence[Row], reader: Reader) -> str:
    """At most 20 rows with their most telling columns; the name of a row is its link."""
    shown = found[:MOST_ROWS]
    columns = _columns(shown, reader)
    name = rows.label_field(shown)
    lines = [columns and [heading(column) for column in columns], ["---"] * len(columns)]
    lines += [[_named(row, column, name, reader) for column in columns] for row in shown]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fields(row: Row, reader: Reader) -> str:
    """One thing as a list of its fields, but for those that its lead has told already."""
    hidden = {_name(row), *LINKS, *told(row, reader)}
    ids = [name for name in row if (_name(row) or reader.title) and _is_id(name)]
    known = [name for name in row if reader.knows(row[name])]
    names = [one for one in row if not empty(row[one]) and one not in {*hidden, *ids, *known}]
    lines = [f"- **{heading(name)}:** {reader.cell(row[name], 300)}" for name in names]
    return "\n".join([line for line in lines if not line.endswith(f" {NOTHING}")][:MOST_FIELDS])


def called(row: Row, reader: Reader) -> str:
    """The row's name as a link to its page."""
    return linked(reader.cell(rows.label(row)), rows.link(row))


def answers(row: Row, reader: Reader) -> list[tuple[str, str]]:
    """What the question is really about: the fields that its words name, with their values."""
    values = [(name, row[name]) for name in told(row, reader)]
    return [
        (heading(name), "not set" if empty(value) else reader.cell(value)) for name, value in values
    ]


def told(row: Row, reader: Reader) -> list[str]:
    """The fields that belong into the lead: those asked for, or else a status or the figures."""
    rest = [one for one in row if one != _name(row) and one not in LINKS and not _is_id(one)]
    rest = [one for one in rest if not reader.knows(row[one])]
    exact = [one for one in rest if _asked(one, reader)]
    asked = exact or [one for one in rest if _asked(one, reader, SYNONYM)]
    status = [one for one in rest if one.lower() in ("status", "state")]
    figures = [one for one in rest if not _name(row) and not empty(row[one])]
    return (_by_question_word(asked, row, reader) or status or figures)[:3]


def _by_question_word(asked: list[str], row: Row, reader: Reader) -> list[str]:
    """Of the fields asked for, the people for "who" and the moments for "when"."""
    people = [one for one in asked if {"by", "owner", "assignee", "user"} & set(tokens(one))]
    times = [one for one in asked if rows.moment(row[one]) or one.endswith("_at")]
    if "who" in reader.stems and people:
        return people
    return times if "when" in reader.stems and times else asked


def _is_id(name: str) -> bool:
    return tokens(name)[-1:] in (["id"], ["uuid"])


def _name(row: Row) -> str:
    return rows.label_field([row]) if rows.has_label(row) else ""


def _named(row: Row, column: str, name: str, reader: Reader) -> str:
    text = reader.cell(row.get(column))
    return linked(text, rows.link(row)) if column == name else text


def _columns(shown: Sequence[Row], reader: Reader) -> list[str]:
    """The telling columns: the name first, the rest in the service's order."""
    every = list(dict.fromkeys(column for row in shown for column in row))
    name = rows.label_field(shown)
    rest = [one for one in every if one != name and one not in LINKS and _shows(shown, one)]
    ranked = sorted(rest, key=lambda one: -_worth(one, shown, reader))[: MOST_COLUMNS - 1]
    return [name, *(one for one in rest if one in ranked)]


def _shows(shown: Sequence[Row], column: str) -> bool:
    values = [row.get(column) for row in shown]
    if all(empty(value) for value in values):
        return False
    nested = any(isinstance(value, Mapping) and not rows.label(value) for value in values)
    same = len(shown) > 1 and len({str(value) for value in values}) == 1
    return not nested and not (same and isinstance(values[0], bool))


def _worth(column: str, shown: Sequence[Row], reader: Reader) -> float:
    words = {stem(word) for word in tokens(column)}
    values = [row.get(column) for row in shown]
    filled = sum(not empty(value) for value in values) / len(values)
    differs = len({str(value) for value in values}) > 1
    long = any(isinstance(value, str) and len(value) > 120 for value in values)
    identifier = 2.5 if words & {"id", "uuid"} else 0.0
    worth = 3.0 * _asked(column, reader) + 2.0 * bool(words & _TELLING)
    return worth + filled + 0.5 * differs - long - identifier


def _asked(column: str, reader: Reader, least: float = EXACT) -> bool:
    words = [stem(word) for word in tokens(column)]
    return any(closest(word, reader.stems) >= least for word in words if len(word) > 2)
