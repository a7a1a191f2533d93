"""Each provider's wire format, recorded against a scripted server of that provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.agents.messages import ModelFailed, Request, Source, ToolSpec, Usage
from bot.agents.models.direct import DirectModel
from bot.agents.models.providers import CONNECTS, Endpoint
from bot.agents.models.retry import Busy
from bot.connectors.base import Access
from tests.agents.models import fake_anthropic as claude
from tests.agents.models import fake_google as gemini
from tests.agents.models import fake_openai as gpt
from tests.agents.models import scripted
from tests.agents.models.support import KEY, MONITORS, Screen, asking, returned

PAGE = "https://status.example.com/history"


@dataclass(frozen=True)
class Wire:
    """How one provider says the same things. `web` is None where it cannot search."""

    provider: str
    model: str
    server: Callable[[], Any]
    path: str
    says: Any
    calls: Any
    refuses: Any
    overloaded: Any
    limited: Any
    cut: Any
    ends_early: Any
    web: Any = None


HALF = claude.message(claude.text("Check", "out is"))[:5]
GPT_TEXT = gpt.response(gpt.text("Check", "out is", " fine."))
CHAT_TEXT = gpt.chat(*gpt.said("Check", "out is", " fine."))
GEMINI_TEXT = gemini.said("Check", "out is", " fine.")

WIRES = [
    Wire(
        provider="anthropic",
        model=claude.MODEL,
        server=claude.FakeAnthropic,
        path="/v1/messages",
        says=claude.says("Check", "out is", " fine."),
        calls=claude.streams(
            claude.calling(
                claude.text("Looking."),
                claude.tool_use("a1", "list_monitors", '{"stat', 'us": "down"}'),
                claude.tool_use("a2", "search_logs", "{}"),
            )
        ),
        refuses=claude.streams(
            claude.message(stop_reason="refusal", stop_details={"type": "refusal"})
        ),
        overloaded=claude.error(529, "overloaded_error", "Overloaded"),
        limited=claude.error(429, "rate_limit_error", "Slow down", {"Retry-After": "7"}),
        cut=claude.breaks_off(HALF),
        ends_early=claude.streams(HALF),
        web=claude.streams(
            claude.message(
                claude.searched("s1", "outages"),
                claude.found("s1", (PAGE, "Status")),
                claude.cited("There was one.", PAGE, "Status"),
            )
        ),
    ),
    Wire(
        provider="openai",
        model=gpt.MODEL,
        server=scripted.ScriptedProvider,
        path="/responses",
        says=gpt.streams(GPT_TEXT),
        calls=gpt.streams(
            gpt.response(
                gpt.text("Looking."),
                gpt.function_call("a1", "list_monitors", '{"stat', 'us": "down"}'),
                gpt.function_call("a2", "search_logs", "{}"),
            )
        ),
        refuses=gpt.streams(gpt.response(gpt.refusal("I cannot help with that."))),
        overloaded=gpt.error(503, "server_error", "The engine is overloaded"),
        limited=gpt.error(429, "rate_limit_exceeded", "Slow down", {"Retry-After": "7"}),
        cut=scripted.breaks_off(GPT_TEXT[:5], named=True),
        ends_early=gpt.streams(GPT_TEXT[:5]),
        web=gpt.streams(
            gpt.response(
                gpt.web_search("outages", PAGE),
                gpt.text("There was one.", annotations=[gpt.url_citation(PAGE, "Status", 0, 14)]),
            )
        ),
    ),
    Wire(
        provider="google",
        model=gemini.MODEL,
        server=scripted.ScriptedProvider,
        path=f"/v1beta/models/{gemini.MODEL}:streamGenerateContent",
        says=gemini.plays(GEMINI_TEXT),
        calls=gemini.plays(
            [
                gemini.chunk(gemini.text("Looking.")),
                gemini.chunk(
                    gemini.function_call("list_monitors", {"status": "down"}, "c2ln"),
                    gemini.function_call("search_logs", {}),
                ),
                gemini.chunk(finish="STOP"),
            ]
        ),
        refuses=gemini.plays(gemini.blocked("PROHIBITED_CONTENT")),
        overloaded=gemini.error(503, "UNAVAILABLE", "The model is overloaded."),
        limited=gemini.error(429, "RESOURCE_EXHAUSTED", "Slow down", {"Retry-After": "7"}),
        cut=scripted.breaks_off(GEMINI_TEXT[:2]),
        ends_early=gemini.plays(GEMINI_TEXT[:2]),
        web=gemini.plays(gemini.grounded("There was one.", "outages", (PAGE, "Status"))),
    ),
    Wire(
        provider="compatible",
        model=gpt.LOCAL_MODEL,
        server=scripted.ScriptedProvider,
        path="/chat/completions",
        says=gpt.completes(CHAT_TEXT),
        calls=gpt.completes(
            gpt.chat(
                *gpt.said("Looking."),
                *gpt.called(0, "a1", "list_monitors", '{"stat', 'us": "down"}'),
                *gpt.called(1, "a2", "search_logs", "{}"),
                finish="tool_calls",
            )
        ),
        refuses=gpt.completes(gpt.chat({"refusal": "I cannot help with that."})),
        overloaded=gpt.error(503, "server_error", "loading the model"),
        limited=gpt.error(429, "rate_limit_exceeded", "Slow down", {"Retry-After": "7"}),
        cut=scripted.breaks_off(CHAT_TEXT[:3]),
        ends_early=scripted.streams(CHAT_TEXT[:3]),
    ),
]
each = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.provider)
searching = pytest.mark.parametrize(
    "wire", [wire for wire in WIRES if wire.web], ids=lambda wire: wire.provider
)


@asynccontextmanager
async def line(wire: Wire, *answers: Any) -> AsyncIterator[tuple[DirectModel, Any]]:
    """The model behind a scripted server of its provider."""
    server = wire.server()
    async with server.serving():
        server.plays(*answers)
        endpoint = Endpoint(wire.model, SecretStr(KEY), server.url, idle_seconds=5)
        model = DirectModel(endpoint, CONNECTS[wire.provider])
        try:
            yield model, server
        finally:
            await model.aclose()


async def failure(wire: Wire, answer: Any) -> ModelFailed:
    async with line(wire, answer) as (model, server):
        with pytest.raises(ModelFailed) as caught:
            await model.respond(asking("How is checkout?"), Screen())
        assert len(server.seen) == 1  # the SDK itself does not retry behind our back
    assert KEY not in repr(caught.value)
    return caught.value


def searching_request() -> Request:
    return replace(asking("Were there outages?"), web=True)


@each
async def test_the_text_is_shown_as_it_streams(wire: Wire) -> None:
    screen = Screen()
    async with line(wire, wire.says) as (model, _):
        reply = await model.respond(asking("How is checkout?"), screen)
    assert screen.shown == ["Check", "Checkout is", "Checkout is fine."]
    assert reply.text == "Checkout is fine."
    assert (reply.calls, reply.sources) == ([], [])


@each
async def test_usage_and_the_model_s_own_id_come_back(wire: Wire) -> None:
    async with line(wire, wire.says) as (model, _):
        reply = await model.respond(asking("How is checkout?"), Screen())
    assert reply.model == wire.model
    expected = Usage(25, 15, 0) if wire.provider == "anthropic" else Usage(40, 15, 30)
    assert reply.usage == expected


@each
async def test_the_key_the_instructions_and_the_tools_go_out(wire: Wire) -> None:
    async with line(wire, wire.says) as (model, server):
        await model.respond(asking("How is checkout?"), Screen())
    [seen] = server.seen
    sent = repr(seen.body)
    assert KEY in repr(seen.headers)
    for words in ("You are the debugger.", "Dana: How is checkout?", "list_monitors", "up or down"):
        assert words in sent


@each
async def test_calls_in_parallel_come_and_their_results_go_out(wire: Wire) -> None:
    question = "How is checkout?"
    async with line(wire, wire.calls, wire.says) as (model, server):
        reply = await model.respond(asking(question), Screen())
        monitors, logs = reply.calls
        results = returned(monitors.id, monitors.name, "1 row of monitors")
        both = replace(
            results,
            returns=[*results.returns, *returned(logs.id, logs.name, "2 rows of logs").returns],
        )
        again = await model.respond(asking(question, reply, both), Screen())
    assert reply.text == "Looking."
    assert (monitors.name, monitors.arguments) == ("list_monitors", {"status": "down"})
    assert (logs.name, logs.arguments) == ("search_logs", {})
    assert monitors.id != logs.id
    assert again.text == "Checkout is fine."
    sent = repr(server.last)
    assert sent.index("Looking.") < sent.index("1 row of monitors") < sent.index("2 rows of logs")


@each
async def test_what_another_provider_said_can_be_gone_on_from(wire: Wire) -> None:
    """A model that falls back in the middle of a run gives the next one a history to read."""
    other = WIRES[(WIRES.index(wire) + 1) % len(WIRES)]
    async with line(other, other.calls) as (model, _):
        reply = await model.respond(asking("How is checkout?"), Screen())
    results = [
        returned(call.id, call.name, f"rows of {call.name}").returns[0] for call in reply.calls
    ]
    turns = ("How is checkout?", reply, replace(returned("", "", ""), returns=results))
    async with line(wire, wire.says) as (model, server):
        again = await model.respond(asking(*turns), Screen())
    assert again.text == "Checkout is fine."
    for words in ("Looking.", "rows of list_monitors", "rows of search_logs"):
        assert words in repr(server.last)


@searching
async def test_web_search_is_asked_for_and_its_pages_are_sources(wire: Wire) -> None:
    async with line(wire, wire.web) as (model, server):
        reply = await model.respond(searching_request(), Screen())
    assert reply.text == "There was one."
    assert reply.sources == [Source(PAGE, "Status")]
    assert "search" in repr(server.last["tools"]).replace("search_logs", "").lower()
    assert "list_monitors" in repr(server.last["tools"])


@each
@pytest.mark.parametrize("on", [True, False])
async def test_our_own_fetch_is_for_models_that_have_none(wire: Wire, on: bool) -> None:
    page = ToolSpec("api_read_web_page", "Reads.", {"type": "object"}, Access.READ, True)
    request = replace(asking("How?", tools=[MONITORS, page]), web=on)
    async with line(wire, wire.says) as (model, server):
        await model.respond(request, Screen())
    tools = repr(server.last["tools"])
    fetches = on and wire.provider in ("anthropic", "google")
    assert any(name in tools for name in ("web_fetch", "urlContext")) is fetches
    assert ("api_read_web_page" in tools) is not fetches
    assert "list_monitors" in tools


@searching
async def test_a_searched_answer_can_be_gone_on_from(wire: Wire) -> None:
    async with line(wire, wire.web, wire.says) as (model, _):
        reply = await model.respond(searching_request(), Screen())
        more = replace(asking("Were there outages?", reply, "And now?"), web=True)
        again = await model.respond(more, Screen())
    assert again.text == "Checkout is fine."


@each
async def test_nothing_is_searched_where_the_switch_is_off(wire: Wire) -> None:
    async with line(wire, wire.says) as (model, server):
        await model.respond(asking("Were there outages?"), Screen())
    tools = repr(server.last["tools"]).replace("search_logs", "").lower()
    assert "web" not in tools
    assert "google" not in tools


async def test_a_compatible_address_has_no_search_and_is_asked_without() -> None:
    [wire] = [one for one in WIRES if not one.web]
    async with line(wire, wire.says) as (model, server):
        await model.respond(searching_request(), Screen())
    assert len(server.last["tools"]) == 2


@each
async def test_a_refusal_is_told_and_not_tried_again(wire: Wire) -> None:
    failed = await failure(wire, wire.refuses)
    assert "declined to answer" in failed.message
    assert not failed.transient


@each
async def test_an_overload_may_be_tried_again(wire: Wire) -> None:
    failed = await failure(wire, wire.overloaded)
    assert isinstance(failed, Busy)
    assert "overloaded" in failed.message


@each
async def test_a_rate_limit_says_how_long_to_wait(wire: Wire) -> None:
    failed = await failure(wire, wire.limited)
    assert isinstance(failed, Busy)
    assert failed.retry_after == 7


@each
@pytest.mark.parametrize("how", ["cut", "ends_early"])
async def test_a_cut_stream_may_be_tried_again(wire: Wire, how: str) -> None:
    failed = await failure(wire, getattr(wire, how))
    assert failed.transient
    assert "broke off" in failed.message or "cannot be read" in failed.message


@each
async def test_a_wrong_key_is_told_and_not_quoted(wire: Wire) -> None:
    body = {"error": {"message": f"bad key {KEY}", "type": "authentication_error", "code": 401}}
    answer = (
        claude.error(401, "authentication_error", f"bad key {KEY}")
        if wire.provider == "anthropic"
        else scripted.fails(401, body)
    )
    failed = await failure(wire, answer)
    assert not failed.transient
    assert "does not accept the API key" in failed.message
