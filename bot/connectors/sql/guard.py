"""The read-only guard: nothing reaches a SQL database that is not known to only read.

A query is taken apart into tokens, parsed, and walked; each part, each function and each table
must be known. What is sent is rendered from what was walked, without comments, and that text is
parsed and walked once more, so what the database gets is what was checked.

sqlglot reads some texts in another way than a database may (escapes in E'' texts and in quoted
names, say); those are refused. The connections set what the reading of texts depends on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from bot.connectors.sql import syntax
from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.functions import NEEDING_LAMBDA, only_reads
from bot.connectors.sql.grammar import DIALECTS
from bot.connectors.sql.limits import limited
from bot.connectors.sql.rules import Refused, Rule
from bot.connectors.sql.secrets import is_secret_table

MAX_LENGTH = 20_000
MAX_DEPTH = 60
"""Characters and open brackets of a query. Parsing takes time that grows with both."""

BEGINNINGS = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN, TokenType.VALUES})

_KINDS_OF_REFUSAL = (
    (syntax.WRITES, Rule.WRITES),
    (syntax.INTO, Rule.INTO),
    (syntax.LOCKS, Rule.LOCKS),
    (syntax.VARIABLES, Rule.VARIABLES),
    (syntax.HINTS, Rule.EXECUTABLE_COMMENT),
    (syntax.TEXTS, Rule.TEXT),
)


def guarded(sql: str, dialect: Dialect, most: int) -> str:
    """The query's text to send: the same meaning, at most `most` rows.

    Raises:
        Refused: naming the rule.
    """
    tree = limited(checked(sql, dialect), dialect, most)
    text = render(tree, dialect)
    if render(checked(text, dialect), dialect) != text:
        raise Refused(Rule.UNREADABLE)
    return text


def checked(sql: str, dialect: Dialect) -> exp.Query | exp.Values:
    """The parsed query, every part of which is known to only read.

    Raises:
        Refused: naming the rule.
    """
    if len(sql) > MAX_LENGTH:
        raise Refused(Rule.LENGTH)
    try:
        tokens = DIALECTS[dialect].tokenize(sql)
        _check_tokens(sql, tokens)
        tree = _parsed(sql, dialect)
        for node in tree.walk():
            _check_node(node, dialect)
        _check_calls(tree, dialect)
    except SqlglotError:
        raise Refused(Rule.UNREADABLE) from None
    except RecursionError:
        raise Refused(Rule.NESTING) from None
    return tree


def render(tree: exp.Expr, dialect: Dialect) -> str:
    return tree.sql(
        dialect=DIALECTS[dialect],
        comments=False,
        normalize_functions=False,
        unsupported_level=ErrorLevel.RAISE,
    )


def _parsed(sql: str, dialect: Dialect) -> exp.Query | exp.Values:
    found = [one for one in sqlglot.parse(sql, dialect=DIALECTS[dialect]) if one is not None]
    if len(found) != 1:
        raise Refused(Rule.ONE_STATEMENT)
    if isinstance(found[0], exp.DML):
        raise Refused(Rule.WRITES)
    if not isinstance(found[0], exp.Query | exp.Values):
        raise Refused(Rule.NOT_A_QUERY)
    return found[0]


_EXECUTED = re.compile(r"/\*(?:m?!|\+)", re.IGNORECASE)
"""The beginnings of comments that MySQL, MariaDB (`/*M!`) or a hint's reader does not skip."""


def _check_tokens(sql: str, tokens: list[Token]) -> None:
    if not tokens or tokens[0].token_type not in BEGINNINGS:
        raise Refused(Rule.NOT_A_QUERY)
    ends = [i for i, token in enumerate(tokens) if token.token_type is TokenType.SEMICOLON]
    if ends and any(t.token_type is not TokenType.SEMICOLON for t in tokens[ends[0] :]):
        raise Refused(Rule.ONE_STATEMENT)
    if any(token.token_type is TokenType.INTO for token in tokens):
        raise Refused(Rule.INTO)
    if any(_EXECUTED.search(gap) for gap in _between(sql, tokens)):
        raise Refused(Rule.EXECUTABLE_COMMENT)
    if _depth(tokens) > MAX_DEPTH:
        raise Refused(Rule.NESTING)


def _between(sql: str, tokens: list[Token]) -> Iterator[str]:
    """What stands before, between and after tokens: spaces and comments."""
    last = 0
    for token in tokens:
        yield sql[last : token.start]
        last = token.end + 1
    yield sql[last:]


def _depth(tokens: list[Token]) -> int:
    depth = deepest = 0
    for token in tokens:
        if token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.CASE):
            depth += 1
            deepest = max(deepest, depth)
        elif token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.END):
            depth -= 1
    return deepest


def _check_node(node: exp.Expr, dialect: Dialect) -> None:
    kind = type(node).__name__
    for kinds, rule in _KINDS_OF_REFUSAL:
        if kind in kinds:
            raise Refused(rule)
    if kind not in syntax.KNOWN:
        raise Refused(Rule.FUNCTION if isinstance(node, exp.Func) else Rule.SYNTAX, kind)
    if isinstance(node, exp.Query | exp.Table):
        _check_arguments(node)
    if isinstance(node, exp.Identifier | exp.Var):
        _check_name(node)
    elif isinstance(node, exp.Table):
        _check_table(node, dialect)
    elif isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
        raise Refused(Rule.FUNCTION, f"{node.this}.{node.expression.name}")
    elif isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        _check_function(str(node.name), dialect)
    elif isinstance(node, exp.Apply):
        _check_function(node.expression.name, dialect)


def _check_arguments(node: exp.Expr) -> None:
    if any(node.args.get(name) for name in syntax.FORBIDDEN_ARGUMENTS):
        raise Refused(Rule.SETTINGS)


def _check_name(name: exp.Expr) -> None:
    text = name.name
    if "\\" in text or any(ord(letter) < 32 for letter in text):
        raise Refused(Rule.TEXT)
    if not name.args.get("quoted") and text[:1] in ("$", "@", ":", "?"):
        raise Refused(Rule.VARIABLES)


def _check_table(table: exp.Table, dialect: Dialect) -> None:
    if is_secret_table(table.catalog, table.db, table.name, dialect):
        raise Refused(Rule.TABLE, ".".join(part for part in (table.db, table.name) if part))


def _check_function(name: str, dialect: Dialect) -> None:
    if not only_reads(name, dialect):
        raise Refused(Rule.FUNCTION, name)


WORDS_BEFORE_BRACKETS = frozenset(
    """
    all and any array as anti asof between by cube distinct else end except exists filter for
    from group having ilike in intersect into is join lateral like limit not offset on or order
    over prewhere qualify range recursive regexp replace returning rlike rollup rows sample select
    semi set sets similar some then to top totals union unnest using values when
    where window with within materialized global apply similar bernoulli system
    of columns path ordinality div mod xor interval current_timestamp current_time localtime
    localtimestamp index key force use ignore binary collate against escape separator step
    grouping glob match
    """.split()
)
"""Words of SQL that a bracket may follow without a call."""


def _check_calls(tree: exp.Expr, dialect: Dialect) -> None:
    """Looks at the text itself for `name(`, whatever the parser made of it."""
    text = render(tree, dialect)
    named = _names_with_columns(tree) | _types(tree, dialect)
    tokens = DIALECTS[dialect].tokenize(text)
    if dialect is Dialect.CLICKHOUSE:
        _check_lambdas(tokens)
    for token, following in pairwise(tokens):
        name = token.text.lower()
        if following.token_type is not TokenType.L_PAREN or not name[:1].isidentifier():
            continue
        if token.token_type is TokenType.STRING:
            continue
        if name not in named and not WORDS_BEFORE_BRACKETS.issuperset(name.split()):
            _check_function(name, dialect)


def _check_lambdas(tokens: list[Token]) -> None:
    for place, (token, following) in enumerate(pairwise(tokens)):
        calls = following.token_type is TokenType.L_PAREN
        if calls and token.text.lower() in NEEDING_LAMBDA:
            first, more = _first_argument(tokens[place + 2 :])
            if more and TokenType.ARROW not in first:
                raise Refused(Rule.FUNCTION, f"{token.text} without a lambda")


def _first_argument(tokens: list[Token]) -> tuple[list[TokenType], bool]:
    """The kinds of its tokens outside of brackets, and whether another argument follows."""
    depth = 0
    found: list[TokenType] = []
    for token in tokens:
        if depth == 0 and token.token_type in (TokenType.COMMA, TokenType.R_PAREN):
            return found, token.token_type is TokenType.COMMA
        depth += token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET)
        depth -= token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET)
        if depth == 0:
            found.append(token.token_type)
    return found, False


def _names_with_columns(tree: exp.Expr) -> set[str]:
    """Names of WITH and AS that a list of columns may follow: `AS t(a, b)`."""
    return {alias.name.lower() for alias in tree.find_all(exp.TableAlias)} | {
        window.name.lower() for window in tree.find_all(exp.Window)
    }


def _types(tree: exp.Expr, dialect: Dialect) -> set[str]:
    """The words of types: `DECIMAL(10, 2)`, `Nullable(String)`."""
    found: set[str] = set()
    for kind in tree.find_all(exp.DataType):
        text = kind.sql(DIALECTS[dialect]).lower()
        found |= {token.text for token in DIALECTS[dialect].tokenize(text)}
    return found
