"""The setup file: what it says is so afterwards, and a mistake in it changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from bot.connectors.base import Access
from bot.gate.grants import reach_of
from bot.setup_file import Applied, SetupError, apply_setup, read_setup
from bot.store.crew import find_agent, find_connection
from bot.store.tables import Agent, AuditEntry, Connection, Grant
from tests.fixtures_store import ORGANISATION
from tests.support.connectors import TOKEN
from tests.support.fixtures import clock, database, harbor, service, store
from tests.support.harbor import Harbor

__all__ = ["clock", "database", "harbor", "service", "store"]

GOOD = """
connections:
  - label: North
    connector: lamp
    settings: {harbor: "North of ${PLACE}"}
    credentials: {key: "${LAMP_KEY}"}
agents:
  - name: Product Manager
    type: product_manager
    access:
      North: {"*": read, house: write}
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMP_KEY", TOKEN)
    monkeypatch.setenv("PLACE", "Lisbon")


async def apply(harbor: Harbor, text: str, folder: Path) -> Applied:
    path = folder / "setup.yml"
    path.write_text(text)
    return await apply_setup(harbor.store, harbor.opener, ORGANISATION, read_setup(path))


async def levels(harbor: Harbor, handle: str, label: str) -> dict[str, Access]:
    async with harbor.store.reading(ORGANISATION) as session:
        agent, connection = await find_agent(session, handle), await find_connection(session, label)
        assert agent is not None
        assert connection is not None
        reached = await reach_of(session, agent.id)
    return dict(reached[connection.id].levels) if connection.id in reached else {}


async def counts(harbor: Harbor) -> list[int]:
    async with harbor.store.reading(ORGANISATION) as session:
        tables = (Agent, Connection, Grant, AuditEntry)
        return [
            await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        ]


async def test_it_makes_connections_agents_and_grants(harbor: Harbor, tmp_path: Path) -> None:
    applied = await apply(harbor, GOOD, tmp_path)
    assert len(applied.connections) == 1
    async with harbor.store.reading(ORGANISATION) as session:
        connection = await find_connection(session, "North")
        agent = await find_agent(session, "product-manager")
    assert connection is not None
    assert agent is not None
    assert connection.settings == {"harbor": "North of Lisbon"}
    opened = harbor.opener.open(connection).connector
    assert opened.credentials.key.get_secret_value() == TOKEN
    assert (agent.name, agent.type, agent.icon) == (
        "Product Manager",
        "product_manager",
        ":compass:",
    )
    assert await levels(harbor, "product-manager", "North") == {
        "lamps": Access.READ,
        "house": Access.WRITE,
    }
    sentences = await harbor.sentences()
    assert "The setup file: connection North (Lamp) is set, 09:00 UTC." in sentences
    assert TOKEN not in str(sentences)


async def test_applied_again_there_is_still_one_of_each(harbor: Harbor, tmp_path: Path) -> None:
    first = await apply(harbor, GOOD, tmp_path)
    before = (await counts(harbor))[:3]
    second = await apply(harbor, GOOD, tmp_path)
    assert second.connections == first.connections
    assert (await counts(harbor))[:3] == before


async def test_what_it_does_not_name_stays_as_it_is(harbor: Harbor, tmp_path: Path) -> None:
    await harbor.grant({"lamps": Access.FULL})
    await apply(harbor, GOOD, tmp_path)
    assert await levels(harbor, "debugger", "Demo") == {"lamps": Access.FULL}


@pytest.mark.parametrize("word", ["off", "OFF", '"off"', "Off"])
async def test_off_may_be_written_as_it_is_spoken(
    harbor: Harbor, tmp_path: Path, word: str
) -> None:
    """YAML takes a bare off for false."""
    text = GOOD.replace('{"*": read, house: write}', f'{{"*": read, house: {word}}}')
    await apply(harbor, text, tmp_path)
    assert await levels(harbor, "product-manager", "North") == {"lamps": Access.READ}


async def test_an_empty_file_changes_nothing(harbor: Harbor, tmp_path: Path) -> None:
    before = await counts(harbor)
    assert await apply(harbor, "", tmp_path) == Applied()
    assert await counts(harbor) == before


def changed(path: str, value: Any) -> str:
    """The good file with one thing changed, or taken out where the value is `...`."""
    parsed: Any = yaml.safe_load(GOOD)
    *way, last = path.split(".")
    at = parsed
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    if value is ...:
        del at[last]
    else:
        at[int(last) if last.isdigit() else last] = value
    return str(yaml.safe_dump(parsed))


MISTAKES = {
    "not YAML": ("a: [", "is not YAML"),
    "a list": ("- a", "setup.yml"),
    "a word": ("hello", "setup.yml"),
    "an unknown part": ("conections: []", "conections"),
    "an unknown field": (changed("connections.0.lable", "x"), "connections.0.lable"),
    "no label": (changed("connections.0.label", ...), "connections.0.label"),
    "an empty label": (changed("connections.0.label", " "), "connections.0.label"),
    "a connections list of nothing": ("connections:", "connections"),
    "an unknown connector": (changed("connections.0.connector", "lantern"), "'lantern'"),
    "an unknown setting": (changed("connections.0.settings", {"port": 1}), "port"),
    "a malformed credential": (changed("connections.0.credentials", {"key": "x"}), "key: "),
    "no credential": (changed("connections.0.credentials", {}), "key: "),
    "a variable that is not set": (
        changed("connections.0.credentials", {"key": "${NOT_SET}"}),
        "The environment has no NOT_SET",
    ),
    "an unknown type": (changed("agents.0.type", "detective"), "the type is one of debugger"),
    "a name without letters": (changed("agents.0.name", "🔥"), "agents.0.name"),
    "an unknown connection": (changed("agents.0.access", {"South": {"*": "read"}}), "'South'"),
    "an unknown area": (changed("agents.0.access", {"North": {"cellar": "read"}}), "'cellar'"),
    "an unknown level": (changed("agents.0.access", {"North": {"lamps": "rw"}}), "'rw'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_is_told_and_changes_nothing(
    harbor: Harbor, tmp_path: Path, mistake: str
) -> None:
    text, words = MISTAKES[mistake]
    before = await counts(harbor)
    with pytest.raises(SetupError) as caught:
        await apply(harbor, text, tmp_path)
    assert words in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert await counts(harbor) == before


async def test_a_mistake_at_the_end_undoes_what_came_before(harbor: Harbor, tmp_path: Path) -> None:
    before = await counts(harbor)
    text = GOOD + "  - {name: Tony, type: custom, access: {Nowhere: {}}}\n"
    with pytest.raises(SetupError, match="there is no connection 'Nowhere'"):
        await apply(harbor, text, tmp_path)
    assert await counts(harbor) == before


async def test_a_secret_that_is_wrong_is_not_repeated(
    harbor: Harbor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMP_KEY", "my-very-secret-value")
    with pytest.raises(SetupError) as caught:
        await apply(harbor, GOOD, tmp_path)
    assert "very-secret" not in str(caught.value)
    assert "lumen-…" in str(caught.value)


async def test_an_agent_may_not_use_what_its_type_does_not(harbor: Harbor, tmp_path: Path) -> None:
    text = """
connections: [{label: Shop, connector: till}]
agents: [{name: Sherlock, type: debugger, access: {Shop: {"*": read}}}]
"""
    with pytest.raises(SetupError, match="debugger agents do not use Till"):
        await apply(harbor, text, tmp_path)


async def test_a_label_of_another_service_is_not_taken_over(harbor: Harbor, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="'Demo' is a connection to Lamp already"):
        await apply(harbor, "connections: [{label: Demo, connector: till}]", tmp_path)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be read: No such file"):
        read_setup(tmp_path / "none.yml")
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SetupError, match="is not a text file"):
        read_setup(tmp_path / "binary.yml")
