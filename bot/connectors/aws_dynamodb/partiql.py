"""The read-only guard for PartiQL: reads a statement by the grammar of DynamoDB's SELECT.

What the grammar below does not say is refused, so nothing has to be known about the many ways to
write. It is the documented subset:

    SELECT * | item, ... FROM table[.index] [WHERE condition] [ORDER BY key [ASC | DESC], ...]

EXISTS, which DynamoDB has for transactions, is a SELECT inside of a condition; it is refused as is
any other SELECT inside of one.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.connectors.aws_dynamodb.tokens import Kind, Refused, Token, tokens

FUNCTIONS = frozenset({"attribute_type", "begins_with", "contains", "missing", "size"})
COMPARISONS = frozenset({"=", "<>", "!=", "<", "<=", ">", ">="})
WRITING = frozenset(
    """
    insert update delete upsert replace set remove value values into create alter drop truncate
    returning conflict exists execute exec call merge begin commit rollback grant revoke
    """.split()
)
STRUCTURE = frozenset(
    """
    select from where order by asc desc and or not in between is missing null true false as at
    limit offset group having join inner left right full cross on union intersect except all
    distinct case when then else end cast with unpivot pivot let like escape count sum avg min max
    """.split()
)
NO_SUCH_PART = {
    "limit": "it has LIMIT, which DynamoDB does not know; at most 100 rows come back anyway",
    "group": "it has GROUP BY, which DynamoDB does not know; fetch the items and count them",
    "join": "it has a JOIN, which DynamoDB does not know; ask for each table in turn",
    "count": "it has an aggregate, which DynamoDB does not know; describe_table has a count",
}
DEEPEST = 40


@dataclass(frozen=True)
class Select:
    """A statement that may be sent, and what it reads."""

    text: str
    table: str
    index: str


def read_only(statement: str) -> Select:
    """The statement, if it is a plain SELECT. A semicolon at its end, a habit, is left out.

    Raises:
        Refused: saying what is wrong with it.
    """
    text = statement.strip().removesuffix(";").rstrip()
    table, index = _Parser(tokens(text)).statement()
    return Select(text, table, index)


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _is(self, *texts: str) -> bool:
        """Whether the next token is one of these words or signs."""
        token = self._next
        return token.kind in (Kind.WORD, Kind.SIGN) and token.text.lower() in texts

    def _accept(self, *texts: str) -> bool:
        if self._is(*texts):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(f"{text.upper()} was expected")

    def _unexpected(self, expected: str = "") -> Refused:
        word = self._next.text.lower() if self._next.kind is Kind.WORD else ""
        if word in WRITING:
            return Refused(f"{word.upper()} does not only read")
        if word == "select":
            return Refused("it has a SELECT inside of another", "Send each SELECT by itself.")
        if word in NO_SUCH_PART:
            return Refused(NO_SUCH_PART[word])
        because = f" ({expected})" if expected else ""
        return Refused(f"{self._next} cannot be understood there{because}")

    def statement(self) -> tuple[str, str]:
        self._expect("select")
        if not self._accept("*"):
            self._list(self._operand)
        self._expect("from")
        table, index = self._target()
        if self._accept("where"):
            self._condition()
        if self._accept("order"):
            self._expect("by")
            self._list(self._ordering)
        if self._next.kind is not Kind.END:
            raise self._unexpected()
        return table, index

    def _list(self, item: Callable[[], None]) -> None:
        item()
        while self._accept(","):
            item()

    def _target(self) -> tuple[str, str]:
        table = self._name()
        return table, self._name() if self._accept(".") else ""

    def _name(self) -> str:
        token = self._next
        if token.kind is Kind.NAME:
            return self._take().text[1:-1].replace('""', '"')
        if token.kind is not Kind.WORD or token.text.lower() == "select":
            raise self._unexpected("a name was expected")
        if token.text.lower() in WRITING | STRUCTURE:
            raise Refused(
                f"{token} is a reserved word and stands where a name belongs",
                f'If a name is meant, write "{token}" in double quotes.',
            )
        return self._take().text

    def _ordering(self) -> None:
        self._path()
        self._accept("asc", "desc")

    def _condition(self) -> None:
        self._nested(self._alternatives)

    def _nested(self, part: Callable[[], None]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused("it is nested too deeply to be checked")
        part()
        self._depth -= 1

    def _alternatives(self) -> None:
        self._negation()
        while self._accept("and", "or"):
            self._negation()

    def _negation(self) -> None:
        while self._accept("not"):
            pass
        self._predicate()

    def _predicate(self) -> None:
        self._operand()
        if self._accept(*COMPARISONS):
            self._operand()
        elif self._accept("is"):
            self._accept("not")
            if not self._accept("missing", "null"):
                raise self._unexpected("MISSING or NULL was expected")
        else:
            self._range_or_set(negated=self._accept("not"))

    def _range_or_set(self, *, negated: bool) -> None:
        if self._accept("between"):
            self._operand()
            self._expect("and")
            self._operand()
        elif self._accept("in"):
            if not self._is("[", "("):
                raise self._unexpected("a list of values was expected")
            self._operand()
        elif negated:
            raise self._unexpected("BETWEEN or IN was expected")

    def _operand(self) -> None:
        self._nested(self._sum)

    def _sum(self) -> None:
        self._term()
        while self._accept("+", "-"):
            self._term()

    def _term(self) -> None:
        while self._accept("-", "+"):
            pass
        if self._next.kind in (Kind.TEXT, Kind.NUMBER):
            self._take()
        elif not (self._accept("true", "false", "null") or self._bracketed() or self._call()):
            self._path()

    def _bracketed(self) -> bool:
        if self._accept("["):
            self._until("]", self._operand)
        elif self._accept("<<"):
            self._until(">>", self._operand)
        elif self._accept("{"):
            self._until("}", self._pair)
        elif self._accept("("):
            self._list(self._condition)
            self._expect(")")
        else:
            return False
        return True

    def _until(self, closing: str, item: Callable[[], None]) -> None:
        if not self._is(closing):
            self._list(item)
        self._expect(closing)

    def _pair(self) -> None:
        if self._take().kind is not Kind.TEXT:
            raise Refused("the keys of {...} must be texts in single quotes")
        self._expect(":")
        self._operand()

    def _call(self) -> bool:
        following = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        if self._next.kind is not Kind.WORD or following.text != "(" or self._is("in"):
            return False
        if self._next.text.lower() not in FUNCTIONS:
            if self._next.text.lower() in WRITING | STRUCTURE:
                raise self._unexpected()
            raise Refused(
                f"{self._next.text} is not one of the functions that DynamoDB has for reading",
                "There are begins_with, contains, attribute_type and size.",
            )
        self._at += 2
        self._until(")", self._operand)
        return True

    def _path(self) -> None:
        self._name()
        while True:
            if self._accept("."):
                self._name()
            elif self._is("[") and self._tokens[self._at + 1].kind is Kind.NUMBER:
                self._at += 2
                self._expect("]")
            else:
                return
