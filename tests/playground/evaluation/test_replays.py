"""Recorded incidents, investigated end to end in the local workspace."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.agents.offline import OfflinePlanner
from playground.evaluation.__main__ import COMMITTED, SHARED, main
from playground.evaluation.actor import Actor
from playground.evaluation.installing import stand_ins
from playground.evaluation.judge import Call, Investigation, judge
from playground.evaluation.scenarios import Scenario, find, load
from playground.evaluation.table import printed
from playground.evaluation.theatre import PATIENCE, Theatre

SHARED_ONES = (
    "eks/001-oomkilled-crashloop",
    "eks/008-deployment-rollout-stuck",
    "eks/010-red-herring-old-rollout",
    "rds_postgres/000-healthy",
    "rds_postgres/001-replication-lag",
    "rds_postgres/002-connection-exhaustion",
    "rds_postgres/004-cpu-saturation-bad-query",
    "rds_postgres/006-replication-lag-cpu-redherring",
    "rds_postgres/009-dual-fault-connection-cpu",
    "rds_postgres/013-storage-recovery-false-alert",
)
"""Named so that a clone without them says what it did not play."""


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    made = Theatre(tmp_path_factory.mktemp("evaluation") / "data", extra={}, patience=PATIENCE)
    with stand_ins():
        asyncio.run(made.prepare())
        yield made


def shared(name: str) -> Scenario:
    if not (SHARED / name).is_dir():
        pytest.skip(f"the replayed incident {name} is not here: ../shared/scenarios has it")
    return load(SHARED / name)


committed = pytest.mark.parametrize("folder", find(COMMITTED), ids=lambda folder: folder.name)
not_committed = pytest.mark.parametrize(
    "name", [one for one in SHARED_ONES if not (COMMITTED / one).is_dir()]
)


@committed
async def test_the_script_gathers_everything_and_passes(theatre: Theatre, folder: Path) -> None:
    await plays_its_script(theatre, load(folder))


@not_committed
async def test_the_script_of_a_shared_incident(theatre: Theatre, name: str) -> None:
    await plays_its_script(theatre, shared(name))


async def plays_its_script(theatre: Theatre, scenario: Scenario) -> None:
    found = await theatre.play(scenario, Actor(scenario))
    score = judge(scenario, found)
    assert found.answer == scenario.answer.model_response
    assert (score.trouble, score.evidence.missing, score.refused.missing) == ("", (), ())
    assert score.category_right
    assert score.steps <= score.most_steps
    # A key's own answer may lack a word that the key requires; only then it does not pass.
    assert score.passed is score.words.complete


@committed
async def test_the_offline_planner_looks_everywhere_and_names_no_cause(
    theatre: Theatre, folder: Path
) -> None:
    await shows_the_facts(theatre, load(folder))


@not_committed
async def test_the_offline_planner_on_a_shared_incident(theatre: Theatre, name: str) -> None:
    await shows_the_facts(theatre, shared(name))


async def shows_the_facts(theatre: Theatre, scenario: Scenario) -> None:
    found = await theatre.play(scenario, OfflinePlanner())
    score = judge(scenario, found)
    # The incident itself first, then everything else at once.
    assert (score.trouble, score.evidence.missing, score.steps) == ("", (), 2)
    assert score.why_not == "names no root cause"
    assert "No language model is configured" in found.answer


def test_a_run_with_a_language_model_without_a_key_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "")
    assert main(["--scenarios", str(COMMITTED), "--model", "claude-sonnet-5-5"]) == 2
    assert "ANTHROPIC_API_KEY" in capsys.readouterr().err


def test_a_folder_of_ones_own_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine" / "queue-full"
    folder.mkdir(parents=True)
    (folder / "alert.json").write_text(json.dumps({"title": "Queue full"}))
    (folder / "queues.json").write_text(json.dumps({"queues": [{"name": "mail", "depth": 9000}]}))
    (folder / "answer.yml").write_text(
        "root_cause_category: resource_exhaustion\nrequired_keywords: [mail]\n"
        "required_evidence_sources: [queues]\n"
        "model_response: |\n  ROOT_CAUSE: The mail queue is full.\n"
        "  ROOT_CAUSE_CATEGORY: resource_exhaustion\n"
    )
    monkeypatch.setattr("playground.evaluation.__main__.FOLDER", tmp_path / "var")
    arguments = ["--scenarios", str(tmp_path / "mine"), "--json", "--model"]
    for model, passed in (("scripted", 1), ("offline", 0)):
        assert main([*arguments, model]) == 0
        (told,) = json.loads(capsys.readouterr().out)
        assert (told["model"], told["passed"]) == (model, passed)
        assert told["scenarios"][0]["evidence"]["missing"] == []
        assert told["scenarios"][0]["words"]["missing"] == []


def test_the_table_is_aligned_and_has_totals() -> None:
    scenario = load(find(COMMITTED)[0])
    calls = [Call("replayed_eks_list_pods")]
    scores = [
        judge(scenario, Investigation(scenario.answer.model_response, calls, steps=1)),
        judge(scenario, Investigation("nothing", steps=4, seconds=2.0)),
    ]
    lines = printed(scores, "some model").splitlines()
    assert lines[0] == "Model: some model"
    assert len({line.index("/", 30) for line in lines[4:6]}) == 1
    assert "4/3 over" in lines[5]
    assert lines[-1].startswith("2 scenarios")
    assert "1/2" in lines[-1]
