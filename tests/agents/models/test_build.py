"""Which model the settings give, and that no SDK is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.agents.messages import Model
from bot.agents.models.build import build_model
from bot.agents.models.retry import Patient
from bot.settings import Settings
from tests.agents.models import fake_anthropic as play
from tests.agents.models.fake_anthropic import FakeAnthropic
from tests.agents.models.support import KEY, Screen, asking
from tests.agents.models.test_retry import Planner


def settings(**values: str) -> Settings:
    return Settings(_env_file=None, **{name.upper(): value for name, value in values.items()})  # type: ignore[call-arg,arg-type]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "QUARTERDECK_MODEL"):
        monkeypatch.delenv(name, raising=False)


async def close(model: Model) -> None:
    assert isinstance(model, Patient)
    await model.aclose()


async def test_without_a_key_the_planner_answers_and_says_why() -> None:
    planner = Planner()
    model = build_model(settings(), planner)
    reply = await model.respond(asking("?"), Screen())
    assert model.name == "offline"
    assert planner.notices == [
        "No language model is configured: set ANTHROPIC_API_KEY and start the bot again to get one."
    ]
    assert reply.text.startswith("No language model is configured")


async def test_with_a_key_anthropic_answers(fake: FakeAnthropic) -> None:
    planner = Planner()
    model = build_model(settings(anthropic_api_key=KEY, anthropic_base_url=fake.url), planner)
    fake.plays(play.says("Fine."))
    reply = await model.respond(asking("?"), Screen())
    await close(model)
    assert reply.text == "Fine."
    assert fake.last["model"] == model.name == "claude-sonnet-5-5"
    assert planner.notices == []


async def test_the_model_is_that_of_the_settings_or_of_the_agent(fake: FakeAnthropic) -> None:
    with_key = settings(
        anthropic_api_key=KEY, anthropic_base_url=fake.url, quarterdeck_model="claude-haiku-5-5"
    )
    for own, expected in (("", "claude-haiku-5-5"), ("claude-opus-5-5", "claude-opus-5-5")):
        model = build_model(with_key, Planner(), model=own)
        fake.plays(play.says("Fine."))
        await model.respond(asking("?"), Screen())
        await close(model)
        assert fake.last["model"] == expected


async def test_when_anthropic_cannot_be_reached_the_planner_says_so(fake: FakeAnthropic) -> None:
    planner = Planner()
    model = build_model(settings(anthropic_api_key=KEY, anthropic_base_url=fake.url), planner)
    fake.plays(play.error(529, "overloaded_error", "Overloaded", {"Retry-After": "600"}))
    reply = await model.respond(asking("?"), Screen())
    await close(model)
    assert reply.model == "offline"
    assert reply.text.startswith("The language model could not be reached. The model provider is")


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_building_a_model_imports_no_sdk() -> None:
    code = """
import sys
from bot.agents.models.build import build_model
import bot.agents.models.catalogue
from bot.settings import Settings
build_model(Settings(_env_file=None, ANTHROPIC_API_KEY="k"), lambda notice: None)
print([name for name in ("anthropic", "pydantic_ai", "httpx2") if name in sys.modules])
"""
    assert run(code) == "[]"


def test_warming_imports_the_sdk_while_the_loop_goes_on() -> None:
    code = """
import asyncio, sys
from bot.agents.models.build import warm

async def main():
    ticks = 0
    warming = asyncio.create_task(warm())
    while not warming.done():
        await asyncio.sleep(0.01)
        ticks += 1
    await warming
    print(ticks >= 5, "anthropic" in sys.modules, "pydantic_ai" in sys.modules)

asyncio.run(main())
"""
    assert run(code) == "True True True"
