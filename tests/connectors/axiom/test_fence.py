"""A query never leaves its dataset. Tries each line of data/apl_fence.txt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.axiom.apl import held_inside
from bot.connectors.errors import Invalid

DATA = Path(__file__).parents[1] / "data" / "apl_fence.txt"


def lines(outcome: str) -> list[Any]:
    split = (line.partition("  ") for line in DATA.read_text().splitlines())
    return [
        pytest.param(query.strip().replace("\\n", "\n"), id=query.strip())
        for what, _, query in split
        if what == outcome
    ]


def test_the_list_is_long_enough() -> None:
    assert len(lines("refused")) >= 70
    assert len(lines("passes")) >= 30


@pytest.mark.parametrize("query", lines("refused"))
def test_what_leads_out_of_the_dataset_is_refused(query: str) -> None:
    with pytest.raises(Invalid, match="apl:"):
        held_inside(query, "web-logs", 101)


@pytest.mark.parametrize("query", lines("passes"))
def test_an_honest_query_passes(query: str) -> None:
    sent = held_inside(query, "web-logs", 101)
    assert sent.startswith("['web-logs']")
    assert sent.endswith("\n| limit 101")


def test_what_is_sent_has_no_comments_and_is_otherwise_the_same() -> None:
    sent = held_inside(
        "where a == 'x // y' // why\n| summarize n=count() by bin(_time, 1h)", "web-logs", 5
    )
    assert sent == (
        "['web-logs']\n| where a == 'x // y'\n| summarize n=count() by bin(_time, 1h)\n| limit 5"
    )


def test_what_is_sent_is_stable() -> None:
    for case in lines("passes"):
        sent = held_inside(case.values[0], "web-logs", 101)
        again = held_inside(sent, "web-logs", 101)
        assert again == f"{sent}\n| limit 101"


def test_a_refusal_names_the_dataset_that_can_be_read() -> None:
    with pytest.raises(Invalid, match="reads the dataset web-logs only"):
        held_inside("['other']", "web-logs", 101)


def test_a_very_long_query_is_refused() -> None:
    with pytest.raises(Invalid, match="20000 characters"):
        held_inside("where a == 1 " * 2000, "web-logs", 101)


@given(st.text(alphabet="ab|'\"[]()@\\\n /*;~.,-=in union web-logs", max_size=60))
def test_whatever_is_sent_begins_with_the_dataset_and_has_known_stages(query: str) -> None:
    try:
        sent = held_inside(query, "web-logs", 101)
    except Invalid:
        return
    assert sent.startswith("['web-logs']\n| ")
    assert held_inside(sent, "web-logs", 101)
