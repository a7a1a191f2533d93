"""Which row some words mean."""

from __future__ import annotations

import pytest

from bot.agents.offline import rows
from bot.agents.offline.schema import Param

FOUND = [
    {"id": 1, "name": "Checkout API", "cause": "Timeout for the payment"},
    {"id": 2, "name": "Checkout page", "cause": "Status 502", "tags": ["web"]},
    {"id": 3, "name": "Nightly backup", "owner": {"name": "Grace"}},
]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["checkout"], [1, 2]),
        (["checkout", "api"], [1]),
        (["chekout", "page"], [2]),
        (["backups"], [3]),
        (["back"], [3]),
        (["grace"], [3]),
        (["web"], [2]),
        (["502"], [2]),
        (["forecast"], []),  # "for" stands in a row, and says nothing
        (["payroll"], []),
        ([], [1, 2, 3]),
    ],
)
def test_words_choose_rows(words: list[str], ids: list[int]) -> None:
    assert [row["id"] for row in rows.choose(FOUND, words).fitting] == ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the second one", 2),
        ("2", 2),
        ("#3", 3),
        ("number 1", 1),
        ("the last one", 3),
        ("fourth one", None),
        ("the first 5 incidents", None),
        ("second thoughts", None),
    ],
)
def test_a_position_chooses_a_row(text: str, expected: int | None) -> None:
    row = rows.by_position(FOUND, text)
    assert (row["id"] if row else None) == expected


def test_the_latest_is_the_one_with_the_newest_moment() -> None:
    found = [{"id": n, "at": f"2026-03-0{n}T10:00:00Z"} for n in (1, 3, 2)]
    assert rows.by_position(found, "the latest incident") == found[1]
    assert rows.by_position(found, "the oldest") == found[0]


def test_a_row_gives_the_value_that_a_parameter_wants() -> None:
    row = {"id": 7, "incident_key": "INC-7", "name": "Out", "resolved": True}
    assert rows.identity(row, Param("incident_id", "string"), ["incident"]) == "7"
    assert rows.identity(row, Param("id", "integer"), ["incident"]) == 7
    assert rows.identity(row, Param("key", "string", pattern="^INC-"), ["incident"]) == "INC-7"
    assert rows.identity(row, Param("table", "string"), ["table"]) == "Out"
    assert rows.identity({"resolved": True}, Param("id", "integer"), []) is None


@pytest.mark.parametrize(
    ("row", "state", "expected"),
    [
        ({"status": "Acknowledged"}, "acknowledge", True),
        ({"acknowledged_at": "2026-03-04T10:00:00Z"}, "acknowledged", True),
        ({"acknowledged_at": None}, "acknowledged", False),
        ({"acknowledged_by": "Ada"}, "acknowledged", False),
        ({"paused": True}, "paused", True),
        ({"paused": False}, "paused", False),
    ],
)
def test_a_row_says_its_state(row: dict[str, object], state: str, expected: bool) -> None:
    assert rows.in_state(row, state) is expected
