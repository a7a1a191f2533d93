"""The words of a PartiQL statement.

Every character belongs to a token, or the statement is refused: what one reader takes for a text
and another for code is how guards are passed by.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.connectors.errors import Invalid

LONGEST = 8192
"""Characters of a statement, by the vendor's own model of the API."""


class Kind(enum.Enum):
    WORD = "word"
    NAME = "quoted name"
    TEXT = "text"
    NUMBER = "number"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True)
class Token:
    kind: Kind
    text: str

    def __str__(self) -> str:
        return "the end" if self.kind is Kind.END else self.text


class Refused(Invalid):
    """A statement that was not sent, because it is not plainly a SELECT."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(
            f"This statement was not run: {reason}.",
            remedy or "Only SELECT ... FROM one table is possible here; see the tool's examples.",
        )


_TOKEN = re.compile(
    r"""
      (?P<WORD>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<NAME>"(?:[^"]|"")+")
    | (?P<TEXT>'(?:[^']|'')*')
    | (?P<NUMBER>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_]))
    | (?P<SIGN><<|>>|<>|<=|>=|!=|[=<>+*,.:()\[\]{}-])
    """,
    re.VERBOSE,
)
_BLANK = re.compile(r"[ \t\r\n]+")


def tokens(statement: str) -> list[Token]:
    """The statement's tokens, ending with one of kind END.

    Raises:
        Refused: a character that has no place in a plain SELECT, or may be read in two ways.
    """
    if len(statement) > LONGEST:
        raise Refused(f"it has more than {LONGEST} characters", "Ask for fewer values at once.")
    return [*_tokens(statement), Token(Kind.END, "")]


def _tokens(statement: str) -> Iterator[Token]:
    at = 0
    while at < len(statement):
        if blank := _BLANK.match(statement, at):
            at = blank.end()
            continue
        found = _TOKEN.match(statement, at)
        if found is None or statement.startswith(("--", "/*"), at):
            raise _unknown(statement[at:])
        text = found[0]
        if text[0] in "'\"" and not _is_plain(text):
            raise Refused("it has a backslash or a control character in a text or name")
        yield Token(Kind[str(found.lastgroup)], text)
        at = found.end()


def _is_plain(text: str) -> bool:
    """Whether all readers agree on where it ends: none takes a backslash for an escape."""
    return "\\" not in text and all(
        character.isprintable() or character in "\t\r\n" for character in text
    )


def _unknown(rest: str) -> Refused:
    if rest.startswith(("--", "/*")):
        return Refused("it contains a comment", "Leave comments out.")
    if rest[0] in "'\"":
        return Refused("a quotation mark is not closed", "Double a quote inside a text: 'it''s'.")
    if rest[0] == ";":
        return Refused("a semicolon ends it", "Send one statement a call, without a semicolon.")
    if rest[0] == "?":
        return Refused("it has a placeholder", "Write the value itself into the statement.")
    if rest[0] == "`":
        return Refused("it has an Ion literal", "Write texts in '...' and names in \"...\".")
    return Refused(f"{rest[0]!r} cannot be understood there")
