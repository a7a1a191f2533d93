"""The stage, once with each of Slack's two doors."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.stage import Mode, Stage, staged


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Everything that people see is tested over Socket Mode and over HTTP."""
    chosen: Mode = request.param
    return chosen


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, mode: Mode) -> AsyncIterator[Stage]:
    async with staged(tmp_path, mode) as ready:
        yield ready
