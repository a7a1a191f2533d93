"""A real ClickHouse server: signing in, its own read-only mode, its time limit."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.clickhouse import connector as module
from bot.connectors.clickhouse import http
from bot.connectors.errors import NotAllowed, NotSignedIn, TooBig, Unavailable
from tests.clickhouse import Engine
from tests.connectors.clickhouse.conftest import Opener
from tests.connectors.helpers import rows, run
from tests.servers import free_port

SLOW = "select count() from system.numbers where sipHash64(number) = 1"


@pytest.fixture
def without_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pass_on(sql: str, dialect: object) -> str:
        return sql

    monkeypatch.setattr(module, "only_reading", pass_on)


@pytest.fixture
def old(opened: Opener, clickhouse_server: Engine) -> Any:
    return opened(clickhouse_server.url)


async def test_a_query_is_answered(old: Any) -> None:
    found = await rows(old, "run_query", sql="select currentDatabase() as d, 1 + 1 as two")
    assert found == [{"d": "default", "two": 2}]


async def test_a_wrong_password_is_told(opened: Opener, clickhouse_server: Engine) -> None:
    with pytest.raises(NotSignedIn, match="username or password"):
        await opened(clickhouse_server.url, password="wrong").check()


async def test_a_wrong_host_is_told(opened: Opener) -> None:
    with pytest.raises(Unavailable, match=r"could not be reached at 127\.0\.0\.1"):
        await opened(f"http://127.0.0.1:{free_port()}").check()


@pytest.mark.usefixtures("without_guard")
@pytest.mark.parametrize("user", ["reader", "fixed"])
@pytest.mark.parametrize(
    "sql",
    [
        "create table x (a Int32) engine = Memory",
        "create database x",
        "insert into system.numbers values (1)",
        "set max_threads = 1",
        "drop table system.one",
    ],
)
async def test_without_the_guard_the_server_still_refuses(
    opened: Opener, clickhouse_server: Engine, user: str, sql: str
) -> None:
    with pytest.raises(NotAllowed):
        await run(opened(clickhouse_server.url, username=user), "run_query", sql=sql)


async def test_a_user_whose_profile_is_read_only_can_query(
    opened: Opener, clickhouse_server: Engine
) -> None:
    connection = opened(clickhouse_server.url, username="fixed")
    assert await rows(connection, "run_query", sql="select 1 as one") == [{"one": 1}]


async def test_what_takes_long_is_stopped_by_the_server(
    old: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SETTINGS", ({**http.READ_ONLY, "max_execution_time": "1"},))
    with pytest.raises(TooBig, match="took too long"):
        await run(old, "run_query", sql=SLOW)
