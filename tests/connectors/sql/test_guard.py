"""Nothing gets past the read-only guard that is not known to only read."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.functions import ALLOWED, only_reads
from bot.connectors.sql.guard import MAX_LENGTH, guarded
from bot.connectors.sql.reading import only_reading
from bot.connectors.sql.rules import Refused, Rule
from tests.connectors.sql.corpus import Honest, Hostile, honest, hostile

HOSTILE = list(hostile())
HONEST = list(honest())

ALL_PARTS = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$\$.*?\$\$|\s+)""", re.DOTALL)
"""Texts, names in quotes, and spaces: what a mutation of spaces and letters must tell apart."""

SPACES = st.sampled_from([" ", "\t", "\n", "\r\n", "  ", "\xa0", "/**/", " /* x */ ", " -- x\n"])


def test_the_corpora_are_as_large_as_promised() -> None:
    assert len(HOSTILE) >= 150
    assert len(HONEST) >= 60
    assert {one.dialect for one in HOSTILE} == {one.dialect for one in HONEST} == set(Dialect)


@pytest.mark.parametrize("one", HOSTILE, ids=str)
def test_hostile_statements_are_refused_with_a_sentence_that_names_the_rule(one: Hostile) -> None:
    with pytest.raises(Refused) as caught:
        guarded(one.sql, one.dialect, 101)
    assert caught.value.rule is one.rule
    assert one.rule.sentence in str(caught.value)
    assert one.rule.remedy in str(caught.value)


def test_each_rule_is_tried() -> None:
    assert {one.rule for one in HOSTILE} >= set(Rule) - {Rule.LENGTH}


@pytest.mark.parametrize("one", HONEST, ids=str)
def test_honest_queries_pass_and_are_stable(one: Honest) -> None:
    once = guarded(one.sql, one.dialect, 101)
    assert guarded(once, one.dialect, 101) == once


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_hostile_statements_stay_refused_however_they_are_dressed(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(HOSTILE))
    dressed = "".join(
        data.draw(SPACES) if part.isspace() else _other_letters(data, part)
        for part in ALL_PARTS.split(one.sql)
        if part
    )
    before = data.draw(st.sampled_from(["", "/* x */ ", "-- x\n", "\n\t", "\ufeff"]))
    after = data.draw(st.sampled_from(["", ";", " -- x", " /* x */", "\n;\n"]))
    with pytest.raises(Refused):
        guarded(before + dressed + after, one.dialect, 101)


def _other_letters(data: st.DataObject, part: str) -> str:
    if part[0] in "'\"`$":
        return part
    change = data.draw(st.sampled_from([str.lower, str.upper, str.swapcase, str.title]))
    return change(part)


@pytest.mark.parametrize(
    "sql",
    [
        "select%20pg_sleep(10)",
        "select&#32;pg_sleep(10)",
        "select\u200b pg_sleep(10)",
        "ＳＥＬＥＣＴ pg_sleep(10)",
        "select ｐg_sleep(10)",
        "select pg_sleep\u0000(10)",
        "select pg_sleep\u200b(10)",
        "\x00delete from users",
        "select 1\u037e delete from users",
        "c2VsZWN0IHBnX3NsZWVwKDEwKQ==",
        "select 1 {% raw %} ; drop table users {% endraw %}",
    ],
)
@pytest.mark.parametrize("dialect", list(Dialect))
def test_encodings_open_nothing(sql: str, dialect: Dialect) -> None:
    with pytest.raises(Refused):
        guarded(sql, dialect, 101)


class TestWhatIsSent:
    def test_is_rendered_without_comments(self) -> None:
        sent = guarded("select 1 -- note\n, 2 /* another */", Dialect.POSTGRES, 101)
        assert sent == "SELECT 1, 2 LIMIT 101"

    @pytest.mark.parametrize(
        ("sql", "dialect", "end"),
        [
            ("select * from t", Dialect.POSTGRES, "LIMIT 101"),
            ("select * from t limit 5", Dialect.POSTGRES, "LIMIT 5"),
            ("select * from t limit 5000", Dialect.MYSQL, "LIMIT 101"),
            ("select * from t limit 10, 5000", Dialect.MYSQL, "LIMIT 101 OFFSET 10"),
            ("select * from t fetch first 500 rows only", Dialect.POSTGRES, "LIMIT 101"),
            ("select * from t limit all", Dialect.POSTGRES, "LIMIT 101"),
            ("select 1 union all select 2", Dialect.SQLITE, "LIMIT 101"),
            ("select a from t limit 2 by a", Dialect.CLICKHOUSE, "LIMIT 2 BY a LIMIT 101"),
            ("select 1 union all select 2 limit 5", Dialect.CLICKHOUSE, "AS result LIMIT 101"),
            ("select 1 limit 5 + 5", Dialect.POSTGRES, "AS result LIMIT 101"),
        ],
    )
    def test_asks_for_one_row_more_than_is_shown_and_never_for_all(
        self, sql: str, dialect: Dialect, end: str
    ) -> None:
        assert guarded(sql, dialect, 101).endswith(end)

    async def test_is_the_same_through_the_front_door(self) -> None:
        assert await only_reading("select 1", Dialect.SQLITE) == "SELECT 1 LIMIT 101"


class TestWhatCouldKeepTheGuardBusy:
    def test_a_long_text_is_refused_before_it_is_read(self) -> None:
        with pytest.raises(Refused) as caught:
            guarded("select " + "1," * MAX_LENGTH, Dialect.POSTGRES, 101)
        assert caught.value.rule is Rule.LENGTH

    @pytest.mark.parametrize(
        "sql",
        [
            "select " + "(" * 5000 + "1" + ")" * 5000,
            "select " + "case when 1 then " * 1000 + "1" + " end" * 1000,
            "select " + "[" * 3000 + "]" * 3000,
            "select " + "not " * 4000 + "1",
            "select " + "- " * 8000 + "1",
            "select 1" + " + 1" * 4500,
            "select 1 where " + "a = 1 or " * 2000 + "b",
            "select " + "f(" * 50 + ")" * 50,
            "select " + "(a, " * 50 + "1" + ")" * 50,
            "select * from " + "(select * from " * 50 + "t" + ")" * 50,
            "with " + ", ".join(f"t{i} as (select {i})" for i in range(700)) + " select 1",
            "select " + "interval " * 2000 + "'1'",
            "select " + "cast(" * 55 + "1" + " as int)" * 55,
            "select " + "x -> " * 3000 + "1",
        ],
    )
    @pytest.mark.parametrize("dialect", [Dialect.POSTGRES, Dialect.CLICKHOUSE])
    def test_twisted_queries_end_soon(self, sql: str, dialect: Dialect) -> None:
        began = time.process_time()
        with contextlib.suppress(Refused):
            guarded(sql[:MAX_LENGTH], dialect, 101)
        assert time.process_time() - began < 10


class TestTheListOfFunctions:
    @pytest.mark.parametrize("name", ["sum", "sumIf", "uniqExactArrayIf", "quantileTDigestState"])
    def test_knows_clickhouse_s_combinators(self, name: str) -> None:
        assert only_reads(name, Dialect.CLICKHOUSE)

    @pytest.mark.parametrize("name", ["if", "sleep", "sleepIf", "urlIf", "State", ""])
    def test_does_not_take_a_combinator_for_a_function(self, name: str) -> None:
        assert not only_reads(name, Dialect.CLICKHOUSE) or name == "if"

    def test_is_written_in_lower_case_and_without_doubles_of_danger(self) -> None:
        danger = re.compile(
            r"sleep|file|dblink|^lo_|^set_|setval|nextval|notify|(?<![cb])lock|http|exec"
        )
        for names in ALLOWED.values():
            assert all(name == name.lower() for name in names)
            assert [name for name in names if danger.search(name)] == []


def test_loading_the_connectors_loads_no_parser_and_no_driver() -> None:
    heavy = ("sqlglot", "psycopg", "aiomysql", "pymysql")
    code = (
        "import sys; from bot.connectors.catalogue import all_connectors; all_connectors(); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
