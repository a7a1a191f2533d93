"""The bot as two processes on one PostgreSQL: each question is answered once, by either."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.agents.reception import RUN
from playground.stage import free_port
from tests.e2e.stage import Stage, spoken, staged
from tests.servers import Server, new_database

pytestmark = [pytest.mark.e2e]

DONE = f"SELECT count(*) FROM jobs WHERE kind = '{RUN}' AND state = 'done'"
RUNS = "SELECT count(*) FROM runs"


@pytest.fixture
def address(postgres_server: Server) -> Iterator[str]:
    """A new database without any tables: the bot's own migrations make them."""
    with new_database(postgres_server) as name:
        yield postgres_server.url("postgresql+psycopg", name)


async def test_twenty_questions_are_answered_once_each_while_one_after_the_other_is_restarted(
    tmp_path: Path, address: str
) -> None:
    """Slack brings the two events of a mention to different processes. It is over Socket Mode that
    it does so, to any of the connections that are open."""
    shared = {
        "QUARTERDECK_DATABASE_URL": address,
        "QUARTERDECK_ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode(),
    }
    async with staged(tmp_path, extra=shared) as stage:
        twin = stage.bot.twin(tmp_path / "twin.log", {"QUARTERDECK_PORT": str(free_port())})
        await twin.start()
        try:
            await stage.until(lambda: stage.workspace.connections == 2)
            await answered_once(stage)
            await answered_once(stage)
            await stage.bot.stop()
            await answered_once(stage)
            await stage.bot.start()
            await stage.until(lambda: stage.workspace.connections == 2)
        finally:
            await twin.stop()
        await answered_once(stage)
    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        assert connection.execute(DONE).fetchone() == (20,)
        assert connection.execute(RUNS).fetchone() == (20,)


async def answered_once(stage: Stage) -> None:
    """Asks five questions at once, and sees each answered in its thread."""
    asked = [
        (stage.say("ana", "@debugger which incidents are open?", channel=channel), channel)
        for channel in ("#incidents", "#product", "#incidents", "#product", "#incidents")
    ]
    for thread, channel in asked:
        await stage.answer(thread, channel)
    for thread, channel in asked:
        said = [spoken(one) for one in stage.bot_posts(thread, channel)]
        assert sum(" took " in one for one in said) == 1
        assert len(said) == 2, "what it did, and the answer"
