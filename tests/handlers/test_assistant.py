"""Slack's panel: a first question for each agent that is there for the person."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.handlers.assistant import MOST
from tests.support.desk import Desk
from tests.support.harbor import TEAM


async def open_panel(desk: Desk, user: str = "UANA", tab: str = "messages") -> None:
    event = {"type": "app_home_opened", "user": user, "channel": "DANA", "tab": tab}
    await desk.listeners.get("event", "app_home_opened")(event=event, context={"team_id": TEAM})


def offered(desk: Desk) -> list[dict[str, Any]]:
    return desk.slack.sent("assistant_threads_setSuggestedPrompts")


async def test_opening_it_offers_questions_that_name_their_agent(desk: Desk) -> None:
    await open_panel(desk)
    [sent] = offered(desk)
    assert sent["channel_id"] == "DANA"
    assert "thread_ts" not in sent, "in the agent view Slack then shows nothing"
    assert len(sent["prompts"]) <= MOST
    assert {
        "title": "Debugger: what is open?",
        "message": "@debugger which incidents are open, and who is on call?",
    } in sent["prompts"]


async def test_the_home_tab_and_strangers_get_none(desk: Desk) -> None:
    await open_panel(desk, tab="home")
    desk.slack.add("UGUEST", "Guest", is_restricted=True)
    await open_panel(desk, "UGUEST")
    assert offered(desk) == []


async def test_where_slack_has_no_panel_nothing_happens(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "assistant_threads_setSuggestedPrompts":
            raise SlackApiError("no", {"error": "not_allowed"})  # type: ignore[no-untyped-call]
        return answer(method, arguments)

    answer = desk.slack._answer
    monkeypatch.setattr(desk.slack, "_answer", refuse)
    await open_panel(desk)
