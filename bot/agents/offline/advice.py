"""Follow-ups for `#recommend` without a language model: what the rows themselves leave open.

Each rests on something that a row says, and none of them is carried out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.agents.offline import rows
from bot.agents.offline.cells import escape
from bot.agents.offline.findings import Facts, Finding
from bot.agents.offline.lexicon import FINAL_STATES
from bot.agents.offline.rows import Row
from bot.agents.offline.tables import Reader, called

MOST = 5
_BROKEN = frozenset("down failed failing critical missing expired error broken".split())
_BY = ("monitor", "service", "cause", "name")


@dataclass(frozen=True)
class Advice:
    """One follow-up; the lowest rank is the most worthwhile."""

    rank: int
    text: str


def advise(findings: Sequence[Finding], reader: Reader) -> str:
    """Ranked follow-ups in Markdown, or why there are none."""
    found = [one for facts in findings if isinstance(facts, Facts) for one in _of(facts, reader)]
    unique = {one.text: one for one in sorted(found, key=lambda one: one.rank)}
    if not unique:
        return "**Recommended next:** nothing in these results is left open."
    lines = [f"{at}. {one}" for at, one in enumerate(list(unique)[:MOST], 1)]
    return "**Recommended next**\n\n" + "\n".join(lines)


def _of(facts: Facts, reader: Reader) -> Iterator[Advice]:
    for row in facts.rows:
        yield from _for_row(row, reader)
    yield from _comes_back(facts.rows)


def _for_row(row: Row, reader: Reader) -> Iterator[Advice]:
    name = f"**{called(row, reader)}**"
    since = _since(row, reader)
    if "acknowledged_at" in row and not _is_over(row):
        if not row["acknowledged_at"]:
            yield Advice(1, f"Acknowledge {name} and find its cause: nobody has{since}.")
        else:
            who = escape(str(row.get("acknowledged_by") or "whoever took it"))
            yield Advice(2, f"Ask {who} how far {name} is: acknowledged, and still open{since}.")
    elif _state(row) in _BROKEN:
        yield Advice(1, f"Look into {name}: it says “{escape(_state(row))}”.")
    elif _is_over(row) and row.get("cause"):
        lasted = f" after {escape(str(row['duration']))}" if row.get("duration") else ""
        cause = escape(str(row["cause"])).rstrip(".")
        yield Advice(4, f"Write down what fixed {name}, resolved{lasted}: {cause}.")


def _comes_back(every: Sequence[Row]) -> Iterator[Advice]:
    for field in _BY:
        often = Counter(str(row[field]) for row in every if row.get(field))
        again = [(name, count) for name, count in often.most_common(2) if count > 1]
        for name, count in again:
            yield Advice(
                3, f"Find out why **{escape(name)}** comes back: {count} of {len(every)} rows."
            )
        if again:
            return


def _is_over(row: Row) -> bool:
    return any(rows.in_state(row, one) for one in FINAL_STATES)


def _state(row: Row) -> str:
    return str(row.get("status") or row.get("state") or "").lower()


def _since(row: Row, reader: Reader) -> str:
    return f" since {reader.cell(row['started_at'])}" if row.get("started_at") else ""
