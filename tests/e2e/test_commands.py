"""`/ops` end to end: help, connections, access, subscriptions."""

import pytest

from tests.e2e.stage import Stage, spoken

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


def told(stage: Stage, user: str) -> str:
    return spoken(stage.workspace.ephemerals(user)[-1])


async def test_help_and_mistakes_are_answered_privately(shared_stage: Stage) -> None:
    await shared_stage.workspace.command("ana", "#incidents", "/ops help")
    assert "/ops connections" in told(shared_stage, "ana")
    await shared_stage.workspace.command("ana", "#incidents", "/ops conections")
    assert "Did you mean `/ops connections`?" in told(shared_stage, "ana")
    assert shared_stage.workspace.messages("#incidents") == [] or all(
        not one.get("bot_id") for one in shared_stage.workspace.messages("#incidents")
    )


async def test_connections_shows_better_stack_in_green(shared_stage: Stage) -> None:
    await shared_stage.workspace.command("ana", "#incidents", "/ops connections")
    assert ":large_green_circle: *Better Stack (Demo)*" in told(shared_stage, "ana")


async def test_taking_the_grant_away_changes_the_next_answer(stage: Stage) -> None:
    await stage.workspace.command("ana", "#incidents", "/ops access @debugger")
    view = stage.workspace.views("ana")[-1]
    block = next(
        one["block_id"] for one in view["blocks"] if one.get("block_id", "").startswith("incidents")
    )
    await stage.workspace.submit_view("ana", view["id"], {block: "off"})
    await stage.until(
        lambda: "new access" in " ".join(map(spoken, stage.workspace.ephemerals("ana")))
    )
    thread = stage.say("ana", "@debugger acknowledge the checkout incident")
    await stage.until(lambda: len(stage.bot_posts(thread)) == 2)
    assert "Checkout 5xx" not in " ".join(spoken(one) for one in stage.bot_posts(thread))
    assert stage.sandbox.journal.writes() == []


async def test_a_subscription_is_confirmed_and_a_report_comes_at_once(stage: Stage) -> None:
    await stage.workspace.command("ana", "#product", "/ops subscribe daily incidents at 09:00")
    assert "09:00 (Europe/Lisbon)" in told(stage, "ana")
    await stage.workspace.command("ana", "#product", "/ops subscribe incidents now")
    await stage.expect("Checkout 5xx", channel="#product")
    await stage.expect("Bo Chen", channel="#product")
