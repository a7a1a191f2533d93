"""The stand-in connectors read a record, filter it and say what is not in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.connectors import catalogue
from bot.connectors.base import Access, Link
from bot.connectors.errors import Invalid, NotFound
from bot.connectors.results import Rows
from playground.evaluation.__main__ import COMMITTED
from playground.evaluation.installing import stand_ins
from playground.evaluation.sources import STAND_INS
from playground.evaluation.standins.cloudwatch import amount
from tests.playground.evaluation.test_scenarios import made

OOM = COMMITTED / "eks" / "001-oomkilled-crashloop"
OLD = COMMITTED / "eks" / "010-red-herring-old-rollout"
LAG = COMMITTED / "rds_postgres" / "006-replication-lag-cpu-redherring"
BY_SLUG = {one.slug: one for one in STAND_INS}


async def rows(folder: Path, tool: str, **arguments: Any) -> list[dict[str, Any]]:
    """What a tool gives when it is called as the gate does."""
    service = next(one for one in STAND_INS if tool.startswith(f"{one.slug}_"))
    verb = service.tools[tool.removeprefix(f"{service.slug}_")]
    connector = service(None, service.Settings(folder=str(folder)), Link(httpx.AsyncClient()))
    found = await verb.call(connector, verb.parse(arguments))
    assert isinstance(found, Rows)
    return list(found.rows)


async def test_pods_show_restarts_and_why_and_can_be_narrowed() -> None:
    every = await rows(OOM, "replayed_eks_list_pods")
    assert [row["restart_count"] for row in every] == [8, 0, 0]
    assert "OOMKilled" in every[0]["state"]
    assert await rows(OOM, "replayed_eks_list_pods", only_unready=True) == every[:1]
    assert await rows(OOM, "replayed_eks_list_pods", name="k2m4p") == every[1:2]
    assert await rows(OOM, "replayed_eks_list_pods", namespace="other") == []


async def test_a_pod_that_is_being_deleted_says_so() -> None:
    found = await rows(OLD, "replayed_eks_list_pods", only_unready=True)
    assert [row["deletion_timestamp"] for row in found] == ["2026-04-18T09:38:00Z"]


async def test_events_and_logs_are_filtered_by_text_and_time() -> None:
    found = await rows(OOM, "replayed_eks_list_events", contains="oomkilled")
    assert [row["reason"] for row in found] == ["BackOff"]
    early = await rows(OOM, "replayed_eks_list_events", end="2026-04-14T00:00:00Z")
    assert [row["reason"] for row in early] == ["FailedMount"]
    lines = await rows(OOM, "replayed_eks_read_pod_logs", contains="heap")
    assert len(lines) == 2
    assert await rows(OOM, "replayed_eks_read_pod_logs", pod="other") == []
    late = await rows(OOM, "replayed_eks_read_pod_logs", start="2026-04-18T10:45:10Z")
    assert "Memory cgroup out of memory" in late[0]["line"]
    logs = await rows(OLD, "replayed_datadog_search_logs", service="kubelet")
    assert ["graceful shutdown" in row["message"] for row in logs] == [True]


async def test_an_empty_period_is_refused() -> None:
    start, end = "2026-04-18T10:00:00Z", "2026-04-17T10:00:00Z"
    with pytest.raises(Invalid, match="empty"):
        await rows(OOM, "replayed_eks_list_events", start=start, end=end)


async def test_metrics_are_summed_up_and_shown_point_by_point() -> None:
    lag = (await rows(LAG, "replayed_cloudwatch_list_metrics", metric="ReplicaLag"))[0]
    assert (lag["first"], lag["most"], lag["most_at"]) == ("15", "1,248", "2026-03-27T10:17:00Z")
    points = await rows(
        LAG,
        "replayed_cloudwatch_get_metric",
        metric="ReplicaLag",
        start="2026-03-27T10:01:00Z",
        end="2026-03-27T10:02:00Z",
    )
    assert [row["value"] for row in points] == [42.0, 98.0]
    with pytest.raises(NotFound, match=r"There are: .*ReplicaLag"):
        await rows(LAG, "replayed_cloudwatch_get_metric", metric="Mood")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (214748364800, "Bytes", "215 GB"),
        (8218565.85, "Bytes/Second", "8.22 MB/s"),
        (0.021, "Seconds", "0.021"),
        (12840, "Count/Second", "12,840"),
        (0, "Bytes", "0 bytes"),
    ],
)
def test_amounts_can_be_read(value: float, unit: str, words: str) -> None:
    assert amount(value, unit) == words


async def test_what_the_database_did() -> None:
    queries = await rows(LAG, "replayed_rds_list_top_queries", contains="update")
    assert len(queries) == 1
    waits = await rows(LAG, "replayed_rds_list_wait_events")
    assert waits[0].keys() == {"wait", "type", "load"}
    assert {row["kind"] for row in await rows(LAG, "replayed_rds_list_top_sessions")} == {
        "user",
        "host",
    }


async def test_what_was_not_recorded_is_not_found_rather_than_empty() -> None:
    with pytest.raises(NotFound, match="no record of eks node health"):
        await rows(OOM, "replayed_eks_list_nodes")


async def test_the_alert_does_not_give_its_answer_away() -> None:
    for folder in (OOM, OLD, LAG):
        (row,) = await rows(folder, "replayed_alerts_list_alerts")
        assert not [name for name in row if name.endswith(("failure_mode", "pipeline_name"))]


async def test_telemetry_of_another_kind_is_in_the_archive(tmp_path: Path) -> None:
    made(
        tmp_path, queues={"queues": [{"name": "mail", "depth": 9}, {"name": "sms"}]}, flags={"a": 1}
    )
    tool = "replayed_archive_list_records"
    assert await rows(tmp_path, tool, source="queues", contains="mail") == [
        {"source": "queues", "name": "mail", "depth": 9}
    ]
    assert {row["source"] for row in await rows(tmp_path, tool)} == {"queues", "flags"}


@pytest.mark.parametrize("source", ["eks_pods", "aws_cloudwatch_metrics", "datadog_logs"])
@pytest.mark.parametrize("content", [{}, [], {"pods": None}, {"x": [{}]}, {"logs": [{"a": 1}]}])
async def test_a_record_of_an_unexpected_shape_gives_what_can_be_read(
    tmp_path: Path, source: str, content: Any
) -> None:
    made(tmp_path, **{source: content})
    tools = {
        "eks_pods": "replayed_eks_list_pods",
        "aws_cloudwatch_metrics": "replayed_cloudwatch_list_metrics",
        "datadog_logs": "replayed_datadog_search_logs",
    }
    assert len(await rows(tmp_path, tools[source])) <= 1


def test_stand_ins_only_read_and_are_in_the_catalogue_only_within() -> None:
    assert {tool.access for one in STAND_INS for tool in one.tools.values()} == {Access.READ}
    with stand_ins():
        assert set(BY_SLUG) <= set(catalogue.all_connectors())
    assert not set(BY_SLUG) & set(catalogue.all_connectors())
