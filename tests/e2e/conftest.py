"""The stage, once with each of Slack's two doors, a page on it, and a model that plays its part."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.agents.models.fake_anthropic import FakeAnthropic
from tests.e2e.screen import at_incidents
from tests.e2e.stage import Mode, Stage, staged


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Everything that people see is tested over Socket Mode and over HTTP."""
    chosen: Mode = request.param
    return chosen


@pytest_asyncio.fixture(scope="module", params=["socket", "http"], loop_scope="session")
async def shared_stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """One stage with each of the two doors for the tests of a module that leave each other alone.

    A stage takes seconds to start. Such tests read, or they look only at threads and answers of
    their own; one that changes what others see takes `stage`.
    """
    async with staged(tmp_path_factory.mktemp("shared"), request.param) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, mode: Mode) -> AsyncIterator[Stage]:
    async with staged(tmp_path, mode) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    async with at_incidents(browser, stage) as page:
        yield page


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[FakeAnthropic]:
    """A scripted Anthropic on this machine; `staged_with` has the bot ask it."""
    fake = FakeAnthropic()
    async with fake.serving():
        yield fake
