"""Mentions of user groups get their names."""

from __future__ import annotations

from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient

from bot.agents.addressing import To, address
from bot.slack.groups import KEPT, GroupNames
from tests.support.slack import refusal

AGENTS = {"debugger": "Debugger", "tony": "Tony"}


class Groups:
    """Slack's list of groups, and how often it was asked."""

    def __init__(self, error: str = "") -> None:
        self.asked = 0
        self.error = error
        self.now = 0.0

    async def usergroups_list(self) -> dict[str, Any]:
        self.asked += 1
        if self.error:
            raise refusal(self.error)
        return {"ok": True, "usergroups": [{"id": "S1", "handle": "debugger"}]}

    def names(self) -> GroupNames:
        return GroupNames(cast(AsyncWebClient, self), lambda: self.now)


async def test_a_mention_without_its_name_gets_it_and_slack_is_asked_once() -> None:
    slack = Groups()
    names = slack.names()
    for _ in range(3):
        assert await names.named("<!subteam^S1> why?") == "<!subteam^S1|@debugger> why?"
    assert slack.asked == 1
    slack.now = KEPT + 1
    await names.named("<!subteam^S1>")
    assert slack.asked == 2


async def test_other_messages_ask_slack_nothing() -> None:
    slack = Groups()
    for text in ("why?", "<!subteam^S1|@debugger> why?", "<@U1> <!here>"):
        assert await slack.names().named(text) == text
    assert slack.asked == 0


async def test_where_slack_has_no_groups_the_text_stays_and_it_is_not_asked_again() -> None:
    slack = Groups("plan_upgrade_required")
    names = slack.names()
    assert await names.named("<!subteam^S1> a") == "<!subteam^S1> a"
    assert await names.named("<!subteam^S9> b") == "<!subteam^S9> b"
    assert slack.asked == 1


def test_a_group_of_an_agents_name_is_the_agent() -> None:
    found = address("<!subteam^S1|@debugger> why is checkout slow?", "UBOT", AGENTS)
    assert (found.to, found.handle) == (To.AGENT, "debugger")
    assert found.question == "why is checkout slow?"


def test_any_other_group_names_nobody_not_even_nearly() -> None:
    found = address("<!subteam^S2|@debuggers> lunch?", "UBOT", AGENTS)
    assert found.to is To.NOBODY
