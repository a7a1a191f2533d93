"""Reading scenarios by their shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from playground.evaluation.__main__ import COMMITTED, read
from playground.evaluation.scenarios import Scenario, ScenarioError, find, load
from playground.evaluation.sources import connectors_of
from playground.evaluation.theatre import incident_of

ALERT = {"title": "[synthetic-x] Queue full", "commonLabels": {"severity": "critical"}}


def write(folder: Path, name: str, content: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(content) if name.endswith(".yml") else json.dumps(content)
    (folder / name).write_text(text)


def made(folder: Path, about: dict[str, Any] | None = None, **files: Any) -> Scenario:
    """A scenario of these files, beside whatever is in its parent already."""
    write(folder, "alert.json", ALERT)
    write(folder, "answer.yml", {"root_cause_category": "healthy"})
    if about is not None:
        write(folder, "scenario.yml", about)
    for name, content in files.items():
        write(folder, f"{name}.json", content)
    return load(folder)


def test_an_alert_and_an_answer_are_enough(tmp_path: Path) -> None:
    found = made(tmp_path / "one")
    assert found.title == "Queue full"
    assert found.sources == {}
    assert found.answer.max_investigation_loops == 1
    assert [one.slug for one in connectors_of(found)] == ["replayed_alerts"]


def test_fields_may_be_single_words_missing_or_of_another_version(tmp_path: Path) -> None:
    made(tmp_path)
    key = {"required_keywords": "disk", "forbidden_keywords": None, "mood": "bright", 7: 8}
    write(tmp_path, "answer.yml", key)
    found = load(tmp_path).answer
    assert (found.required_keywords, found.forbidden_keywords) == (("disk",), ())


def test_a_base_lends_what_is_declared_and_not_there(tmp_path: Path) -> None:
    made(tmp_path / "base", {"failure_mode": "x"}, eks_pods={"pods": [1]}, eks_events={},
         secret={})  # fmt: skip
    about: dict[str, Any] = {"base": "base", "available_evidence": ["eks_pods", "eks_events"]}
    found = made(tmp_path / "one", about, eks_events={"warning_events": []})
    assert found.sources == {"eks_pods": {"pods": [1]}, "eks_events": {"warning_events": []}}
    assert found.failure_mode == "x"


@pytest.mark.parametrize("base", ["gone", "../elsewhere", "one", ""])
def test_a_base_that_cannot_lend_lends_nothing(tmp_path: Path, base: str) -> None:
    made(tmp_path / "elsewhere", eks_pods={})
    assert made(tmp_path / "suite" / "one", {"base": base}).sources == {}


def test_bases_that_lend_to_each_other_end(tmp_path: Path) -> None:
    made(tmp_path / "a", {"base": "b"}, x={})
    assert set(made(tmp_path / "b", {"base": "a"}, y={}).sources) == {"x", "y"}


def test_metrics_in_many_files_are_one_source(tmp_path: Path) -> None:
    parts: dict[str, Any] = {
        "m_envelope": {"period": 60},
        "m_CPU": {"id": "cpu"},
        "m_Disk": {"id": "disk"},
    }
    found = made(tmp_path, **parts)
    assert found.sources == {
        "m": {"period": 60, "metric_data_results": [{"id": "cpu"}, {"id": "disk"}]}
    }


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "eks_pods.json").write_text("{")
    with pytest.raises(ScenarioError, match=r"eks_pods\.json"):
        load(tmp_path)


NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_a_folder_without_scenarios_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no scenarios"):
        read(tmp_path)


def test_scenarios_are_found_at_any_depth(tmp_path: Path) -> None:
    made(tmp_path / "a" / "b" / "c")
    made(tmp_path / "d")
    assert find(tmp_path) == [tmp_path / "a" / "b" / "c", tmp_path / "d"]


def test_the_incident_tells_the_alert_and_nothing_that_gives_its_answer_away() -> None:
    for one in read(COMMITTED):
        incident = incident_of(one, NOW)
        asked = f"{incident.name} {incident.cause}"
        assert one.title in asked
        assert one.name.split("/")[1] not in asked
        assert "synthetic" not in asked
        assert "failure_mode" not in asked


def test_what_is_committed_comes_with_its_licence() -> None:
    notice = (COMMITTED / "NOTICE").read_text()
    assert "Apache License, Version 2.0" in notice
    assert len(read(COMMITTED)) == 4
