"""What tests of several folders share: the browser, and on which databases they run.

Tests that need a store run on SQLite, or on those that the mark `databases` names: that is for
what depends on the database, as several workers at once do. With `--database postgresql` all the
others run there too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from sqlalchemy import create_engine

from bot.store.database import Base
from tests.browser import launch_browser
from tests.fixtures_store import POSTGRESQL, SQLITE
from tests.servers import Server, new_database, postgres

MARK = "databases"

LONGEST = ("tests/e2e/", "tests/playground/", "tests/gate/", "tests/incidents/", "tests/people/")
"""What takes long for its number of tests. A file that comes last keeps one worker while the others
have nothing left to do, so these come first and the short ones fill the gaps."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=(SQLITE, POSTGRESQL), help="run all tests of the store on this one"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        places = [n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start)]
        return places[0] if places else len(LONGEST)

    items.sort(key=rank)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    chosen, mark = (
        metafunc.config.getoption("--database"),
        metafunc.definition.get_closest_marker(MARK),
    )
    names = mark.args if mark else (SQLITE,)
    if chosen and (mark is None or chosen in names):
        names = (chosen,)
    if names != (SQLITE,):
        metafunc.parametrize("database", names, indirect=True)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of a worker.

    It belongs to the event loop that it was started in, the session's, so the tests and fixtures
    that use it run there too: they are marked with `loop_scope="session"`.
    """
    async with launch_browser() as started:
        yield started


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One for all tests that want a PostgreSQL of their own."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: Server) -> Iterator[str]:
    """The address of a database with the tables in it."""
    with new_database(postgres_server) as name:
        address = postgres_server.url("postgresql+psycopg", name)
        engine = create_engine(address)
        Base.metadata.create_all(engine)
        engine.dispose()
        yield address
