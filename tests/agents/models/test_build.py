"""Which model the settings give, and that no SDK is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.agents.messages import ModelFailed
from bot.agents.models.build import Models
from bot.agents.models.catalogue import Entry, find
from bot.agents.models.fitting import Fit
from bot.settings import Settings, environment_name
from tests.agents.models import fake_anthropic as play
from tests.agents.models import fake_openai as gpt
from tests.agents.models.fake_anthropic import FakeAnthropic
from tests.agents.models.scripted import ScriptedProvider, fails
from tests.agents.models.support import KEY, Screen, asking
from tests.agents.models.test_retry import Planner


def settings(**values: str) -> Settings:
    return Settings(_env_file=None, **{name.upper(): value for name, value in values.items()})  # type: ignore[call-arg,arg-type]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)


@asynccontextmanager
async def installed(made: Settings, planner: Planner) -> AsyncIterator[Models]:
    models = Models(made, planner)
    yield models
    await models.aclose()


async def test_without_a_key_the_planner_answers_and_says_why() -> None:
    planner = Planner()
    async with installed(settings(), planner) as models:
        model = models.named()
        reply = await model.respond(asking("?"), Screen())
    assert model.name == "offline"
    assert planner.notices == [
        "No language model is configured: set ANTHROPIC_API_KEY and start the bot again to get one."
    ]
    assert reply.text.startswith("No language model is configured")


async def test_with_a_key_anthropic_answers(fake: FakeAnthropic) -> None:
    planner = Planner()
    fake.plays(play.says("Fine."))
    made = settings(anthropic_api_key=KEY, anthropic_base_url=fake.url)
    async with installed(made, planner) as models:
        model = models.named()
        reply = await model.respond(asking("?"), Screen())
    assert reply.text == "Fine."
    assert fake.last["model"] == model.name == "claude-sonnet-5-5"
    assert planner.notices == []


async def test_the_model_is_that_of_the_settings_or_of_the_agent(fake: FakeAnthropic) -> None:
    with_key = settings(
        anthropic_api_key=KEY, anthropic_base_url=fake.url, quarterdeck_model="claude-haiku-5-5"
    )
    for own, expected in (("", "claude-haiku-5-5"), ("claude-opus-5-5", "claude-opus-5-5")):
        fake.plays(play.says("Fine."))
        async with installed(with_key, Planner()) as models:
            await models.named(own).respond(asking("?"), Screen())
        assert fake.last["model"] == expected


async def test_when_anthropic_cannot_be_reached_the_planner_says_so(fake: FakeAnthropic) -> None:
    planner = Planner()
    fake.plays(play.error(529, "overloaded_error", "Overloaded", {"Retry-After": "600"}))
    made = settings(anthropic_api_key=KEY, anthropic_base_url=fake.url)
    async with installed(made, planner) as models:
        reply = await models.named().respond(asking("?"), Screen())
    assert reply.model == "offline"
    assert reply.text.startswith("The language model could not be reached. The model provider is")


@pytest.mark.parametrize(
    ("keys", "model", "path"),
    [
        ({"openai_api_key": KEY}, "gpt-5-mini", "/responses"),
        ({"google_api_key": KEY}, "gemini-3-flash-preview", "/v1beta/models/"),
        ({}, "qwen3-coder:30b", "/chat/completions"),
    ],
)
async def test_each_provider_is_reached_by_its_settings(
    keys: dict[str, str], model: str, path: str
) -> None:
    async with ScriptedProvider().serving() as server:
        local = {"quarterdeck_local_model": model, "quarterdeck_local_model_url": server.url}
        addresses = {"openai_base_url": server.url, "google_gemini_base_url": server.url}
        made = settings(**keys, **addresses, **({} if keys else local), quarterdeck_model=model)
        server.plays(fails(400, {"error": {"message": "seen"}}))
        async with installed(made, Planner()) as models:
            with pytest.raises(ModelFailed):
                await models.named().respond(asking("?"), Screen())
    assert path in server.seen[0].path


async def test_the_next_model_of_the_list_answers_and_then_the_planner(fake: FakeAnthropic) -> None:
    planner = Planner()
    overloaded = fails(503, {"error": {"message": "overloaded"}}, {"Retry-After": "600"})
    busy = play.error(529, "overloaded_error", "Overloaded", {"Retry-After": "600"})
    async with ScriptedProvider().serving() as openai:
        keys = {"anthropic_api_key": KEY, "openai_api_key": KEY}
        urls = {"anthropic_base_url": fake.url, "openai_base_url": openai.url}
        made = settings(**keys, **urls)
        fit = Fit(
            "claude-opus-5-5", entry=find("claude-opus-5-5"), then=tuple(listed("gpt-5-mini"))
        )
        fake.plays(busy, busy)
        openai.plays(gpt.streams(gpt.response(gpt.text("From the second."))), overloaded)
        async with installed(made, planner) as models:
            second = await models.get(fit).respond(asking("?"), Screen())
            third = await models.get(fit).respond(asking("?"), Screen())
    assert (second.text, second.model) == ("From the second.", "gpt-5-mini")
    assert third.model == "offline"
    assert planner.notices == [
        "The language model could not be reached. The model provider is overloaded. Try again in a "
        "minute."
    ]


async def test_what_is_wrong_with_a_stand_in_does_not_keep_the_next_from_answering(
    fake: FakeAnthropic,
) -> None:
    busy = play.error(529, "overloaded_error", "Overloaded", {"Retry-After": "600"})
    async with ScriptedProvider().serving() as openai:
        keys = {"anthropic_api_key": KEY, "openai_api_key": "wrong"}
        urls = {"anthropic_base_url": fake.url, "openai_base_url": openai.url}
        made = settings(**keys, **urls)
        fit = Fit("claude-opus-5-5", then=tuple(listed("gpt-5-mini", "claude-sonnet-5-5")))
        fake.plays(busy, play.says("From the third."))
        openai.plays(fails(401, {"error": {"message": "no such key"}}))
        async with installed(made, Planner()) as models:
            reply = await models.get(fit).respond(asking("?"), Screen())
    assert (reply.text, reply.model) == ("From the third.", "claude-sonnet-5-5")
    assert len(openai.seen) == 1


async def test_a_model_without_a_key_is_passed_over(fake: FakeAnthropic) -> None:
    made = settings(anthropic_api_key=KEY, anthropic_base_url=fake.url)
    fake.plays(play.says("Fine."))
    fit = Fit("gpt-5-mini", entry=find("gpt-5-mini"), then=tuple(listed("claude-sonnet-5-5")))
    async with installed(made, Planner()) as models:
        reply = await models.get(fit).respond(asking("?"), Screen())
    assert reply.model == "claude-sonnet-5-5"


def listed(*names: str) -> list[Entry]:
    return [entry for name in names if (entry := find(name))]


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_building_a_model_imports_no_sdk() -> None:
    code = """
import sys
from bot.agents.models.build import Models
import bot.agents.models.catalogue
from bot.settings import Settings
import bot.agents.models.choosing
keys = dict(ANTHROPIC_API_KEY="k", OPENAI_API_KEY="k", GOOGLE_API_KEY="k")
Models(Settings(_env_file=None, **keys), lambda notice: None).named()
heavy = ("anthropic", "openai", "google.genai", "pydantic_ai", "httpx2")
print([name for name in heavy if name in sys.modules])
"""
    assert run(code) == "[]"


def test_warming_imports_the_sdk_while_the_loop_goes_on() -> None:
    code = """
import asyncio, sys
from bot.agents.models.build import Models
from bot.settings import Settings

models = Models(Settings(_env_file=None, ANTHROPIC_API_KEY="k"), lambda notice: None)

async def main():
    ticks = 0
    warming = asyncio.create_task(models.warm())
    while not warming.done():
        await asyncio.sleep(0.01)
        ticks += 1
    await warming
    print(ticks >= 5, "anthropic" in sys.modules, "pydantic_ai" in sys.modules)

asyncio.run(main())
"""
    assert run(code) == "True True True"
