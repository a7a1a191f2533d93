"""Charts are readable, bounded, and arrive in the best form that a workspace takes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.charts import Chart, Series, block, bounded
from bot.slack.charts.chart import MOST_BARS, MOST_POINTS, MOST_SERIES, figure
from bot.slack.charts.picture import COLOURS, png
from bot.slack.charts.posting import ChartPoster
from bot.slack.messages import Identity, Place
from playground.workspace.blockkit import check_message_blocks
from tests.support.slack import FakeSlack

PLACE = Place("C1", "1.0")
TONY = Identity("Tony", ":sparkles:")
BARS = Chart("bar", "Errors by status", ["500", "503"], [Series("count", [7, 4])], x_title="status")

values = st.one_of(st.none(), st.floats(-1e9, 1e9), st.integers(-(10**6), 10**6).map(float))


@st.composite
def any_chart(draw: st.DrawFn) -> Chart:
    labels = draw(st.lists(st.text(max_size=40), min_size=1, max_size=60))
    series = [
        Series(draw(st.text(max_size=30)), [draw(values) for _ in labels])
        for _ in range(draw(st.integers(1, 9)))
    ]
    return Chart(
        draw(st.sampled_from(["line", "bar"])),
        draw(st.text(min_size=1, max_size=90)) + "x",
        labels,
        series,
        x_title=draw(st.text(max_size=70)),
        unit=draw(st.sampled_from(["", "%", "ms"])),
        adds_up=draw(st.booleans()),
    )


@given(any_chart())
@settings(max_examples=60)
def test_any_chart_is_within_slacks_bounds(chart: Chart) -> None:
    kept = bounded(chart)
    assert len(kept.labels) <= (MOST_POINTS if kept.kind == "line" else MOST_BARS)
    assert len(kept.series) <= MOST_SERIES
    assert all(len(one.values) == len(kept.labels) for one in kept.series)
    assert len(set(kept.labels)) == len(kept.labels)
    for message in filter(None, (block.message(kept), block.table(kept))):
        assert message.text
        assert check_message_blocks(list(message.blocks), "/blocks", lambda _file: True) == []


def test_the_largest_stay_and_the_rest_is_other() -> None:
    names = [f"p{at:02}" for at in range(30)]
    kept = bounded(Chart("bar", "Errors", names, [Series("count", list(range(30)))]))
    assert kept.labels[-1] == "other"
    assert kept.labels[:-1] == names[-11:]
    assert sum(value or 0 for value in kept.series[0].values) == sum(range(30))
    assert "19 more" in kept.note


def test_shares_are_never_added_up() -> None:
    names = [f"p{at:02}" for at in range(30)]
    shares = Series("uptime", [90 + at / 10 for at in range(30)])
    kept = bounded(Chart("bar", "Uptime", names, [shares], unit="%", adds_up=False))
    assert "other" not in kept.labels
    assert max(value or 0 for value in kept.series[0].values) <= 100
    assert "18 more are left out" in kept.note


def test_many_points_in_time_are_put_together() -> None:
    times = [f"{at}" for at in range(100)]
    added = bounded(Chart("line", "Errors", times, [Series("n", [1.0] * 100)]))
    assert added.series[0].values == [5.0] * 20
    mean = bounded(Chart("line", "Speed", times, [Series("ms", [4.0] * 100)], adds_up=False))
    assert mean.series[0].values == [4.0] * 20


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (99.0004, "%", "99%"),
        (98.6528, "%", "98.65%"),
        (1234567, "", "1,234,567"),
        (30000.5, "ms", "30,000 ms"),
        (None, "", "–"),
        (0.25, "s", "0.25 s"),
    ],
)
def test_figures_read_well(value: float | None, unit: str, said: str) -> None:
    assert figure(value, unit) == said


def test_a_picture_is_a_png_of_a_readable_size() -> None:
    gaps = Chart(
        "line", "Speed", ["a", "b", "c"], [Series("us", [1, None, 3]), Series("eu", [2] * 3)]
    )
    for chart in (BARS, gaps, bounded(Chart("bar", "x", ["long name " * 3] * 9, BARS_OF_9))):
        drawn = png(chart)
        assert drawn.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", drawn[16:24])
        assert (width, height) == (1040, 720)


BARS_OF_9 = [Series("n", list(range(9)))]


def test_the_colours_stay_apart() -> None:
    assert len(set(COLOURS)) == MOST_SERIES


async def test_the_block_is_posted_under_the_agents_name() -> None:
    slack = FakeSlack()
    await ChartPoster(slack.client, slack.sender()).post(PLACE, BARS, TONY)
    [post] = slack.posts.values()
    assert post["blocks"][0]["type"] == "data_visualization"
    assert (post["thread_ts"], post["username"]) == ("1.0", "Tony")
    assert post["text"] == "Bar chart “Errors by status”: 500 7, 503 4."


async def test_a_workspace_without_the_block_gets_a_picture_and_is_remembered() -> None:
    slack = FakeSlack()
    slack.refuse = lambda method, said: "invalid_blocks" * bool(method == "chat_postMessage")
    poster = ChartPoster(slack.client, slack.sender())
    await poster.post(PLACE, BARS, TONY, team_id="T1")
    await poster.post(PLACE, BARS, TONY, team_id="T1")
    assert len(slack.of("chat_postMessage")) == 1
    first, second = slack.of("files_upload_v2")
    assert first == second
    assert first["content"].startswith(b"\x89PNG")
    assert first["alt_txt"] == BARS.alt
    assert (first["channel"], first["thread_ts"]) == ("C1", "1.0")


async def test_without_pictures_either_the_figures_stand_as_text() -> None:
    slack = FakeSlack()

    def refuse(method: str, said: dict[str, object]) -> str:
        if method == "files_upload_v2":
            return "missing_scope"
        return "invalid_blocks" if "data_visualization" in str(said.get("blocks")) else ""

    slack.refuse = refuse
    poster = ChartPoster(slack.client, slack.sender())
    await poster.post(PLACE, BARS, TONY)
    [post] = slack.posts.values()
    assert "500  7" in post["blocks"][0]["text"]["text"]
    assert post["text"] == BARS.alt


async def test_a_fault_of_slack_is_no_reason_to_do_without_the_block_for_good() -> None:
    slack = FakeSlack()
    slack.refuse = lambda method, said: "internal_error" * bool(method == "chat_postMessage")
    poster = ChartPoster(slack.client, slack.sender())
    await poster.post(PLACE, BARS, TONY, team_id="T1")
    assert len(slack.of("files_upload_v2")) == 1
    slack.refuse = lambda _method, _said: ""
    await poster.post(PLACE, BARS, TONY, team_id="T1")
    assert len(slack.posts) == 1


async def test_where_slack_takes_nothing_at_all_the_answer_still_stands() -> None:
    slack = FakeSlack()
    slack.refuse = lambda _method, _said: "internal_error"
    await ChartPoster(slack.client, slack.sender()).post(PLACE, BARS, TONY)
    assert not slack.posts


async def test_what_cannot_be_drawn_is_told_in_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_chart: Chart) -> bytes:
        raise ValueError("no font")

    monkeypatch.setattr("bot.slack.charts.picture.png", broken)
    slack = FakeSlack()
    slack.refuse = lambda _method, said: "invalid_blocks" * ("data_vis" in str(said.get("blocks")))
    await ChartPoster(slack.client, slack.sender()).post(PLACE, BARS, TONY)
    [post] = slack.posts.values()
    assert "500  7" in post["blocks"][0]["text"]["text"]


async def test_gaps_are_drawn_as_a_picture() -> None:
    slack = FakeSlack()
    gaps = Chart("line", "Speed", ["a", "b", "c"], [Series("us", [1, None, 3])])
    await ChartPoster(slack.client, slack.sender()).post(PLACE, gaps)
    assert not slack.posts
    assert len(slack.of("files_upload_v2")) == 1
