"""The same evaluation with a language model behind its provider's interface."""

from __future__ import annotations

import json
from pathlib import Path

from bot.connectors.catalogue import all_connectors
from playground.evaluation.__main__ import COMMITTED, evaluate
from playground.evaluation.scenarios import load
from playground.evaluation.sources import calls_for, sources_of
from tests.agents.models import fake_anthropic as anthropic
from tests.agents.models.conftest import fake
from tests.agents.models.support import KEY

__all__ = ["fake"]

SCENARIO = load(COMMITTED / "eks" / "010-red-herring-old-rollout")
ANSWER = (
    "Nothing is wrong now: the pod belongs to the old ReplicaSet of a finished rollout.\n\n"
    "ROOT_CAUSE: An old pod is torn down after a rollout.\nROOT_CAUSE_CATEGORY: healthy"
)


async def test_a_model_with_a_key_investigates_through_the_same_door(
    fake: anthropic.FakeAnthropic, tmp_path: Path
) -> None:
    tools = [
        tool
        for action in SCENARIO.answer.optimal_trajectory
        for source in sources_of(action, SCENARIO)
        for tool, _ in calls_for(source)
    ]
    calls = [anthropic.tool_use(f"toolu_{tool}", tool, "{}") for tool in tools]
    fake.plays(anthropic.streams(anthropic.calling(*calls)), anthropic.says(ANSWER))
    extra = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": fake.url}
    (score,) = await evaluate([SCENARIO], anthropic.MODEL, tmp_path / "data", extra)
    assert (score.passed, score.steps, score.evidence.missing) == (True, 1, ())
    first = fake.seen[0].body
    assert first["model"] == anthropic.MODEL
    assert {tool["name"] for tool in first["tools"]} >= set(tools)
    assert "Alerts come late" in json.dumps(first["system"])
    results = json.dumps(fake.last["messages"])
    assert "payments-api-6c4ab5d9c-old1" in results
    assert not any(name.startswith("replayed_") for name in all_connectors())
