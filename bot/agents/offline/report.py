"""Laying out what was found, as Markdown: the lead first, then each result, then the notice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.agents.knowledge.recall import Passage
from bot.agents.offline import rows
from bot.agents.offline.cells import escape, linked
from bot.agents.offline.desk import Done
from bot.agents.offline.findings import (
    Facts,
    Failure,
    Finding,
    Note,
    Outcome,
    Passages,
    Question,
)
from bot.agents.offline.lexicon import LISTING_VERBS
from bot.agents.offline.rows import Row
from bot.agents.offline.tables import MOST_ROWS, Reader, answers, called, fields, table
from bot.agents.offline.toolbox import Tool

_MOST_CANDIDATES = 8
_LONGEST_PASSAGE = 1_200
_OUTCOMES = [
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (r"\b(?:denied|declined|rejected|not approved)\b", "Denied, nothing was sent"),
        (r"\b(?:expired|nobody decided|in time: nothing)\b", "Not decided, nothing was sent"),
        (r"\b(?:unknown|not known|unclear|may have|no result came)\b", "Not known if it was done"),
        (r"\bstill waits\b", "Waiting for a decision"),
        (r"\bnothing was sent\b", "Nothing was sent"),
        (r"\bnot done\b", "Not done"),
    )
]
"""What a write's result says where it was not simply done, the first that fits."""


def compose(findings: Sequence[Finding], reader: Reader, notice: str, *, more: str = "") -> str:
    """The whole answer. `more` is a last paragraph."""
    leads = [_lead(one, reader) for one in findings if not isinstance(one, Outcome)]
    outcomes = [_outcome(one) for one in findings if isinstance(one, Outcome)]
    done = "\n".join(f"- {one}" for one in outcomes) if len(outcomes) > 1 else "".join(outcomes)
    many = sum(isinstance(one, Facts) and bool(one.rows) for one in findings) > 1
    bodies = [body for one in findings if (body := _body(one, reader, titled=many))]
    return close([done, " ".join(leads), *bodies, more], notice)


def close(parts: Sequence[str], notice: str) -> str:
    """The parts as paragraphs, with the notice under them."""
    return "\n\n".join([*(part for part in parts if part), f"_{notice}_"])


def _lead(finding: Finding, reader: Reader) -> str:
    match finding:
        case Facts():
            return _facts_lead(finding, _for(finding, reader))
        case Outcome():
            return ""
        case Failure():
            return _failure(finding)
        case Question():
            return finding.text
        case Passages():
            return f"**What your team wrote about “{escape(finding.words)}”:**"
        case Note():
            return finding.text


def _for(facts: Facts, reader: Reader) -> Reader:
    """The reader with what this question was about, but for the words that name the things."""
    known = facts.tool.noun if facts.tool and _listed(facts) else frozenset[str]()
    title = "" if rows.is_table(facts.data) else str(facts.data.get("title") or "")
    return Reader(reader.now, reader.zone, facts.stems - known, title)


def _facts_lead(facts: Facts, reader: Reader) -> str:
    title = "" if _listed(facts) else _title(facts).casefold()
    filters = [escape(one) for one in facts.filters if escape(one).casefold() not in title]
    how = f" ({'; '.join(filters)})" if filters else ""
    if len(facts.rows) == 1:
        return _one_lead(facts, how, reader)
    return f"**{_counted(facts)}**{how}."


def _counted(facts: Facts) -> str:
    """How many there are, in the tool's own word for them or under the result's title."""
    shown, total = len(facts.rows), facts.total
    if not _listed(facts):
        return f"{_title(facts)}: {shown or 'nothing found'}{' rows' if shown > 1 else ''}"
    if shown < total:
        part = f"{shown} of" if shown else "None of the" if total > 1 else "Not that"
        return f"{part} {total if total > 1 or shown else ''} {_things(facts, total)}".replace(
            "  ", " "
        )
    if not shown:
        return f"No {_things(facts, 0)}"
    at_least = "At least " if facts.data.get("cut") and shown > 1 else ""
    return f"{at_least}{shown} {_things(facts, shown)}"


def _one_lead(facts: Facts, how: str, reader: Reader) -> str:
    """One thing by its name, with the fields that were asked for."""
    row, page = facts.rows[0], rows.link({"link": facts.data.get("link")})
    pairs = [f"{name[:1].lower()}{name[1:]}: **{value}**" for name, value in answers(row, reader)]
    said = ", ".join(pairs)
    if not _listed(facts) and not rows.is_table(facts.data):
        return f"**{linked(_title(facts), page)}**{how}{f' – {said}' if said else ''}."
    name = f"**{called(row, reader)}**" if rows.has_label(row) else ""
    told = " – ".join(part for part in (name, said) if part)
    head = _counted(facts) if _listed(facts) else _title(facts)
    return f"{head}{how}: {told}." if told else f"{head}{how}."


def _listed(facts: Facts) -> bool:
    """Whether the rows are a list of the things in the tool's name."""
    if facts.tool is None or not rows.is_table(facts.data):
        return False
    return facts.tool.name.verb in LISTING_VERBS and not facts.tool.language


def _things(facts: Facts, count: int) -> str:
    """What the rows are: the tool's own word for them."""
    if facts.tool is None:
        return "rows" if count != 1 else "row"
    things = facts.tool.name.things
    plural = things.endswith("s") and not things.endswith("ss")
    if count == 1:
        return facts.tool.name.thing if plural else f"{things} entry"
    return things if plural else f"{things} entries"


def _body(finding: Finding, reader: Reader, *, titled: bool) -> str:
    match finding:
        case Facts() if finding.rows or finding.notes:
            return _facts_body(finding, _for(finding, reader), titled=titled)
        case Question() if finding.rows:
            return _candidates(finding, reader)
        case Passages():
            return "\n\n".join(_passage(one) for one in finding.found)
        case _:
            return ""


def _passage(passage: Passage) -> str:
    """A passage under its place, line by line as it stands there."""
    clipped = passage.text[:_LONGEST_PASSAGE]
    lines = [f"> {escape(line)}" for line in clipped.splitlines() if line.strip()]
    more = "\n> …" if len(passage.text) > _LONGEST_PASSAGE else ""
    return f"**{escape(passage.place)}**\n\n" + "\n".join(lines) + more


def _facts_body(facts: Facts, reader: Reader, *, titled: bool) -> str:
    single = len(facts.rows) == 1
    shown = ""
    if facts.rows:
        shown = fields(facts.rows[0], reader) if single else table(facts.rows, reader)
    title = f"**{_section(facts)}**" if titled and shown else ""
    after = "\n\n".join(part for part in (" ".join(facts.notes), _rest(facts)) if part)
    gap = "\n\n" if title and not single else "\n"
    head = gap.join(part for part in (title, shown) if part)
    return "\n\n".join(part for part in (head, after) if part)


def _title(facts: Facts) -> str:
    """The result's own title, or the tool's word for the things."""
    things = facts.tool.name.things if facts.tool else facts.done.call.name.replace("_", " ")
    return escape(str(facts.data.get("title") or things[:1].upper() + things[1:]))[:80]


def _section(facts: Facts) -> str:
    things = _things(facts, 2)
    title = escape(things[:1].upper() + things[1:]) if _listed(facts) else _title(facts)
    service = facts.tool.name.title if facts.tool else ""
    home = str(facts.done.call.arguments.get("connection", ""))
    return " · ".join(part for part in (title, escape(service), escape(home)) if part)


def _rest(facts: Facts) -> str:
    """What is not shown, and where it is."""
    said = []
    if len(facts.rows) > MOST_ROWS:
        said.append(f"Shown are the first {MOST_ROWS} of {len(facts.rows)}.")
    if cut := str(facts.data.get("cut") or ""):
        said.append(f"Cut: {escape(cut).rstrip('.')}.")
    page = rows.link({"link": facts.data.get("link")})
    if page and (len(facts.rows) != 1 or rows.is_table(facts.data)):
        said.append(linked("Open in the service", page) + ".")
    return " ".join(said)


def _candidates(question: Question, reader: Reader) -> str:
    lines = []
    for number, row in enumerate(question.rows[:_MOST_CANDIDATES], 1):
        lines.append(f"{number}. {called(row, reader)}{_hint(row, reader)}")
    left = len(question.rows) - _MOST_CANDIDATES
    if left > 0:
        lines.append(f"\n… and {left} more. Name it with a word of its title.")
    return "\n".join(lines)


def _hint(row: Row, reader: Reader) -> str:
    """What tells rows of the same name apart: the status and the newest moment."""
    status = next((row[one] for one in ("status", "state", "severity") if row.get(one)), None)
    moment = next((value for value in row.values() if rows.moment(value)), None)
    words = [reader.cell(one) for one in (status, moment) if one is not None]
    return f" – {', '.join(words)}" if words else ""


def _failure(failure: Failure) -> str:
    return f"**I could not {_action(failure.tool, failure.done)}:** {_reason(failure.done)}"


def _outcome(outcome: Outcome) -> str:
    """What became of a write. Only a result with values counts as done for certain."""
    text, what = _reason(outcome.done), _what(outcome)
    if outcome.done.data is not None and not outcome.done.failed:
        return _done(outcome, what, text)
    for pattern, said in _OUTCOMES:
        if pattern.search(outcome.done.text[:200]):
            return f"**{said}** ({what}). {text}"
    if outcome.done.failed:
        return f"**Not done** ({what}). {text}"
    known = not outcome.target or escape(outcome.target) in text
    told = text if known and text else f"{what[:1].upper()}{what[1:]}: {text}"
    return f"{told}{_opened(outcome.link)}"


def _done(outcome: Outcome, what: str, text: str) -> str:
    data = outcome.done.data or {}
    title = escape(str(data.get("title") or "")) or what
    link = rows.link({"link": data.get("link")}) or outcome.link
    said = text if text.lower().startswith("done") else f"Done: {title.rstrip('.')}."
    head, colon, rest = said.partition(": ")
    return (f"**{head}:** {rest}" if colon else f"**{said}**") + _opened(link)


def _opened(link: str) -> str:
    return f" {linked('Open it', link)}." if link else ""


def _what(outcome: Outcome) -> str:
    name = f" “{escape(outcome.target)}”" if outcome.target else ""
    return f"{_action(outcome.tool, outcome.done)}{name}"


def _action(tool: Tool | None, done: Done) -> str:
    if tool is None:
        return escape(done.call.name.replace("_", " "))
    if not tool.name.verb or tool.name.verb in ("who", "what"):
        return f"look up {tool.name.things}"
    return tool.name.action


def _reason(done: Done) -> str:
    """The text of a result as one sentence, without the marks that fence it off."""
    plain = re.sub(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?>", " ", done.text)
    plain = re.sub(r"\s+", " ", plain).strip()
    plain = plain if len(plain) <= 300 else plain[:299].rsplit(" ", 1)[0] + "…"
    return escape(plain if plain.endswith((".", "!", "?", "…")) or not plain else f"{plain}.")
