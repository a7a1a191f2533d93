"""The planner over a connector of ours and its sandbox: what a newcomer sees in the demo."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.agents.messages import Asked, Request, Returned, ToolCall, ToolReturn, ToolSpec, Turn
from bot.agents.offline import OfflinePlanner
from bot.connectors.base import Access, Connector
from bot.connectors.better_stack import BetterStack
from bot.connectors.errors import ConnectorError
from bot.gate.shape import as_data, as_text
from playground.betterstack.auth import TEAM_TOKEN, TELEMETRY_TOKEN
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.conftest import SQL, telemetry_at
from tests.connectors.helpers import NOW, connect


class Demo:
    """Asks over several turns; writes are kept instead of sent."""

    def __init__(self, connection: Connector) -> None:
        self.connection = connection
        self.turns: list[Turn] = []
        self.house: list[ToolSpec] = []
        self.writes: list[ToolCall] = []
        self.specs = [
            ToolSpec(
                BetterStack.tool_name(verb),
                f"{tool.description}\n\nConnection: Demo.",
                tool.schema,
                tool.access,
            )
            for verb, tool in sorted(BetterStack.tools.items())
        ]

    async def ask(self, question: str, name: str = "Ada", email: str = "") -> str:
        self.turns.append(Asked(question, name, email=email))
        while True:
            request = Request("", list(self.turns), [*self.specs, *self.house], NOW, "UTC")
            reply = await OfflinePlanner().respond(request, _hear)
            self.turns.append(reply)
            if reply.text:
                return reply.text
            self.turns.append(Returned([await self._run(call) for call in reply.calls]))

    async def _run(self, call: ToolCall) -> ToolReturn:
        tool = BetterStack.tools[call.name.removeprefix("better_stack_")]
        arguments = tool.parse(call.arguments)
        if tool.access > Access.READ:
            self.writes.append(call)
            denied = "Denied by a person: nothing was sent, so I did not do it."
            return ToolReturn(call.id, call.name, denied)
        try:
            data = as_data(await tool.call(self.connection, arguments))
        except ConnectorError as error:
            return ToolReturn(call.id, call.name, str(error), failed=True)
        return ToolReturn(call.id, call.name, as_text(data), data)


async def _hear(said: str) -> None:
    assert said


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    async with Sandbox(lambda: NOW) as sandbox, httpx.AsyncClient(trust_env=False) as client:
        settings = {"base_url": sandbox.url, "team_id": "t400", **telemetry_at(sandbox)}
        tokens = {"api_token": TEAM_TOKEN, "telemetry_token": TELEMETRY_TOKEN, **SQL}
        yield Demo(connect(BetterStack, client, credentials=tokens, settings=settings))


async def test_the_first_question_of_the_demo(demo: Demo) -> None:
    answer = await demo.ask("which incidents are open, and who is on call?")
    assert answer.startswith("**2 incidents** (not resolved). **On call: Bo Chen**.")
    assert "/team/t400/incidents/5101" in answer


async def test_the_first_order_of_the_demo(demo: Demo) -> None:
    answer = await demo.ask("acknowledge the checkout incident")
    assert [(call.name, call.arguments) for call in demo.writes] == [
        ("better_stack_acknowledge_incident", {"incident_id": "5101"})
    ]
    assert answer.startswith("**Denied, nothing was sent**")


async def test_a_name_finds_its_kind_among_things_that_are_called_alike(demo: Demo) -> None:
    answer = await demo.ask("what was the uptime of checkout last week?")
    assert answer.startswith("**[Availability of Checkout API")
    assert "availability percent: **" in answer


async def test_a_conversation(demo: Demo) -> None:
    await demo.ask("which incidents were there this week?")
    answer = await demo.ask("only the ones from yesterday")
    assert answer.startswith("**2 of 4 incidents** (yesterday")
    answer = await demo.ask("who resolved the second one?")
    assert "resolved by: **Bo Chen**" in answer.splitlines()[0]


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("is checkout down?", "list_monitors"),
        ("what is down?", "list_incidents"),
        ("who should I call?", "who_is_on_call"),
        ("which escalation policies do we have?", "list_escalation_policies"),
        ("show the status pages", "list_status_pages"),
        ("any cron jobs?", "list_heartbeats"),
        ("how many outages this week?", "list_incidents"),
    ],
)
async def test_plain_questions_find_their_tool(demo: Demo, question: str, tool: str) -> None:
    await demo.ask(question)
    called = [call.name for turn in demo.turns for call in getattr(turn, "calls", ())]
    assert called == [f"better_stack_{tool}"]


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        (
            "search api-gateway logs for 5xx in the last hour",
            {"source": "api-gateway", "text": "5xx", "start": "2026-05-13T13:21:00+00:00"},
        ),
        ("errors in the checkout logs", {"source": "checkout", "text": "error"}),
        ("search the logs of source checkout for pool", {"source": "checkout", "text": "pool"}),
        ("show the logs", {}),
    ],
)
async def test_logs_are_searched_in_the_source_that_is_named(
    demo: Demo, question: str, arguments: dict[str, str]
) -> None:
    await demo.ask(question)
    calls = [call for turn in demo.turns for call in getattr(turn, "calls", ())]
    assert [(call.name, call.arguments) for call in calls] == [
        ("better_stack_search_logs", arguments)
    ]
