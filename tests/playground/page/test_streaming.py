"""An agent at work: answers that grow, steps that change, the line that says what it is doing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import save_picture
from tests.playground.page.conftest import Desk
from tests.playground.page.gallery import APP, ASKED, INCIDENTS, bot
from tests.playground.page.gallery_blocks import TASKS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def stream(text: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "message_changed",
        "channel": INCIDENTS,
        "message": bot(
            20, "", thread_ts=ASKED, markdown_text=text, streaming_state="in_progress", **more
        ),
    }


async def test_a_stream_grows_and_ends(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ASKED}")
    await desk.server.push(stream("Looking at **ref"))
    shown = desk.page.get_by_test_id("thread-pane").get_by_test_id("streamed")
    await shown.wait_for()
    assert await shown.get_attribute("aria-busy") == "true"
    await desk.server.push(stream("Looking at **refunds** now"))
    assert await shown.locator("b").inner_text() == "refunds"
    done = stream("Looking at **refunds** now")
    done["message"]["streaming_state"] = "completed"
    await desk.server.push(done)
    await desk.page.locator("[data-testid=streamed]:not([aria-busy])").nth(0).wait_for()
    assert await desk.page.locator("[data-streaming]").count() == 0


async def test_text_that_is_in_blocks_already_is_not_shown_twice(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ASKED}")
    card = {"type": "task_card", "task_id": "t1", "title": "Read the errors", "status": "complete"}
    both = stream(
        "The *answer*", tasks=TASKS, blocks=[card, {"type": "markdown", "text": "The *answer*"}]
    )
    await desk.server.push(both)
    pane = desk.page.get_by_test_id("thread-pane")
    await pane.get_by_text("The answer").wait_for()
    assert await pane.get_by_text("The answer").count() == 1
    assert await pane.get_by_test_id("task").count() == 1


async def test_steps_change_their_status_live(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ASKED}")
    await desk.server.push(
        stream(
            "",
            tasks=[{"id": "a", "title": "Read logs", "status": "in_progress", "details": "axiom"}],
        )
    )
    task = desk.page.get_by_test_id("thread-pane").get_by_test_id("task")
    await task.wait_for()
    assert await task.get_attribute("data-status") == "in_progress"
    assert await task.get_by_text("axiom").is_visible()
    await desk.server.push(
        stream(
            "", tasks=[{"id": "a", "title": "Read logs", "status": "error", "output": "timed out"}]
        )
    )
    await desk.page.locator("[data-task-id=a][data-status=error]").wait_for()
    assert await task.get_by_text("timed out").is_visible()


async def test_a_titled_plan_is_drawn_as_a_plan_and_stays_folded(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ASKED}")
    await desk.server.push(stream("", tasks=TASKS, plan_title="Find the slow refunds"))
    plan = desk.page.get_by_test_id("plan")
    await plan.get_by_text("Find the slow refunds").click()
    assert not await plan.get_by_text("Compare with the deploys").is_visible()
    await desk.server.push(stream("So far", tasks=TASKS, plan_title="Find the slow refunds"))
    await desk.page.get_by_test_id("streamed").get_by_text("So far").wait_for()
    assert not await plan.get_by_text("Compare with the deploys").is_visible()


async def test_a_click_in_the_composer_survives_the_growing_answer(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ASKED}")
    box = desk.page.get_by_test_id("thread-composer")
    await box.press_sequentially("wait")
    await desk.server.push(stream("more"))
    await desk.page.get_by_test_id("streamed").get_by_text("more").wait_for()
    await desk.page.keyboard.type(" a bit")
    assert await box.input_value() == "wait a bit"


async def test_the_status_is_shown_in_the_thread_and_in_the_channel(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ASKED}")
    status = {"type": "status", "channel": INCIDENTS, "thread_ts": ASKED, "app_id": APP}
    await desk.server.push(status | {"status": "is reading the logs…"})
    line = desk.page.get_by_test_id("status")
    await line.get_by_text("is reading the logs…").wait_for()
    assert (
        "Quarterdeck is reading the logs…"
        in await desk.page.get_by_test_id("status-hint").inner_text()
    )
    await desk.server.push(status | {"status": ""})
    await line.wait_for(state="hidden")


async def test_loading_messages_take_turns(timed: Desk) -> None:
    await timed.page.clock.install()
    await timed.go(f"{INCIDENTS}/{ASKED}")
    await timed.server.push(
        {
            "type": "status",
            "channel": INCIDENTS,
            "thread_ts": ASKED,
            "app_id": APP,
            "status": "is thinking…",
            "loading_messages": ["is counting", "is comparing"],
        }
    )
    line = timed.page.get_by_test_id("status")
    await line.get_by_text("is counting").wait_for()
    await timed.page.clock.run_for(3100)
    assert "is comparing" in await line.inner_text()


async def test_a_processing_session_can_be_stopped(desk: Desk) -> None:
    await desk.go(f"{INCIDENTS}/{ASKED}")
    session = {"type": "session", "channel": INCIDENTS, "thread_ts": ASKED}
    await desk.server.push(session | {"status": "processing"})
    step = {
        "id": "n",
        "title": "Compare with last week",
        "status": "in_progress",
        "details": "by day",
    }
    await desk.server.push(stream("Reading", tasks=[*TASKS[:1], step]))
    await desk.page.get_by_test_id("streamed").wait_for()
    await save_picture(desk.page, "page-streaming-light")
    await desk.page.get_by_test_id("stop").click()
    assert await desk.server.wait_for("stop") == {
        "user": "U0ANA",
        "channel": INCIDENTS,
        "thread_ts": ASKED,
    }
    await desk.server.push(session | {"status": "active"})
    await desk.page.get_by_test_id("status").wait_for(state="hidden")
