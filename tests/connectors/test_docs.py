"""The page on connectors is true: its example loads, runs and passes its own test."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.connectors.base import Connector
from bot.connectors.catalogue import describe

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"
MODULES = ("lighthouse", "lighthouse_test")


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ModuleType]]:
    """The page's two modules, loaded as files."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for name, code in zip(MODULES, blocks, strict=True):
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    yield [importlib.import_module(name) for name in MODULES]
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name)


def test_the_example_passes_its_tests(example: list[ModuleType]) -> None:
    found = [value for name, value in inspect.getmembers(example[1]) if name.startswith("test_")]
    assert len(found) == 4
    for test in found:
        asyncio.run(test())


def test_the_example_can_be_described(example: list[ModuleType]) -> None:
    connector: type[Connector] = example[0].Lighthouse
    assert [tool["name"] for tool in describe(connector)["tools"]] == [
        "lighthouse_list_flags",
        "lighthouse_set_flag",
    ]


def test_the_example_is_as_short_as_we_say() -> None:
    block = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
    assert len(block.splitlines()) <= 110
