"""What goes wrong with a provider: told in words, transient where another try may help."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback

import pytest
from pydantic import SecretStr

from bot.agents.messages import ModelFailed
from bot.agents.models.direct import DirectModel
from bot.agents.models.providers import Endpoint, anthropic
from bot.agents.models.retry import Busy
from tests.agents.models import fake_anthropic as play
from tests.agents.models.fake_anthropic import MODEL, Answer, FakeAnthropic
from tests.agents.models.support import KEY, Screen, ask, asking, direct

HALF = play.message(play.text("Check", "out is"))[:5]


async def failure(model: DirectModel) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        await model.respond(asking("How is checkout?"), Screen())
    return caught.value


# What another try cannot help


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            play.error(401, "authentication_error", "invalid x-api-key"),
            "does not accept the API key",
        ),
        (play.error(403, "permission_error", "no"), f"the key may not use {MODEL}"),
        (play.error(404, "not_found_error", "model: x"), "“model: x”. Choose another model"),
        (play.error(400, "invalid_request_error", "tools.0: too odd"), "“tools.0: too odd”"),
        (play.error(413, "request_too_large", "too big"), "(HTTP 413). It says: “too big”"),
        (
            play.error(400, "invalid_request_error", "prompt is too long: 9 > 8"),
            "Start a new thread",
        ),
        (
            play.error(400, "invalid_request_error", "Your credit balance is too low"),
            "out of credit",
        ),
    ],
)
async def test_a_final_failure_says_what_to_do(
    model: DirectModel, fake: FakeAnthropic, answer: Answer, words: str
) -> None:
    fake.plays(answer)
    failed = await failure(model)
    assert words in failed.message
    assert not failed.transient
    assert len(fake.seen) == 1


async def test_long_words_of_the_provider_are_not_passed_on(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    fake.plays(play.error(400, "invalid_request_error", "long\n" * 500))
    failed = await failure(model)
    assert "long" not in failed.message
    assert "(HTTP 400)" in failed.message


async def test_an_echo_of_the_request_is_not_passed_on(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    fake.plays(play.echoes_key(400))
    failed = await failure(model)
    assert "debugger" not in failed.message
    assert "(HTTP 400)" in failed.message


# What another try may help


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (play.error(429, "rate_limit_error", "slow down"), "rate limit"),
        (play.error(529, "overloaded_error", "Overloaded"), "overloaded"),
        (play.error(503, "api_error", "down"), "overloaded"),
        (play.error(500, "api_error", "oops"), "HTTP 500"),
        (play.error(408, "timeout_error", "late"), "HTTP 408"),
        (play.streams([play.in_stream_error("overloaded_error", "Overloaded")]), "overloaded"),
        (play.streams([*HALF, play.in_stream_error("overloaded_error", "x")]), "overloaded"),
        (play.streams([*HALF, play.in_stream_error("api_error", "x")]), "HTTP 500"),
        (play.breaks_off(HALF), "broke off"),
        (play.streams(HALF), "broke off"),
        (play.streams([]), "cannot be read"),
        (play.garbled(HALF), "cannot be read"),
        (
            play.streams([("content_block_stop", {"type": "content_block_stop", "index": 0})]),
            "read",
        ),
    ],
)
async def test_a_passing_failure_may_be_tried_again(
    model: DirectModel, fake: FakeAnthropic, answer: Answer, words: str
) -> None:
    fake.plays(answer)
    failed = await failure(model)
    assert words in failed.message
    assert failed.transient
    assert len(fake.seen) == 1  # the SDK itself does not retry behind our back


async def test_the_wait_that_the_provider_wants_is_told(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    fake.plays(play.error(429, "rate_limit_error", "slow down", {"Retry-After": "7"}))
    failed = await failure(model)
    assert isinstance(failed, Busy)
    assert failed.retry_after == 7


async def test_nobody_listening_is_a_failed_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        model = DirectModel(Endpoint(MODEL, SecretStr(KEY), url), anthropic)
        failed = await failure(model)
    await model.aclose()
    assert "connection to the model provider failed" in failed.message
    assert failed.transient


# Time


async def test_a_silent_provider_is_given_up(fake: FakeAnthropic) -> None:
    fake.plays(play.falls_silent(HALF))
    with pytest.raises(ModelFailed, match="did not answer in time") as caught:
        await ask(direct(fake, idle=0.1), asking("?"))
    assert caught.value.transient


async def test_pings_keep_a_thinking_provider_alive(fake: FakeAnthropic) -> None:
    fake.plays(play.pings(every=0.1, times=6, then=play.message(play.text("Fine."))))
    reply = await ask(direct(fake, idle=0.4), asking("?"))
    assert reply.text == "Fine."


async def test_a_whole_response_is_bounded(fake: FakeAnthropic) -> None:
    fake.plays(play.says("warm"), play.falls_silent(HALF))
    model = direct(fake, seconds=0.3)
    await model.respond(asking("?"), Screen())
    with pytest.raises(ModelFailed, match=r"longer than 0\.3 seconds") as caught:
        await ask(model, asking("?"))
    assert caught.value.transient


async def test_a_time_out_of_the_screen_is_not_blamed_on_the_model(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    async def stuck(text: str) -> None:
        raise TimeoutError("Slack")

    fake.plays(play.says("Fine."), play.says("Fine again."))
    with pytest.raises(TimeoutError, match="Slack"):
        await model.respond(asking("?"), stuck)
    assert (await model.respond(asking("?"), Screen())).text == "Fine again."


async def test_cancelling_stops_at_once_and_spoils_nothing(
    model: DirectModel, fake: FakeAnthropic
) -> None:
    seen = asyncio.Event()

    async def show(text: str) -> None:
        seen.set()

    fake.plays(play.falls_silent(HALF), play.says("Fine."))
    asked = asyncio.create_task(model.respond(asking("?"), show))
    await seen.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert (await model.respond(asking("?"), Screen())).text == "Fine."


# The key


@pytest.mark.parametrize(
    "answer",
    [
        play.says("Fine."),
        play.error(401, "authentication_error", f"invalid key {KEY}"),
        play.echoes_key(400),
        play.echoes_key(404),
        play.echoes_key(429),
        play.echoes_key(500),
        play.streams([*HALF, play.in_stream_error("invalid_request_error", f"bad {KEY}")]),
        play.garbled(HALF),
        play.breaks_off(HALF),
    ],
)
async def test_the_key_is_in_no_error_and_no_log(
    model: DirectModel, fake: FakeAnthropic, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    told = ""
    fake.plays(answer)
    with caplog.at_level(logging.DEBUG):
        try:
            await model.respond(asking("?"), Screen())
        except ModelFailed as error:
            told = "".join(traceback.format_exception(error))
    assert caplog.records
    assert KEY not in told
    assert KEY not in caplog.text
    assert KEY not in "".join(repr(record.args) for record in caplog.records)
    assert KEY not in repr(vars(model))
