"""The statements that must pass and those that must not: `honest.yaml` and `hostile.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.connectors.sql.dialects import Dialect
from bot.connectors.sql.rules import Rule

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Hostile:
    dialect: Dialect
    rule: Rule
    sql: str

    def __str__(self) -> str:
        return f"{self.dialect}: {self.sql[:60]}"


@dataclass(frozen=True)
class Honest:
    dialect: Dialect
    sql: str

    def __str__(self) -> str:
        return f"{self.dialect}: {self.sql[:60]}"


def hostile() -> Iterator[Hostile]:
    for dialect, rules in yaml.safe_load((FOLDER / "hostile.yaml").read_text()).items():
        for rule, statements in rules.items():
            for sql in statements:
                yield Hostile(Dialect(dialect), Rule[rule], sql)


def honest(dialect: Dialect | None = None) -> Iterator[Honest]:
    for name, statements in yaml.safe_load((FOLDER / "honest.yaml").read_text()).items():
        if dialect in (None, Dialect(name)):
            yield from (Honest(Dialect(name), sql) for sql in statements)
