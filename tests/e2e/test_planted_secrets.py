"""A tour with a language model, careless people and a careless service: no secret gets about.

What the stage itself planted is searched for after every end-to-end test (`planted.py`). Here the
requests to the model are searched as well, and somebody pastes a key into the chat.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from playground.betterstack.faults import Fault, Kind
from tests.agents.models.fake_anthropic import (
    FakeAnthropic,
    calling,
    echoes_key,
    says,
    streams,
    tool_use,
)
from tests.e2e.planted import PLANTED, keys_in
from tests.e2e.stage import Stage, spoken, staged

pytestmark = pytest.mark.e2e

MODEL_KEY = "sk-ant-api03-" + "Zk3vQ9xT7mB1cR5w" * 2
PASTED = "ghp_" + "a8Kq2Lw9Zx4Vn7Bt3My6Rd1Hs5Jf0Gp8Ue2C"
CARELESS = {"the model's key": MODEL_KEY, "the key that Bo pasted": PASTED}


@dataclass
class Tour:
    stage: Stage
    model: FakeAnthropic
    folder: Path

    async def ask(self, question: str, *, of: str = "ana", thread: str = "") -> str:
        """Asks, waits for the end of the run, and returns the thread."""
        ts = self.stage.say(of, question, thread=thread)
        await self.stage.answer(thread or ts)
        return thread or ts


@pytest.fixture
async def tour(tmp_path: Path) -> AsyncIterator[Tour]:
    model = FakeAnthropic()
    async with model.serving():
        extra = {"ANTHROPIC_API_KEY": MODEL_KEY, "ANTHROPIC_BASE_URL": model.url}
        async with staged(tmp_path, extra=extra, planted=CARELESS) as stage:
            yield Tour(stage, model, tmp_path)


async def test_no_secret_reaches_the_model_slack_the_log_or_the_database(tour: Tour) -> None:
    listing = calling(tool_use("t1", "better_stack_list_incidents", json.dumps({})))
    reading = calling(tool_use("t2", "better_stack_list_heartbeats", json.dumps({})))
    tour.model.plays(streams(listing), streams(reading), says("Two incidents are open."))
    thread = await tour.ask("@debugger what is open?")
    assert "Two incidents are open" in spoken(await tour.stage.expect("Two inc", thread=thread))

    # A service that is down, and a provider whose error quotes the key and the whole request.
    tour.stage.sandbox.faults.add(Fault(kind=Kind.BAD_GATEWAY, times=9))
    tour.model.plays(streams(listing), echoes_key(400))
    await tour.ask("@debugger what is open now?")
    tour.stage.sandbox.faults.clear()

    acknowledging = calling(
        tool_use("t3", "better_stack_acknowledge_incident", json.dumps({"incident_id": "5101"}))
    )
    tour.model.plays(streams(acknowledging), says("It is acknowledged."))
    thread = tour.stage.say("ana", "@debugger acknowledge the checkout incident")
    await tour.stage.press("ana", await tour.stage.card(thread), "approve")
    await tour.stage.expect("It is acknowledged.", thread=thread)

    tour.model.plays(says("I have looked at it."))
    pasted = tour.stage.say("bo", f"@debugger what may this token do? {PASTED}")
    await tour.stage.until(lambda: _told(tour, "bo", "GitHub"))
    await tour.stage.expect("I have looked at it.", thread=pasted)
    await tour.stage.workspace.command("ana", "#incidents", "/ops connections test Demo")
    await tour.stage.workspace.command("ana", "#incidents", f"/ops audit {PASTED}")
    assert "whole" in await tour.stage.bot.command("audit", "verify")
    exported = await tour.stage.bot.command("audit", "export")
    await tour.stage.bot.command("keys", "rotate")

    requests = json.dumps([one.body for one in tour.model.seen])
    assert "list_incidents" in requests
    secrets = {**PLANTED, **CARELESS, **keys_in(tour.folder)}
    for where, text in {"the model's input": requests, "the export": exported}.items():
        assert [name for name, secret in secrets.items() if secret in text] == [], where


def _told(tour: Tour, user: str, words: str) -> bool:
    return any(words in spoken(one) for one in tour.stage.workspace.ephemerals(user))
