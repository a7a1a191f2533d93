"""The guard for queries of Logs Insights: they stay in the log groups that the call names.

The language cannot write, but it can read elsewhere: SOURCE picks log groups by itself, `join`,
`appendcols` and `lookup` bring in others, and `unmask` shows what a data protection policy hides.

Whether a `/` begins a regular expression is not always plain. So what reads elsewhere is looked
for in the whole text, quoted or not, and only then is each command held against the list of those
that are harmless.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import re

from bot.connectors.errors import Invalid

LONGEST = 10_000
"""Characters of a query, by the vendor's own model of the API."""

COMMANDS = frozenset(
    """
    anomaly dedup diff display expand fields filldown fillmissing filter filterindex limit outlier
    parse pattern relevantfields sessionize sort stats unnest
    """.split()
)
ELSEWHERE = re.compile(
    r"(?:^|[|(\[,\n\r])\s*(source|join|appendcols|append|union|lookup|subquery)(?![\w.@])"
    r"|\b(source)(?:\s*\(|\s+(?:log_?groups|data_?source|['\"\[/]))",
    re.IGNORECASE,
)
UNMASK = re.compile(r"\bunmask\s*\(|(?:^|\|)\s*unmask\b", re.IGNORECASE)
_QUOTED = re.compile(
    r"""
      "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*`
    | (?<=[\s(,=~])/(?:[^/\\\n]|\\.)+/(?=[\s),|]|$)      # a regular expression
    | \#[^\n]*
    """,
    re.VERBOSE | re.DOTALL,
)


class Refused(Invalid):
    """A query that was not sent."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"This query was not run: {reason}.", remedy)


def held_inside(query: str) -> str:
    """The query, if it reads only the log groups that it is sent with.

    Raises:
        Refused: saying which command leads elsewhere.
    """
    text = query.strip()
    if len(text) > LONGEST:
        raise Refused(f"it has more than {LONGEST} characters", "Ask for less at once.")
    if any(not character.isprintable() and character not in "\t\r\n" for character in text):
        raise Refused("it contains a control character", "Leave it out.")
    if found := ELSEWHERE.search(text):
        raise Refused(
            f"{found[1] or found[2]} may read other log groups than those of the call",
            "Name the log groups in log_groups instead. A field of that name goes into backticks.",
        )
    if UNMASK.search(text):
        raise Refused("unmask shows what a data protection policy hides", "Leave unmask out of it.")
    for command in _QUOTED.sub(" ", text).split("|"):
        _check(command.split())
    return text


def _check(words: list[str]) -> None:
    name = words[0] if words else "nothing"
    if name.lower() not in COMMANDS:
        raise Refused(
            f"it has {name[:40]!r} where a command belongs",
            "Between the | signs, use fields, filter, stats, sort, limit, parse, display, dedup, "
            "pattern, diff or unnest. Put texts with | into double quotes.",
        )
