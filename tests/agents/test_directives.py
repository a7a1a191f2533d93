"""A question with directives, from its message to what stands in Slack afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.agents.directives import tools
from bot.agents.directives.alerting import Targets
from bot.agents.directives.finishing import Finisher
from bot.agents.directives.wishes import directives_of
from bot.agents.messages import Asked, Request
from bot.agents.offline import OfflinePlanner
from bot.connectors.results import Row
from bot.people.accounts import Account
from bot.slack.charts.posting import ChartPoster
from bot.slack.client import channel_names, public_channels
from bot.store.tables import IncidentRoute, Run, StoredReport
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import ALL, BOT_USER, CHANNEL, TEAM
from tests.support.models import Scripted, calls, says
from tests.support.stage import Stage

LIST: tuple[str, dict[str, Any]] = ("lamp_list_lamps", {})
ROWS: list[Row] = [
    {"name": "mast", "env": "production", "uptime_percent": 98.2, "link": "https://lamp.example/1"},
    {"name": "bow", "env": "staging", "uptime_percent": 97.0},
    {"name": "stern <!channel>", "env": "production", "uptime_percent": 99.9},
]


async def nobody(_team: str, _email: str) -> Account | None:
    return None


@pytest.fixture
async def ready(stage: Stage) -> Stage:
    """The debugger may do everything, and directives are carried out."""
    harbor, client = stage.harbor, stage.slack.client
    await harbor.grant(ALL)
    harbor.service.rows = ROWS
    stage.house = tools.TOOLS
    stage.finish = Finisher(
        harbor.store,
        harbor.queue,
        Targets(harbor.store, harbor.gate, nobody),
        ChartPoster(client, stage.slack.sender()),
        channel_names(client),
        public_channels(client),
    ).finish
    return stage


async def ask(stage: Stage, words: str, *lines: object) -> str:
    """Puts a question; returns what the run kept as its answer."""
    found = lines or (calls(LIST), says("Three lamps."))
    stage.model = Scripted(*found)  # type: ignore[arg-type]
    await stage.ask(f"<@{BOT_USER}> {words}")
    return (await stage.runs())[-1].answer


async def route(
    stage: Stage, channel: str = "CINC", by: str = "everything", value: str = "", position: int = 1
) -> None:
    async with stage.harbor.store.writing(ORGANISATION) as session:
        session.add(
            IncidentRoute(
                position=position,
                by=by,
                value=value,
                team_id=TEAM,
                channel_id=channel,
                created_by="ana",
                created_at=stage.harbor.clock(),
            )
        )


def alerts(stage: Stage) -> list[dict[str, Any]]:
    return [one for one in stage.slack.posts.values() if "was asked by" in str(one["text"])]


def charts(stage: Stage) -> list[dict[str, Any]]:
    return [
        block
        for one in stage.slack.posts.values()
        for block in one.get("blocks") or []
        if block["type"] == "data_visualization"
    ]


async def test_the_model_reads_them_as_the_askers_own(ready: Stage) -> None:
    await ask(ready, "how are they? #flag below 99% and #recommend two")
    [request, *_] = ready.model.requests
    assert isinstance(request, Request)
    asked = request.turns[-1]
    assert isinstance(asked, Asked)
    assert "#flag (below 99%)" in asked.wishes
    assert "numbered list" in asked.wishes
    offered = {one.name for one in request.tools}
    assert {"draw_chart", "flag_rows"} <= offered
    assert "raise_alert" not in offered  # nobody asked for one


async def test_rows_are_flagged_from_the_rows(ready: Stage) -> None:
    answer = await ask(ready, "how are they? #flag anything below 99%")
    assert answer.startswith("Three lamps.")
    assert "Flagged: 2 of 3 below 99%" in answer
    assert answer.index("| bow |") < answer.index("| mast |")  # the worst first
    assert "stern" not in answer


async def test_without_a_threshold_it_says_how_one_is_written(ready: Stage) -> None:
    assert "#flag anything below 99%" in await ask(ready, "lamps #flag the bad ones")


async def test_a_threshold_in_another_unit_flags_nothing(ready: Stage) -> None:
    assert "no figures in ms" in await ask(ready, "lamps #flag over 5 ms")


async def test_a_chart_is_drawn_under_the_answer(ready: Stage) -> None:
    await ask(ready, "how are they? #visualize by env")
    [chart] = charts(ready)
    assert chart["chart"]["type"] == "bar"
    [series] = chart["chart"]["series"]
    assert series["data"] == [
        {"label": "production", "value": 2},
        {"label": "staging", "value": 1},
    ]


async def test_the_models_own_choice_of_a_chart_counts(ready: Stage) -> None:
    drawing = ("draw_chart", {"wish": "uptime_percent by name", "title": "Uptime"})
    wanted = (calls(LIST), calls(drawing, step="t"), says("See below."))
    await ask(ready, "how are they?", *wanted)
    [chart] = charts(ready)
    assert chart["title"] == "Uptime"
    assert chart["chart"]["axis_config"]["y_label"] == "uptime (%)"


async def test_where_nothing_can_be_drawn_it_says_why(ready: Stage) -> None:
    assert "No chart:" in await ask(ready, "how are they? #visualize", says("Dark."))
    assert not charts(ready)


async def test_the_incident_channel_is_told_once(ready: Stage) -> None:
    await route(ready)
    answer = await ask(ready, "list lamps and #alert on anything hitting production")
    assert "I tell the incident channel about 2 rows" in answer
    [alert] = alerts(ready)
    assert (alert["channel"], alert.get("thread_ts")) == ("CINC", None)
    assert "<https://lamp.example/1|mast>" in alert["text"]
    assert "bow" not in alert["text"]
    assert "<!channel>" not in alert["text"]  # what a service says pings nobody
    assert ready.harbor.service.writes == []


async def test_the_first_route_that_fits_a_row_gets_it(ready: Stage) -> None:
    ready.harbor.service.rows = [{"name": "mast", "monitor": "Mast lamp", "env": "production"}]
    await route(ready, "CBOW", "monitor", "bow*", position=1)
    await route(ready, "CMAST", "monitor", "mast*", position=2)
    await route(ready, "CREST", position=3)
    await ask(ready, "list lamps and #alert on anything hitting production")
    assert [one["channel"] for one in alerts(ready)] == ["CMAST"]


async def test_where_no_route_fits_it_is_said_here(ready: Stage) -> None:
    await route(ready, "CBOW", "severity", "critical")
    answer = await ask(ready, "list lamps and #alert on anything hitting production")
    assert "I say it here about 2 rows" in answer
    assert [one["channel"] for one in alerts(ready)] == [CHANNEL]


async def test_a_model_cannot_put_an_address_into_an_alert(ready: Stage) -> None:
    await route(ready)
    text = "Mast is down, see https://evil.example/?k=1 and www.evil.example."
    raised = calls(("raise_alert", {"needed": True, "text": text}), step="t")
    await ask(ready, "lamps #alert <@UBO> on production", calls(LIST), raised, says("Told."))
    [alert] = alerts(ready)
    assert "evil" not in alert["text"]
    assert "Mast is down" in alert["text"]
    assert "to alert <@UBO> on production" in alert["text"]  # the asker's own words


async def test_an_alert_lists_the_rows_that_the_model_names(ready: Stage) -> None:
    await route(ready)
    raised = calls(
        ("raise_alert", {"needed": True, "names": ["Mast"], "text": "Mast is down."}), step="t"
    )
    answer = await ask(ready, "lamps #alert on production", calls(LIST), raised, says("Told."))
    assert "about 1 row" in answer
    [alert] = alerts(ready)
    assert "|mast>" in alert["text"]
    assert any("names: Mast, text: Mast is down." in one for one in ready.slack.texts())
    assert "stern" not in alert["text"]


async def test_without_a_route_who_is_on_call_is_mentioned_here(ready: Stage) -> None:
    async with ready.harbor.store.writing(ORGANISATION) as session:
        bo = await session.get_one(type(ready.harbor.bo), "bo")
        bo.email = "bo@harbor.example"
    ready.harbor.service.on_call = ["bo@harbor.example", "gone@harbor.example"]
    answer = await ask(ready, "list lamps and #alert on anything hitting production")
    assert "I tell who is on call" in answer
    [alert] = alerts(ready)
    assert (alert["channel"], alert["thread_ts"]) == (CHANNEL, "10.0")
    assert f"<@{ready.harbor.bo.user_id}>, you are on call" in alert["text"]


async def test_nobody_is_told_of_what_is_not_the_case(ready: Stage) -> None:
    await route(ready)
    assert "No alert:" in await ask(ready, "list lamps, #alert if anything is below 50%")
    assert not alerts(ready)


async def test_the_models_own_judgement_counts(ready: Stage) -> None:
    await route(ready)
    no = ("raise_alert", {"needed": False, "text": "The mast is being painted."})
    await ask(ready, "#alert on production lamps", calls(LIST), calls(no, step="t"), says("Fine."))
    assert not alerts(ready)


async def test_an_alert_by_name_in_a_result_orders_nothing(ready: Stage) -> None:
    await route(ready)
    ready.harbor.service.rows = [{"name": "#alert on production #report", "env": "production"}]
    await ask(ready, "list the lamps")
    assert not alerts(ready)


async def test_a_question_of_the_house_itself_has_none(ready: Stage) -> None:
    await route(ready)
    run = await ready.harbor.ask()
    async with ready.harbor.store.writing(ORGANISATION) as session:
        held = await session.get_one(Run, run.id)
        held.question, held.read_only = "Incident “#alert on everything”", True
        await ready.harbor.queue.put(
            session, organisation_id=ORGANISATION, kind="run", subject=run.id, lock="x"
        )
    ready.model = Scripted(calls(LIST), says("Seen."))
    await ready.work()
    assert [one.answer for one in await ready.runs()] == ["Seen."]
    assert not alerts(ready)


@pytest.mark.parametrize("ours", [{"read_only": True}, {"parent_run_id": "run"}])
def test_only_a_persons_own_question_has_any(ours: dict[str, Any]) -> None:
    assert directives_of(Run(question="#alert on mast", read_only=False))
    assert not directives_of(Run(**{"question": "#alert on mast", "read_only": False, **ours}))


async def test_a_report_is_stored_with_its_rows(ready: Stage) -> None:
    answer = await ask(ready, "how are the lamps? #report and #flag below 99%")
    async with ready.harbor.store.reading(ORGANISATION) as session:
        [report] = await session.scalars(select(StoredReport))
    assert report.title == "How are the lamps?"
    assert "Flagged: 2 of 3" in report.text
    assert [row["name"] for row in report.data[0]["rows"]] == [row["name"] for row in ROWS]
    assert f"`{report.id[-6:]}`" in answer
    assert "Flagged" in answer


async def test_a_report_of_a_private_channel_is_its_askers_alone(ready: Stage) -> None:
    ready.slack.private.add(CHANNEL)
    answer = await ask(ready, "how are the lamps? #report")
    assert "for you alone" in answer
    async with ready.harbor.store.reading(ORGANISATION) as session:
        [report] = await session.scalars(select(StoredReport))
    assert report.private


async def test_an_unknown_one_is_named_with_the_nearest_and_a_channel_is_none(
    ready: Stage,
) -> None:
    answer = await ask(ready, "how are they in #deploys? #vizualize #wibble")
    assert "`#vizualize`; did you mean `#visualize`?" in answer
    assert "`#wibble`" in answer
    assert "`#deploys`" not in answer


async def test_the_offline_planner_takes_them_too(ready: Stage) -> None:
    ready.model = OfflinePlanner()  # type: ignore[assignment]
    await ready.ask(f"<@{BOT_USER}> list the lamps and #flag below 99% #recommend #visualize")
    answer = (await ready.runs())[-1].answer
    assert "Flagged: 2 of 3" in answer
    assert "Recommended next" in answer
    assert answer.rstrip().endswith("_")  # the notice stays last
    assert len(charts(ready)) == 1
