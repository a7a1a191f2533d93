"""A question about a real PostgreSQL, answered in the local workspace with its real rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiohttp import web
from playwright.async_api import Browser, expect

from tests.agents.models.fake_anthropic import (
    FakeAnthropic,
    calling,
    says,
    streams,
    tool_use,
)
from tests.browser import new_page, save_picture
from tests.e2e.stage import Stage, spoken, staged
from tests.servers import Server, postgres

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SCHEMA = "quarterdeck_e2e"
SETUP = """
connections:
  - label: Shop
    connector: generic_sql
    credentials:
      connection_string: ${SHOP_DATABASE}
agents:
  - name: Debugger
    type: debugger
    access:
      Shop:
        "*": read
"""
QUERY = f"select name, total from {SCHEMA}.orders order by total desc limit 2"


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    """A shop with three orders in a schema of its own."""
    with (
        postgres() as server,
        psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as connection,
    ):
        connection.execute(f"drop schema if exists {SCHEMA} cascade")
        connection.execute(f"create schema {SCHEMA}")
        table = f"{SCHEMA}.orders"
        connection.execute(f"create table {table} (id int primary key, name text, total int)")
        rows = "(1, 'Kettle', 42), (2, 'Lamp', 90), (3, 'Rug', 310)"
        connection.execute(f"insert into {table} values {rows}")
        yield server
        connection.execute(f"drop schema {SCHEMA} cascade")


def setup_of(folder: Path) -> Path:
    path = folder / "setup.yml"
    path.write_text(SETUP)
    return path


def environment(shop: Server, **more: str) -> dict[str, str]:
    return {"SHOP_DATABASE": shop.url("postgresql", "postgres"), **more}


async def test_a_persons_own_query_is_answered_with_a_table(tmp_path: Path, shop: Server) -> None:
    async with staged(tmp_path, extra=environment(shop), setup=setup_of(tmp_path)) as stage:
        thread = stage.say("ana", f"@debugger run this query: ```{QUERY}```")
        answer = await stage.answer(thread)
        assert any(block["type"] == "table" for block in answer["blocks"])
        assert "Rug" in spoken(answer)
        assert "Kettle" not in spoken(answer)


async def test_a_writing_query_is_refused_and_the_rows_stay(tmp_path: Path, shop: Server) -> None:
    async with staged(tmp_path, extra=environment(shop), setup=setup_of(tmp_path)) as stage:
        thread = stage.say("ana", f"@debugger run this query: ```delete from {SCHEMA}.orders```")
        await stage.answer(thread)
    with psycopg.connect(shop.url("postgresql", "postgres")) as connection:
        assert connection.execute(f"select count(*) from {SCHEMA}.orders").fetchone() == (3,)


@pytest.mark.browser
async def test_a_language_model_asks_the_database_and_shows_the_rows(
    browser: Browser, tmp_path: Path, shop: Server
) -> None:
    """The model is scripted, all else is real: its query runs, and it lays out what came back."""
    model = FakeAnthropic()
    wish = tool_use("toolu_1", "generic_sql_run_query", json.dumps({"sql": QUERY}))
    model.plays(streams(calling(wish)), lays_out)
    async with model.serving():
        more = environment(shop, ANTHROPIC_API_KEY="sk-ant-local", ANTHROPIC_BASE_URL=model.url)
        async with staged(tmp_path, extra=more, setup=setup_of(tmp_path)) as stage:
            thread = stage.say("ana", "@debugger which are our two largest orders?")
            answer = await stage.answer(thread)
            assert "Rug" in spoken(answer)
            await picture(browser, stage, thread)


async def lays_out(model: FakeAnthropic, request: web.Request) -> web.StreamResponse:
    return await says(table_of(model))(model, request)


def table_of(model: FakeAnthropic) -> str:
    """The rows of the tool's result as a Markdown table, as a model would lay them out."""
    result = json.dumps(model.last["messages"][-1])
    lines = [json.loads(line) for line in _rows(result)]
    head = "| " + " | ".join(lines[0]) + " |\n|" + "-|" * len(lines[0])
    body = "\n".join("| " + " | ".join(str(one) for one in row.values()) + " |" for row in lines)
    return f"The two largest orders:\n\n{head}\n{body}\n"


def _rows(result: str) -> list[str]:
    text: Any = json.loads(result)
    content = text["content"][0]["content"]
    plain = content if isinstance(content, str) else content[0]["text"]
    return [line for line in plain.splitlines() if line.startswith("{")]


async def picture(browser: Browser, stage: Stage, thread: str) -> None:
    channel = stage.workspace.channel("#incidents").id
    async with new_page(browser, width=1360) as page:
        await page.goto(f"{stage.workspace.url}/#{channel}/{thread}")
        pane = page.get_by_test_id("thread-pane")
        await expect(pane.locator("table").first).to_contain_text("Rug", timeout=20_000)
        await save_picture(page, "database")
