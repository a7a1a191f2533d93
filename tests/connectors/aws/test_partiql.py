"""Statements that write, or could be read in two ways, never reach DynamoDB."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.aws_dynamodb import DynamoDB
from bot.connectors.aws_dynamodb.partiql import Select, read_only
from bot.connectors.aws_dynamodb.tokens import Refused
from tests.connectors.aws.conftest import mocked
from tests.connectors.helpers import Service, run

FOLDER = Path(__file__).parent


def corpus(name: str) -> list[str]:
    lines = (FOLDER / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


HOSTILE, HONEST = corpus("partiql_hostile.txt"), corpus("partiql_honest.txt")


def test_the_lists_are_as_long_as_promised() -> None:
    assert len(set(HOSTILE)) >= 30
    assert len(set(HONEST)) >= 15


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_hostile_statement_is_refused(statement: str) -> None:
    with pytest.raises(Refused, match="was not run"):
        read_only(statement)


@pytest.mark.parametrize("disguise", [str.lower, str.upper, str.swapcase])
@pytest.mark.parametrize("statement", HOSTILE)
def test_so_it_is_in_other_letters_and_on_other_lines(statement: str, disguise: object) -> None:
    with pytest.raises(Refused):
        read_only(disguise(statement).replace(" ", "\n\t"))  # type: ignore[operator]


@pytest.mark.parametrize("statement", HOSTILE[:10])
async def test_nothing_is_sent_then(statement: str) -> None:
    service = Service(AssertionError("a request was sent"))
    with pytest.raises(Refused):
        await run(mocked(DynamoDB, service), "run_partiql", statement=statement)
    assert service.requests == []


@pytest.mark.parametrize("statement", HONEST)
def test_an_honest_statement_passes_unchanged(statement: str) -> None:
    assert read_only(f"  {statement}\n").text == statement


def test_a_semicolon_at_the_end_is_left_out() -> None:
    assert read_only('SELECT * FROM "x" ; ').text == 'SELECT * FROM "x"'


def test_the_table_and_the_index_are_told() -> None:
    found = read_only('SELECT * FROM "my ""own"" table"."by_status"')
    assert found == Select(
        'SELECT * FROM "my ""own"" table"."by_status"', 'my "own" table', "by_status"
    )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM x", "DELETE does not only read"),
        ('SELECT * FROM "x" LIMIT 5', "has LIMIT, which DynamoDB does not know; at most 100"),
        ('SELECT COUNT(*) FROM "x"', "has an aggregate"),
        ('SELECT * FROM "x"; DELETE', "semicolon"),
        ('SELECT * FROM "x" WHERE a = ?', "placeholder"),
        ("SELECT value FROM x", 'write "value" in double quotes'),
        ("SELECT * FROM x WHERE sleep(1) = 1", "begins_with, contains, attribute_type and size"),
        ("SELECT * FROM x WHERE a = 'b", "quotation mark is not closed"),
        ("SELECT * FROM x WHERE a IS 5", "MISSING or NULL was expected"),
        ("SELECT * FROM x WHERE a = (SELECT 1", "a SELECT inside of another"),
        ("SELECT * FROM x WHERE " + "(" * 99 + "a" + ")" * 99, "nested too deeply"),
        ("SELECT * FROM x WHERE a = '" + "b" * 9000 + "'", "more than 8192 characters"),
        ("SELECT * FROM x WHERE a = 'b\x00'", "control character"),
        ("SELECT * FROM x WHERE a = {b: 1}", "must be texts in single quotes"),
    ],
)
def test_the_reason_says_what_to_do_instead(statement: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        read_only(statement)
    assert words in str(caught.value)


WORDS = st.sampled_from(
    [
        *("select", "from", "where", "delete", "insert", "into", "value", "update", "set"),
        *("exists", "and", "in", "not", "is", "null", "between", "order", "by", "begins_with"),
        *("*", "(", ")", "[", "]", "{", "}", "<<", ">>", ",", ".", "=", "-", ":", "a", '"t"'),
        *("'x'", "1", "'", '"', "--", "/*", "\\", ";", "\n"),
    ]
)


@given(st.lists(WORDS, max_size=25))
def test_whatever_passes_reads_one_table_and_writes_none(words: list[str]) -> None:
    """Any jumble is refused, or is one SELECT with no word that writes outside of its texts."""
    try:
        found = read_only(" ".join(words))
    except Refused:
        return
    bare = found.text.replace("'x'", "")
    assert bare.lower().split()[0] == "select"
    assert bare.lower().split().count("select") == 1
    assert not {"delete", "insert", "into", "update", "exists"} & set(bare.lower().split())
