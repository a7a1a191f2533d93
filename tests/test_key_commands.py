"""`python -m bot keys`: rotating the encryption key on the command line."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import audit_commands, key_commands
from bot.__main__ import main
from bot.foundation import open_store, open_vault
from bot.gate.opening import owner_of
from bot.settings import load_settings
from bot.store.migrate import migrate
from bot.store.tables import Connection, Organisation


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one connection in it; the command line works on it."""
    monkeypatch.setenv("QUARTERDECK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("QUARTERDECK_ENCRYPTION_KEY", "")
    monkeypatch.setenv("QUARTERDECK_DATABASE_URL", "")
    # Without the set-up of the logs, which is the whole process's.
    for module in (audit_commands, key_commands):
        monkeypatch.setattr(module, "prepared", lambda: load_settings(env_file=None))
    asyncio.run(_fill())
    return tmp_path


async def _fill() -> None:
    settings = load_settings(env_file=None)
    vault = open_vault(settings)
    store = open_store(settings, vault)
    await migrate(store.engine)
    async with store.installation() as session:
        session.add(Organisation(id="harbor", name="Harbor", created_at=store.clock()))
    async with store.writing("harbor") as session:
        connection = Connection(
            id="demo",
            organisation_id="harbor",
            connector="better_stack",
            label="Demo",
            settings={},
            created_at=store.clock(),
        )
        connection.credentials = vault.seal({"api_token": "planted"}, owner=owner_of(connection))
        session.add(connection)
    await store.close()


def token() -> str:
    """The connection's token, opened with the keys of now."""

    async def read() -> str:
        settings = load_settings(env_file=None)
        vault = open_vault(settings)
        store = open_store(settings, vault)
        async with store.reading("harbor") as session:
            connection = await session.get_one(Connection, "demo")
        await store.close()
        opened = vault.open(connection.credentials, owner=owner_of(connection))
        return str(opened["api_token"])

    return asyncio.run(read())


def keys(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments])


def test_the_list_shows_which_key_seals_and_never_a_key(folder: Path) -> None:
    shown = keys("list").output
    assert "1  seals  1 value" in shown
    secret = (folder / "encryption.key").read_text().strip().rpartition(":")[2]
    assert secret not in shown


def test_a_rotation_seals_everything_anew_and_the_former_key_can_go() -> None:
    rotated = keys("rotate")
    assert rotated.exit_code == 0, rotated.output
    assert "sealed anew with the key 2" in rotated.output
    assert "python -m bot keys drop 1" in rotated.output
    assert token() == "planted"
    assert keys("drop", "1").output == "The key 1 is gone.\n"
    assert token() == "planted"
    assert "2  seals" in keys("list").output


def test_a_rotation_is_on_record() -> None:
    keys("rotate")
    shown = CliRunner().invoke(main, ["audit", "list"]).output
    assert "Quarterdeck sealed 1 value anew with the key 2" in shown


def test_the_key_that_seals_cannot_be_dropped() -> None:
    refused = keys("drop", "1")
    assert refused.exit_code == 1
    assert "still holds 1 value; rotate first" in refused.output


def test_with_a_key_of_the_environment_the_new_one_is_put_before_the_former(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = (folder / "encryption.key").read_text().strip()
    monkeypatch.setenv("QUARTERDECK_ENCRYPTION_KEY", former)
    refused = keys("rotate")
    assert refused.exit_code == 1
    assert "holds one key" in refused.output

    fresh = "2:" + base64.b64encode(bytes(32)).decode()
    monkeypatch.setenv("QUARTERDECK_ENCRYPTION_KEY", f"{fresh},{former}")
    assert "sealed anew with the key 2" in keys("rotate").output
    monkeypatch.setenv("QUARTERDECK_ENCRYPTION_KEY", fresh)
    assert token() == "planted"


def test_values_whose_key_is_gone_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = "7:" + base64.b64encode(bytes(32)).decode()
    monkeypatch.setenv("QUARTERDECK_ENCRYPTION_KEY", fresh)
    assert "1  MISSING: its values cannot be opened  1 value" in keys("list").output
