"""How the house hangs together: what may import what, and who may touch a service."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BOT = ROOT / "bot"

SHARED_BY_CONNECTORS = {
    *("addresses", "base", "catalogue", "errors", "netguard", "oauth"),
    *("results", "toolset", "wording"),
}
"""What the rest of the house may know of connectors; the others are single services."""

MAY_READ_THE_TIME = {"foundation.py", "gate/opening.py", "connectors/base.py"}
"""Where the real clock comes in, as an argument's default or for the whole process."""

OUTSIDE_OF_ORGANISATIONS = {"Job", "Workspace", "Channel", "DirectChoice"}
"""Models whose organisation is a plain column, which may be compared."""

LONG, LONGEST, MOST_LONG_ONES = 400, 550, 3
"""Lines of a module; a list of tables may be longer, and few modules are."""


@cache
@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the bot, by its path within."""
    return {
        str(path.relative_to(BOT)): ast.parse(path.read_text())
        for path in sorted(BOT.rglob("*.py"))
    }


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole way"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def methods_called(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def outside(*folders: str) -> dict[str, ast.Module]:
    return {path: tree for path, tree in modules().items() if not path.startswith(folders)}


def test_there_is_something_to_look_at() -> None:
    assert len(modules()) > 100
    assert "look_ahead" in set(methods_called(modules()["gate/writes.py"]))
    assert "call" in set(methods_called(modules()["gate/door.py"]))


def test_imports_run_downwards_only() -> None:
    """The contracts in pyproject.toml."""
    tool = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_part_of_the_house_has_its_place_in_the_layers() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [layers] = [
        contract["layers"]
        for contract in config["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    placed = {part.strip() for layer in layers for part in layer.split("|")}
    for path in modules():
        name = "bot." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if name == "bot.__init__":
            continue
        if name == "bot.scheduling":
            continue  # its modules are placed one by one
        assert any(name == one or name.startswith(f"{one}.") for one in placed), name


@pytest.mark.parametrize("method", ["call", "look_ahead"])
def test_only_the_gate_calls_a_connectors_tools(method: str) -> None:
    callers = [
        path
        for path, tree in outside("gate/", "connectors/").items()
        if method in methods_called(tree)
    ]
    assert callers == []


def test_only_the_gate_holds_opened_connections() -> None:
    """A connector without its credentials can do nothing, and only the opener has them."""
    for path, tree in outside("gate/").items():
        assert "bot.gate.opening.Opened" not in set(imported(tree)), path


def test_nobody_but_connectors_knows_a_single_service() -> None:
    for path, tree in outside("connectors/").items():
        for name in imported(tree):
            if name.startswith("bot.connectors."):
                assert name.split(".")[2] in SHARED_BY_CONNECTORS, f"{path} imports {name}"


def test_the_bot_never_imports_the_playground_or_tests() -> None:
    for path, tree in modules().items():
        for name in imported(tree):
            assert name.split(".")[0] not in ("playground", "tests"), f"{path} imports {name}"


def test_nobody_writes_the_organisation_into_a_query() -> None:
    """The store adds it; whoever does so by hand will forget it one day."""
    for path, tree in outside("store/").items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute):
                owner = ast.unparse(node.left.value)
                if owner[:1].isupper() and node.left.attr == "organisation_id":
                    assert owner in OUTSIDE_OF_ORGANISATIONS, f"{path}:{node.lineno}"


def test_time_and_chance_are_handed_in() -> None:
    for path, tree in outside(*MAY_READ_THE_TIME).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                words = ast.unparse(node.func)
                assert words not in ("datetime.now", "date.today", "time.time", "uuid.uuid4"), (
                    f"{path}:{node.lineno} calls {words}"
                )
                assert not words.startswith("random."), f"{path}:{node.lineno} calls {words}"


def test_few_modules_are_long_and_none_is_very_long() -> None:
    lines = {path: len((BOT / path).read_text().splitlines()) for path in modules()}
    long = {path: count for path, count in lines.items() if count > LONG}
    assert len(long) <= MOST_LONG_ONES, long
    assert max(lines.values()) <= LONGEST, long
