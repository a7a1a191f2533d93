"""The SQL behind a plain search for log lines, so that nobody has to write any."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.connectors.better_stack.telemetry.sql import text

STATUS_CLASS = re.compile(r"\b([1-5])xx\b", re.IGNORECASE)
STATUS_FIELDS = ("status", "status_code", "http_status")
LEVEL_FIELDS = ("level", "severity")


@dataclass(frozen=True)
class Search:
    """What lines are looked for, in the tables that begin with `base`."""

    base: str
    words: str = ""
    level: str = ""
    status: str = ""

    @property
    def tables(self) -> tuple[str, str]:
        """The newest lines are in one table, older ones in another."""
        return f"{self.base}_logs", f"{self.base}_s3"

    @property
    def lines(self) -> str:
        """The newest that fit, of both tables."""
        return f"SELECT dt, raw FROM {self._both()}{self._where()} ORDER BY dt DESC"  # noqa: S608

    def counts(self, fields: str, every_minutes: int | None) -> str:
        """How many fit, for each value of a field, and for each bit of time if that is asked."""
        names = {"count": "count()"}
        grouped = [] if not fields else [(_column(fields), _value(fields))]
        if every_minutes:
            step = f"toStartOfInterval(dt, INTERVAL {every_minutes} MINUTE)"
            grouped.insert(0, ("time", step))
        chosen = [f"{how} AS {name}" for name, how in [*grouped, *names.items()]]
        order = "time" if every_minutes else "count DESC"
        by = ", ".join(name for name, _ in grouped)
        return (
            f"SELECT {', '.join(chosen)} FROM {self._both()}{self._where()} "  # noqa: S608
            f"GROUP BY {by} ORDER BY {order}"
        )

    def _both(self) -> str:
        recent, older = self.tables
        return (
            f"(SELECT dt, raw FROM remote({recent}) UNION ALL "  # noqa: S608
            f"SELECT dt, raw FROM s3Cluster(primary, {older}) WHERE _row_type = 1) AS lines"
        )

    def _where(self) -> str:
        conditions = [*self._status(), *self._level(), *self._words()]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def _status(self) -> list[str]:
        asked = [*STATUS_CLASS.findall(self.words), *STATUS_CLASS.findall(self.status)]
        status = f"greatest({', '.join(_number(name) for name in STATUS_FIELDS)})"
        found = [f"{status} BETWEEN {one}00 AND {one}99" for one in asked[:1]]
        return found + ([f"{status} = {self.status}"] if self.status.isdigit() else [])

    def _level(self) -> list[str]:
        if not self.level:
            return []
        either = " OR ".join(
            f"lower(JSONExtractString(raw, {text(name)})) = {text(self.level.lower())}"
            for name in LEVEL_FIELDS
        )
        return [f"({either})"]

    def _words(self) -> list[str]:
        words = STATUS_CLASS.sub(" ", self.words).split()
        return [f"positionCaseInsensitive(raw, {text(word)}) > 0" for word in words]


def _number(field: str) -> str:
    return f"toInt32OrZero({_value(field)})"


def _value(field: str) -> str:
    """A field's value as text, whether the line has it as a text or as a number."""
    path = ", ".join(text(part) for part in field.split("."))
    return f"replaceAll(JSONExtractRaw(raw, {path}), '\"', '')"


def _column(field: str) -> str:
    return re.sub(r"\W", "_", field)
