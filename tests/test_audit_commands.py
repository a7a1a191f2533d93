"""`python -m bot audit`: what whoever runs the installation sees of the record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot import audit_commands
from bot.__main__ import main
from bot.foundation import open_store, open_vault
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.settings import load_settings
from bot.store.database import Store
from bot.store.migrate import migrate
from bot.store.tables import Agent, Connection, Member, Organisation

NOW = datetime.now(UTC)


@dataclass
class Installation:
    """A data folder with two organisations, and the command line over it."""

    folder: Path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["audit", *arguments])

    def at_work(self, work: Callable[[Store], Coroutine[Any, Any, None]]) -> None:
        """Does something with the store, as the running house does."""

        async def go() -> None:
            settings = load_settings(env_file=None)
            store = open_store(settings, open_vault(settings))
            try:
                await work(store)
            finally:
                await store.close()

        asyncio.run(go())

    def tamper(self, sql: str) -> None:
        async def change(store: Store) -> None:
            async with store.engine.begin() as connection:
                await connection.exec_driver_sql(sql)

        self.at_work(change)


async def put(store: Store, caller: Caller, sentences: Sequence[str], *, days_ago: int = 0) -> None:
    for one in sentences:
        async with store.writing(caller.organisation_id) as session:
            audit.record(
                session,
                caller,
                at=NOW - timedelta(days=days_ago),
                action="test",
                outcome="done",
                sentence=one,
                connection_id="demo" if one.startswith("Debugger") else "",
            )


async def people_and_deeds(store: Store) -> None:
    await migrate(store.engine)
    async with store.installation() as session:
        session.add_all(
            Organisation(id=name, name=name.title(), created_at=NOW) for name in ("harbor", "labs")
        )
    async with store.writing("harbor") as session:
        session.add(Member(id="ana", user_id="UANA", name="Ana", joined_at=NOW))
        session.add(
            Agent(
                id="debugger",
                name="Debugger",
                handle="debugger",
                type="debugger",
                icon="",
                created_at=NOW,
            )
        )
        session.add(
            Connection(
                id="demo", connector="lamp", label="Demo", settings={}, credentials=b"",
                created_at=NOW,
            )
        )  # fmt: skip
    ana = Caller(CallerKind.PERSON, "harbor", "ana", "Ana")
    debugger = Caller(CallerKind.AGENT, "harbor", "debugger", "Debugger", "Ana")
    await put(store, ana, ["Ana did this", "Ana did that"], days_ago=40)
    await put(store, debugger, ["Debugger, asked by Ana, listed lamps"], days_ago=3)
    await put(store, Caller(CallerKind.PERSON, "labs", "zed", "Zed"), ["Zed did more"])


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("QUARTERDECK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("QUARTERDECK_DATABASE_URL", "")
    monkeypatch.setenv("QUARTERDECK_ENCRYPTION_KEY", "")
    # Without the set-up of the logs, which is the whole process's.
    monkeypatch.setattr(audit_commands, "prepared", lambda: load_settings(env_file=None))
    made = Installation(tmp_path)
    made.at_work(people_and_deeds)
    return made


def test_list_prints_the_newest_first_with_the_organisation(installation: Installation) -> None:
    lines = installation.run("list").output.splitlines()
    assert [line.partition(" ")[2].partition(", ")[0] for line in lines] == [
        "Harbor: Debugger",
        "Harbor: Ana did that",
        "Harbor: Ana did this",
        "Labs: Zed did more",
    ]
    assert lines[0].startswith(f"{NOW - timedelta(days=3):%Y-%m-%d}")
    assert len(installation.run("list", "--limit", "1").output.splitlines()) == 2


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (["--agent", "debugger"], ["listed lamps"]),
        (["--connection", "Demo"], ["listed lamps"]),
        (["--person", "Ana"], ["listed lamps", "did that", "did this"]),
        (["--since", "4 days"], ["listed lamps"]),
        (["--person", "Ana", "--since", "1 day"], []),
        ([], ["listed lamps", "did that", "did this"]),
    ],
)
def test_list_is_narrowed_down(
    installation: Installation, filters: list[str], words: list[str]
) -> None:
    result = installation.run("list", "--organisation", "Harbor", *filters)
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert len(lines) == len(words)
    assert all(word in line for word, line in zip(words, lines, strict=True))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--agent", "nobody", "--organisation", "Harbor"], "There is no agent called “nobody”."),
        (["--organisation", "Elsewhere"], "There are: Harbor, Labs."),
        (["--since", "whenever"], "Write since yesterday"),
    ],
)
def test_a_name_that_is_not_there_is_said(
    installation: Installation, options: list[str], told: str
) -> None:
    result = installation.run("list", *options)
    assert result.exit_code == 1
    assert told in result.output


def test_a_name_need_not_be_known_in_every_organisation(installation: Installation) -> None:
    result = installation.run("list", "--agent", "debugger")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert "Labs: There is no agent called “debugger”." in result.stderr


def test_export_writes_all_organisations_oldest_first(installation: Installation) -> None:
    output = installation.run("export").output
    rows = [json.loads(line) for line in output.splitlines()]
    assert [(row["organisation"], row["sequence"]) for row in rows] == [
        ("Harbor", 1), ("Harbor", 2), ("Harbor", 3), ("Labs", 1)
    ]  # fmt: skip
    assert rows[2]["connection"] == "Demo"


def test_export_to_a_file_says_how_many(installation: Installation) -> None:
    file = installation.folder / "out.csv"
    result = installation.run(
        "export", "--format", "csv", "--output", str(file), "--agent", "debugger"
    )
    assert result.stdout == f"1 entry is in {file}.\n"
    heading, row = file.read_text().splitlines()
    assert heading.startswith("organisation,sequence,at,sentence,")
    assert row.startswith("Harbor,3,")


def test_export_to_a_place_that_is_not_there_is_said(installation: Installation) -> None:
    result = installation.run("export", "--output", str(installation.folder / "no" / "x"))
    assert (result.exit_code, "cannot be written" in result.output) == (1, True)


def test_verify_says_what_is_whole_and_what_to_note_down(installation: Installation) -> None:
    result = installation.run("verify")
    assert result.exit_code == 0
    harbor, labs = result.output.splitlines()
    assert harbor.startswith("Harbor: whole, 3 entries. To note down: 3:")
    assert labs.startswith("Labs: whole, 1 entry. To note down: 1:")


def test_verify_names_the_first_bad_entry_and_fails(installation: Installation) -> None:
    installation.tamper("UPDATE audit_entries SET sentence = 'x' WHERE sequence = 2")
    result = installation.run("verify")
    assert result.exit_code == 1
    assert "Harbor: NOT WHOLE. Entry 2 was changed" in result.output
    assert "(1 entry before it good)" in result.output
    assert "Labs: whole" in result.output
    assert installation.run("verify", "--organisation", "Labs").exit_code == 0


def test_verify_compares_what_was_noted_down(installation: Installation) -> None:
    noted = installation.run("verify", "--organisation", "Harbor").output.split()[-1]
    known = ["verify", "--organisation", "Harbor", "--known"]
    assert installation.run(*known, noted).exit_code == 0
    forged = f"3:{'0' * 64}"
    result = installation.run(*known, forged)
    assert result.exit_code == 1
    assert "Entry 3 is not the one that was noted down." in result.output
    assert "add --organisation" in installation.run("verify", "--known", noted).output
    assert "a number and a hash" in installation.run(*known, "three").output
    first = installation.run("list", "--organisation", "Harbor")
    assert first.exit_code == 0
    installation.run("prune", "--days", "30", "--organisation", "Harbor")
    pruned = installation.run(*known, f"1:{'0' * 64}")
    assert "is pruned, so it was not compared" in pruned.output


def test_prune_removes_what_is_old_and_what_is_left_is_whole(installation: Installation) -> None:
    result = installation.run("prune", "--days", "30")
    assert result.output == "Harbor: 2 entries removed.\nLabs: 0 entries removed.\n"
    checked = installation.run("verify").output
    assert "Harbor: whole, 2 entries, pruned up to 2." in checked
    newest = installation.run("list", "--organisation", "Harbor", "--limit", "1").output
    assert "The operator (" in newest
    assert "pruned the record up to entry 2, to keep 30 days" in newest


def test_prune_leaves_a_record_alone_that_was_tampered_with(installation: Installation) -> None:
    installation.tamper(
        "DELETE FROM audit_entries WHERE sequence = 1 AND organisation_id = 'harbor'"
    )
    result = installation.run("prune", "--days", "30")
    assert result.exit_code == 1
    assert "Harbor: Entry 1 is missing. Nothing was removed; --force prunes all the same." in (
        result.output
    )
    assert installation.run("prune", "--days", "30", "--force").exit_code == 0
    assert installation.run("verify").exit_code == 0


def test_without_the_key_that_it_was_sealed_with_nothing_verifies(
    installation: Installation,
) -> None:
    (installation.folder / "encryption.key").unlink()
    result = installation.run("verify")
    assert result.exit_code == 1
    assert "the encryption key is another one" in result.output


def test_a_database_without_the_schema_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTERDECK_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(audit_commands, "prepared", lambda: load_settings(env_file=None))
    result = CliRunner().invoke(main, ["audit", "list"])
    assert result.exit_code == 1
    assert "run: python -m bot migrate" in result.output


@pytest.mark.parametrize("days", ["0", "-1", "many"])
def test_prune_wants_a_number_of_days(days: str) -> None:
    assert CliRunner().invoke(main, ["audit", "prune", "--days", days]).exit_code == 2
