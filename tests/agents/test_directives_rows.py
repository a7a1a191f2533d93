"""Charts, flags and alerts are worked out from rows, whatever those look like."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agents.directives.charting import NoChart, chart_of
from bot.agents.directives.environments import ASSUMED
from bot.agents.directives.flagging import CannotFlag, flag, threshold_of
from bot.agents.directives.judging import judge
from bot.agents.directives.results import Table, number, tables
from bot.slack.charts import bounded
from bot.store.tables import Step

LOGS: list[dict[str, Any]] = [
    {"time": f"2026-05-13T13:{at:02}:00Z", "status": (500, 502, 503, 500)[at % 4], "id": str(at)}
    for at in range(40)
]
MONITORS: list[dict[str, Any]] = [
    {"monitor": "Checkout", "monitor_id": "1", "availability_percent": 98.6},
    {"monitor": "Search", "monitor_id": "2", "availability_percent": 99.9},
    {"monitor": "Admin", "monitor_id": "3", "availability_percent": None},
]


def table(rows: list[dict[str, Any]], title: str = "Rows", cut: str = "") -> Table:
    return Table("lamp_list", title, rows, cut)


def step(*results: tuple[str, dict[str, Any], bool]) -> Step:
    calls = [
        {"id": str(at), "name": name, "arguments": {}} for at, (name, _, _) in enumerate(results)
    ]
    returned = {
        str(at): {"text": "", "data": data, "failed": failed}
        for at, (_, data, failed) in enumerate(results)
    }
    return Step(replied={"text": "", "calls": calls}, returned=returned)


# Results.


def test_documents_of_one_tool_are_one_table() -> None:
    found = tables(
        [
            step(
                ("sla", {"title": "Availability of A", "data": {"monitor": "A", "up": 1}}, False),
                ("sla", {"title": "Availability of B", "data": {"monitor": "B", "up": 2}}, False),
                ("sla", {"title": "broken", "data": None}, True),
                ("list", {"title": "Nothing", "rows": []}, False),
            )
        ]
    )
    [one] = found
    assert one.title == "Availability"
    assert [row["monitor"] for row in one.rows] == ["A", "B"]


@pytest.mark.parametrize(
    ("value", "figure"),
    [("99.95%", 99.95), ("1,234 ms", 1234.0), (7, 7.0), (True, None), ("v2", None), (None, None)],
)
def test_figures_are_read_as_people_write_them(value: Any, figure: float | None) -> None:
    assert number(value) == figure


# Charts.


def test_bars_by_a_column_that_is_called_nearly_so() -> None:
    chart = chart_of(table(LOGS, "Logs of api-gateway, 13:00 to 14:00"), "by status code")
    assert chart.kind == "bar"
    assert chart.title == "Logs of api-gateway by status"
    assert list(chart.labels) == ["500", "502", "503"]
    assert list(chart.series[0].values) == [20, 10, 10]


def test_a_count_that_the_service_made_is_not_counted_again() -> None:
    rows = [{"status": "500", "count": 70}, {"status": "503", "count": 4}]
    chart = chart_of(table(rows), "by status")
    assert list(chart.series[0].values) == [70, 4]
    assert chart.y_title == "count"


def test_lines_over_time_one_for_each_status() -> None:
    chart = chart_of(table(LOGS), "by status over time")
    assert chart.kind == "line"
    assert {one.name for one in chart.series} == {"500", "502", "503"}
    assert sum(value or 0 for one in chart.series for value in one.values) == 40


def test_a_measured_line_keeps_its_gaps_and_its_unit() -> None:
    rows = [
        {"at": "2026-05-13T13:00:00Z", "response_time_ms": 120.5},
        {"at": "2026-05-13T13:30:00Z", "response_time_ms": 99.0},
        {"at": "2026-05-13T14:00:00Z", "response_time_ms": 300.0},
    ]
    chart = chart_of(table(rows, "Response times"))
    assert (chart.kind, chart.unit, chart.adds_up) == ("line", "ms", False)
    assert list(chart.labels) == ["13:00", "13:30", "14:00"]


def test_shares_are_bars_by_name() -> None:
    chart = chart_of(table(MONITORS, "Availability"))
    assert (chart.kind, chart.unit) == ("bar", "%")
    assert (chart.title, chart.measure) == ("Availability", "availability (%)")
    assert list(chart.labels) == ["Search", "Checkout"]


def test_a_chart_of_a_part_says_so() -> None:
    chart = chart_of(table(LOGS, cut="Only the first 100."), "by status")
    assert "Only the first 100." in chart.note


def test_there_is_no_chart_of_nothing() -> None:
    nothing: list[list[dict[str, Any]]] = [[], [{"name": "only one"}]]
    for rows in nothing:
        with pytest.raises(NoChart):
            chart_of(table(rows))


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=12),
    st.sampled_from(["2026-05-13T13:00:00Z", "2026-05-14", "99%", "up", "down"]),
    st.lists(st.integers(), max_size=2),
)
names = st.sampled_from(["name", "status", "time", "count", "id", "availability_percent", "x y"])


@given(st.lists(st.dictionaries(names, cells, max_size=5), max_size=30), st.text(max_size=30))
def test_any_rows_give_a_chart_or_a_reason(rows: list[dict[str, Any]], wish: str) -> None:
    for words in (wish, "by status", "over time", "by name per day"):
        with suppress(NoChart):
            chart = bounded(chart_of(table(rows), words))
            assert chart.labels
            assert all(len(one.values) == len(chart.labels) for one in chart.series)


# Flags.


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("anything below 99%", "below 99%"),
        ("over 500ms", "above 500 ms"),
        ("slower than 2 seconds", "above 2 s"),
        ("availability under 99.9 percent", "below 99.9%"),
        ("> 3", "above 3"),
        ("at least 1,000 requests", "at least 1,000"),
        ("no more than 5", "at most 5"),
        ("above 5k", "above 5,000"),
        ("above 5M", "above 5,000,000"),
        ("slower than 5m", "above 5 min"),
        ("below 99,5%", "below 99.5%"),
        ("longer than 2h", "above 2 h"),
        ("fewer than or equal to 5", "at most 5"),
        ("over the last 24h below 99%", "below 99%"),
        ("anything not at 100%", "other than 100%"),
        ("exactly 0 checks", "exactly 0"),
    ],
)
def test_thresholds_in_plain_words(words: str, said: str) -> None:
    assert str(threshold_of(words)) == said


@pytest.mark.parametrize("words", ["5xx", "over 5xx", "under 1.5x", "moreover 5", "the bad ones"])
def test_what_is_no_threshold(words: str) -> None:
    assert threshold_of(words) is None


def test_times_are_compared_across_their_units() -> None:
    rows = [{"name": "a", "duration_seconds": 8000}, {"name": "b", "duration_seconds": 90}]
    assert flag([table(rows)], "longer than 2h").rows == rows[:1]
    assert flag([table(rows)], "longer than 100 ms").rows == rows


def test_shares_of_one_are_percent_too_but_are_not_written_so() -> None:
    rows = [{"name": "a", "availability": 0.9951}, {"name": "b", "availability": 0.98}]
    found = flag([table(rows)], "below 99%")
    assert (found.rows, found.unit) == (rows[1:], "")
    assert chart_of(table(rows)).unit == ""


def test_seconds_of_uptime_are_no_percent() -> None:
    for column, figure in (("uptime_seconds", 50), ("uptime", 86400)):
        with pytest.raises(CannotFlag, match="no figures in %"):
            flag([table([{"name": "a", column: figure}])], "below 99%")


def test_rows_without_a_figure_are_counted_apart() -> None:
    found = flag([table(MONITORS)], "anything below 99%")
    assert [row["monitor"] for row in found.rows] == ["Checkout"]
    assert found.without == 1


def test_the_threshold_picks_its_column_by_unit_and_by_name() -> None:
    rows = [{"name": "a", "checks": 3, "average_ms": 90.0, "slowest_ms": 2500.0}]
    assert flag([table(rows)], "slowest over 2s").column == "slowest_ms"
    assert flag([table(rows)], "slowest over 2s").rows == rows
    assert flag([table(rows)], "average over 2s").rows == []
    assert flag([table(rows)], "checks below 5").column == "checks"
    with pytest.raises(CannotFlag, match="no figures in %"):
        flag([table(rows)], "below 99%")


@given(st.lists(st.integers(0, 200), min_size=1), st.integers(0, 200))
def test_each_row_is_flagged_or_not_by_its_own_figure(figures: list[int], bound: int) -> None:
    rows = [{"name": f"n{at}", "count": one} for at, one in enumerate(figures)]
    below = flag([table(rows)], f"below {bound}")
    assert [row["count"] for row in below.rows] == [one for one in figures if one < bound]
    rest = flag([table(rows)], f"at least {bound}")
    assert [row["count"] for row in rest.rows] == [one for one in figures if one >= bound]


@given(st.text(max_size=60))
def test_any_words_give_a_threshold_or_none(words: str) -> None:
    threshold = threshold_of(words)
    assert threshold is None or str(threshold)


# Alerts.


def test_production_is_what_says_so() -> None:
    rows = [
        {"name": "checkout", "metadata": {"Environment": "Production"}},
        {"name": "checkout", "metadata": {"Environment": "staging"}},
    ]
    judged = judge([table(rows)], "on anything hitting production")
    assert judged.rows == rows[:1]
    assert not judged.note


def test_where_no_row_says_production_other_environments_are_left_out_and_that_is_said() -> None:
    rows = [{"name": "checkout"}, {"name": "checkout staging"}]
    judged = judge([table(rows)], "on anything hitting production")
    assert judged.rows == rows[:1]
    assert judged.note == ASSUMED


def test_other_words_must_all_be_there() -> None:
    rows = [{"name": "checkout", "cause": "timeouts"}, {"name": "search", "cause": "timeout"}]
    assert judge([table(rows)], "on any checkout timeout").rows == rows[:1]
    assert judge([table(rows)], "").rows == rows
    assert judge([], "on anything").rows == ()
    assert "“billing”" in judge([table(rows)], "on billing").note


def test_what_is_over_calls_for_no_alert_unless_it_is_asked_for() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "checkout", "status": "Started", "resolved_at": None},
        {"name": "search", "status": "Resolved", "resolved_at": "2026-05-13T13:00:00Z"},
    ]
    assert judge([table(rows)], "on anything hitting production").rows == rows[:1]
    assert judge([table(rows)], "the on-call person if an open incident is new").rows == rows[:1]
    assert judge([table(rows)], "when search is resolved").rows == rows[1:]


def test_people_and_channels_in_a_wish_are_no_words_of_rows() -> None:
    rows = [{"name": "checkout", "status": "down"}]
    assert judge([table(rows)], "<@U123> in <#C1|incidents> if down").rows == rows
