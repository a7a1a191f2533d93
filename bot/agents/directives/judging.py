"""Which rows a wish for an alert means: by their words and figures, or by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.agents.directives.environments import PRODUCTION, in_production, words_in
from bot.agents.directives.flagging import CannotFlag, flag, threshold_of
from bot.agents.directives.results import Row, Table, is_id, words_of

_FILLER = frozenset(
    "a an the any anything anyone anybody everything all each if when whenever on of in at for to"
    " is are be that which what it its this these there hits hit hitting affects affecting affected"
    " touching touches concerning about with has have our my me us please happens something and or"
    " incident incidents alert alerts channel person people team oncall call someone whoever"
    " environment environments".split()
)
_STILL_GOING_ON = frozenset("open opened unresolved ongoing active current still new now".split())
_OVER = frozenset("resolved closed recovered done fixed solved completed".split())
_MARK = re.compile(r"<[@#!][^<>]*>")


@dataclass(frozen=True)
class Judged:
    """What a wish for an alert came to: the rows that call for it, of which table."""

    rows: Sequence[Row]
    table: Table | None
    note: str = ""


def judge(tables: Sequence[Table], words: str) -> Judged:
    """The rows that "on anything hitting production" or "if anything is below 99%" means.

    Rows are taken by their own words and figures alone, and none that is over. Where no row names
    its environment, production is everything that names no other one, and the note says so.
    """
    words = _MARK.sub(" ", words)
    if threshold_of(words) is not None:
        try:
            flagged = flag(tables, words)
        except CannotFlag as why:
            return Judged((), None, f"I could not hold the results against it: {why}.")
        return Judged(flagged.rows, flagged.table)
    wanted = [one for one in words_of(words) if one not in _FILLER | _STILL_GOING_ON]
    for table in tables:
        judged = _in_table(table, wanted)
        if judged.rows:
            return judged
    said = ", ".join(f"“{one}”" for one in wanted)
    note = f"no row that is not over says {said}." if said and tables else ""
    return Judged((), tables[0] if tables else None, note)


def named(tables: Sequence[Table], names: Sequence[str]) -> Judged:
    """The rows that a language model names as those that call for an alert."""
    wanted = {one.casefold().strip() for one in names}
    for table in tables:
        rows = [row for row in table.rows if wanted & _names_of(row, table)]
        if rows:
            return Judged(rows, table)
    return Judged((), None)


def _names_of(row: Row, table: Table) -> set[str]:
    columns = [table.label, *(one for one in table.columns if is_id(one))]
    return {str(row[one]).casefold().strip() for one in columns if row.get(one) is not None}


def _in_table(table: Table, wanted: Sequence[str]) -> Judged:
    plain = {_root(one) for one in wanted if one not in PRODUCTION}
    rows: Sequence[Row] = table.rows
    if not {*wanted} & _OVER:
        rows = [row for row in rows if not _is_over(row)]
    note = ""
    if any(one in PRODUCTION for one in wanted):
        rows, note = in_production(rows)
    fitting = [row for row in rows if plain <= {_root(one) for one in words_in(row)}]
    return Judged(fitting, table, note)


def _is_over(row: Row) -> bool:
    states = {str(row.get(one) or "").casefold() for one in ("status", "state")}
    return bool(row.get("resolved_at") or states & _OVER)


def _root(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s)$", "", word) if len(word) > 4 else word
