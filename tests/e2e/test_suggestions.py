"""What an answer offers to ask next, with a language model that plays its part.

The model is a scripted Anthropic on this machine; all else is as everywhere. The pictures are left
under build/pictures/.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.agents.models.fake_anthropic import (
    Answer,
    FakeAnthropic,
    calling,
    message,
    says,
    streams,
    text,
    tool_use,
)
from tests.browser import save_picture
from tests.e2e.screen import WAIT_MS, type_in
from tests.e2e.stage import Stage, spoken, staged_with

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


DEPLOYED = ("Who deployed before it?", "Who deployed the checkout before Checkout 5xx began?")
BEFORE = ("Did it happen before?", "Did Checkout 5xx fire in the last 30 days, and how did it end?")
ON_CALL = ("Who is on call?", "Who is on call for the checkout right now?")
OPEN = "**Checkout 5xx is open** since 09:12 and nobody has acknowledged it."


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, model: FakeAnthropic) -> AsyncIterator[Stage]:
    async with staged_with(model, tmp_path) as ready:
        yield ready


def looks() -> Answer:
    listing = json.dumps({"resolved": False})
    return streams(calling(tool_use("toolu_list", "better_stack_list_incidents", listing)))


def offers(words: str, *wanted: tuple[str, str]) -> Answer:
    """An answer that offers follow-ups in the same response."""
    given = [{"label": label, "question": question} for label, question in wanted]
    offer = tool_use("toolu_end", "suggest_follow_ups", json.dumps({"follow_ups": given}))
    return streams(message(text(words), offer, stop_reason="tool_use"))


@pytest.mark.browser
async def test_a_press_asks_in_the_thread_once(
    page: Page, stage: Stage, model: FakeAnthropic
) -> None:
    pane = page.get_by_test_id("thread-pane")
    model.plays(
        looks(),
        offers(OPEN, DEPLOYED, BEFORE, ON_CALL),
        offers("**Chidi** deployed the checkout 20 minutes before.", BEFORE),
    )
    await type_in(page, "@debugger which incidents are open?")
    await page.get_by_text("replies").or_(page.get_by_text("reply")).first.click(timeout=WAIT_MS)
    button = pane.get_by_role("button", name=DEPLOYED[0])
    await expect(button).to_be_visible(timeout=WAIT_MS)
    await expect(pane.get_by_text("Debugger took 1 step")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "suggestions-answer")

    await button.click()
    await expect(pane.get_by_text(f"asks: {DEPLOYED[1]}")).to_be_visible(timeout=WAIT_MS)
    await expect(pane.get_by_text("deployed the checkout 20 minutes")).to_be_visible(
        timeout=WAIT_MS
    )
    await expect(pane.get_by_text("answered without looking")).to_be_visible(timeout=WAIT_MS)
    await expect(button).not_to_have_attribute("aria-busy", "true", timeout=WAIT_MS)
    await save_picture(page, "suggestions-pressed")

    await button.click()
    await expect(pane.get_by_text("That was asked already")).to_be_visible(timeout=WAIT_MS)
    await save_picture(page, "suggestions-again")
    assert len(model.seen) == 3, "an answer with follow-ups is one request, a press one question"
    said = json.dumps(model.last["messages"], ensure_ascii=False)
    assert "nobody has acknowledged it" in said
    assert "toolu_end" not in said, "what was offered is no part of the conversation"
    assert stage.sandbox.journal.writes() == []


@pytest.mark.browser
async def test_a_direct_message_has_a_title_and_the_buttons(
    page: Page, stage: Stage, model: FakeAnthropic
) -> None:
    channel = stage.workspace.direct("ana")
    model.plays(looks(), offers(OPEN, BEFORE, ON_CALL), says("Bo Chen is on call."))
    secret = "ghp_" + "a1B2c3D4e" * 4
    asked = f"which incidents are open? {secret} #recommend"
    thread = stage.say("ana", asked, channel=channel)
    await page.goto(f"{stage.workspace.url}/#{channel}/{thread}")
    pane = page.get_by_test_id("thread-pane")
    button = pane.get_by_role("button", name=ON_CALL[0])
    await expect(button).to_be_visible(timeout=WAIT_MS)
    [named] = stage.workspace.calls("assistant.threads.setTitle")
    assert (named.args["thread_ts"], named.answer["ok"]) == (thread, True)
    assert named.args["title"].startswith("Which incidents are open?")
    assert secret not in named.args["title"]
    assert "#recommend" not in named.args["title"]
    await expect(pane.locator("header")).to_contain_text("Which incidents are open?")
    await save_picture(page, "suggestions-direct")

    await button.click()
    await expect(pane.get_by_text("Bo Chen is on call.")).to_be_visible(timeout=WAIT_MS)
    await expect(button).not_to_have_attribute("aria-busy", "true", timeout=WAIT_MS)
    await save_picture(page, "suggestions-direct-pressed")
    assert len(stage.workspace.calls("assistant.threads.setTitle")) == 1


async def test_two_people_press_and_it_is_one_question(stage: Stage, model: FakeAnthropic) -> None:
    model.plays(looks(), offers(OPEN, ON_CALL), says("Bo Chen is on call."), says("Never."))
    thread = stage.say("ana", "@debugger which incidents are open?")
    answer = await stage.expect("nobody has acknowledged it", thread=thread)
    for person in ("bo", "ana"):
        await stage.workspace.click(person, "#incidents", answer["ts"], "follow_up_0")
    await stage.expect("Bo Chen is on call.", thread=thread)
    asking = [one for one in stage.bot_posts(thread) if "asks: " in spoken(one)]
    assert len(asking) == 1
    assert stage.workspace.person("bo").id in spoken(asking[0])
    assert len(model.seen) == 3


async def test_where_slack_takes_no_title_nothing_is_missing(
    stage: Stage, model: FakeAnthropic
) -> None:
    stage.workspace.fail_next("assistant.threads.setTitle", "not_allowed_token_type")
    channel = stage.workspace.direct("ana")
    model.plays(looks(), offers(OPEN, ON_CALL))
    thread = stage.say("ana", "which incidents are open?", channel=channel)
    await stage.expect("nobody has acknowledged it", channel=channel, thread=thread)
    assert stage.workspace.calls("assistant.threads.setTitle")
