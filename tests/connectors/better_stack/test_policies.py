"""Escalation policies and severities: who is told in which order, and how loudly."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.better_stack.shaping.people import step_words
from bot.connectors.results import Change
from playground.betterstack.server import Sandbox
from tests.connectors.helpers import look_ahead, rows, run


async def test_policies_are_told_step_by_step(stack: Any) -> None:
    found = await rows(stack, "list_escalation_policies")
    assert found[0] == {
        "id": "7001",
        "name": "Page the person on call, then everyone",
        "repeat_count": 2,
        "repeat_delay": "5 min",
        "steps": ["at once: current on call", "after 5 min: entire team"],
        "team": "Harbor",
    }


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            {
                "type": "escalation",
                "wait_until_time": "09:00",
                "wait_until_timezone": "UTC",
                "step_members": [{"type": "user", "email": "ana@x.example"}, {"type": "policy"}],
            },
            "at 09:00 UTC: user ana@x.example, policy",
        ),
        ({"type": "escalation"}, "at once: nobody"),
        ({"type": "time_branching", "policy_id": 1}, "time branching"),
    ],
)
def test_steps_of_any_kind_have_words(step: dict[str, Any], words: str) -> None:
    assert step_words(step) == words


async def test_severities_say_how_loud_they_are(stack: Any) -> None:
    found = {row["name"]: row["notified_by"] for row in await rows(stack, "list_severities")}
    assert found["Low"] == "e-mail, push notification"
    assert found["Critical"].endswith("critical alert")


async def test_a_policy_is_created_once(stack: Any, sandbox: Sandbox) -> None:
    steps = [{"type": "escalation", "wait_before": 60, "step_members": [{"type": "entire_team"}]}]
    asked: dict[str, Any] = {"name": "Everyone", "steps": steps, "repeat_count": 1}
    preview = await look_ahead(stack, "create_escalation_policy", **asked)
    assert list(preview.changes) == [
        Change("step 1", "", "after 1 min: entire team"),
        Change("repeats", "", "1 times"),
    ]
    await run(stack, "create_escalation_policy", **asked)
    assert sandbox.journal.writes()[0].body == {
        "name": "Everyone",
        "steps": steps,
        "repeat_count": 1,
        "repeat_delay": 0,
    }
    again = await look_ahead(stack, "create_escalation_policy", **asked)
    assert again.obstacle == "a policy of this name exists already"
    assert again.done
