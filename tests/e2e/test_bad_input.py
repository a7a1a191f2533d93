"""What people and machines send wrongly: each gets a sentence, and nothing breaks."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from playground.betterstack.faults import Fault, Kind
from playground.workspace import SIGNING_SECRET
from tests.e2e.stage import Stage, spoken, staged

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def socket_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """For tests that look only at a thread of their own."""
    async with staged(tmp_path_factory.mktemp("shared")) as ready:
        yield ready


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@debugger", "What should Debugger look into?"),
        ("@debugger :wave:", "What should Debugger look into?"),
        ("@debugger and @analyst who is on call?", "You named Debugger and Analyst"),
        ("@debuger who is on call?", "Did you mean Debugger?"),
    ],
)
async def test_what_is_no_question_is_answered_with_what_is_missing(
    socket_stage: Stage, text: str, words: str
) -> None:
    thread = socket_stage.say("ana", text)
    await socket_stage.expect(words, thread=thread)


async def test_an_essay_is_refused_with_the_limit(socket_stage: Stage) -> None:
    thread = socket_stage.say("ana", "@debugger " + "x" * 39_000)
    await socket_stage.expect("12,000", thread=thread)


async def test_removed_from_the_channel_the_asker_is_told_directly(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        slow = stage.sandbox.faults.add(Fault(kind=Kind.SLOW))
        stage.say("ana", "@debugger which incidents are open?")
        await slow.arrived.wait()
        stage.workspace.kick_bot("#incidents")
        slow.released.set()
        await stage.expect("I could not answer you in", channel=stage.workspace.direct("ana"))


async def test_a_web_page_instead_of_data_is_named_as_such(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.sandbox.faults.add(Fault(kind=Kind.BAD_GATEWAY, path="/api/v3/incidents", times=10))
        thread = stage.say("ana", "@debugger which incidents are open?")
        answer = await stage.answer(thread)
        assert "Better Stack" in spoken(answer)
        assert "Traceback" not in spoken(answer)


async def test_an_expired_token_is_said_and_shown(tmp_path: Path) -> None:
    async with staged(tmp_path, extra={"BETTERSTACK_TOKEN": "a-token-that-expired"}) as stage:
        thread = stage.say("ana", "@debugger which incidents are open?")
        assert "econnect" in spoken(await stage.answer(thread))
        await stage.workspace.command("ana", "#incidents", "/ops connections")
        assert "needs reconnecting" in spoken(stage.workspace.ephemerals("ana")[-1])


async def test_somebody_of_another_company_is_refused_with_a_reason(socket_stage: Stage) -> None:
    channel = "#partner-lighthouse"
    thread = socket_stage.say("eve", "@debugger which incidents are open?", channel=channel)
    await socket_stage.expect("another company", channel=channel, thread=thread)


async def test_a_forged_request_is_refused_and_recorded(tmp_path: Path) -> None:
    async with staged(tmp_path, "http") as stage:
        body = json.dumps({"type": "event_callback"})
        now = str(int(time.time()))
        old = str(int(time.time()) - 600)
        good = _sign(now, body)
        for headers in (
            {},
            _headers(now, "v0=" + "0" * 64),
            _headers(old, _sign(old, body)),
            _headers("soon", good),
        ):
            assert await _post(stage, body, headers) == 401
        assert await _post(stage, "{not json", _headers(now, _sign(now, "{not json"))) == 400
    log = (tmp_path / "bot.log").read_text()
    assert "slack.signature_refused" in log


def _sign(timestamp: str, body: str) -> str:
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()


def _headers(timestamp: str, signature: str) -> dict[str, str]:
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


async def _post(stage: Stage, body: str, headers: dict[str, str]) -> int:
    kind = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{stage.bot.url}/slack/events", data=body, headers={**kind, **headers}
        ) as answer,
    ):
        return answer.status
