from collections.abc import AsyncIterator

import pytest

from bot.agents.models.direct import DirectModel
from tests.agents.models.fake_anthropic import FakeAnthropic
from tests.agents.models.support import direct


@pytest.fixture
async def fake() -> AsyncIterator[FakeAnthropic]:
    server = FakeAnthropic()
    async with server.serving():
        yield server


@pytest.fixture
async def model(fake: FakeAnthropic) -> AsyncIterator[DirectModel]:
    model = direct(fake)
    yield model
    await model.aclose()
