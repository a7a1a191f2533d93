"""Reading query parameters, strictly."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from playground.betterstack.envelope import Limits, Problem, invalid, misspelled_attributes

Pairs = Sequence[tuple[str, str]]

PAGING = frozenset({"page", "per_page"})
METADATA = "metadata"
_METADATA_VALUE = re.compile(r"metadata\[([^\[\]]+)\]\[\]\[value\]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Query:
    """The parameters of one request, of which only `allowed` names may occur, each once.

    `metadata` in `allowed` stands for any number of `metadata[key][][value]=v`.
    """

    def __init__(self, pairs: Pairs, allowed: frozenset[str]) -> None:
        self.pairs = pairs
        self._metadata = _metadata(pairs) if METADATA in allowed else []
        plain = [(name, value) for name, value in pairs if not self._is_metadata(name)]
        _refuse_unknown(plain, allowed - {METADATA})
        _refuse_repeated(plain)
        self._values = dict(plain)

    def _is_metadata(self, name: str) -> bool:
        return bool(self._metadata) and bool(_METADATA_VALUE.fullmatch(name))

    def text(self, name: str) -> str | None:
        return self._values.get(name)

    def whole(self, name: str, least: int = 0) -> int | None:
        value = self._values.get(name)
        if value is None:
            return None
        if not re.fullmatch(r"\d{1,18}", value) or int(value) < least:
            raise invalid(name, f"must be a whole number from {least}")
        return int(value)

    def flag(self, name: str) -> bool | None:
        value = self._values.get(name)
        if value not in (None, "true", "false"):
            raise invalid(name, "must be true or false")
        return None if value is None else value == "true"

    def day(self, name: str) -> date | None:
        value = self._values.get(name)
        if value is None:
            return None
        try:
            return _day(value)
        except ValueError:
            raise invalid(name, "must be a day written YYYY-MM-DD") from None

    def moment(self, name: str) -> datetime | None:
        value = self._values.get(name)
        if value is None:
            return None
        try:
            return moment(value)
        except ValueError:
            raise invalid(name, "must be a moment in ISO 8601 with its UTC offset") from None

    def metadata(self) -> dict[str, set[str]]:
        """Wanted metadata values by key."""
        wanted: dict[str, set[str]] = {}
        for key, value in self._metadata:
            wanted.setdefault(key, set()).add(value)
        return wanted

    def page(self, limits: Limits) -> tuple[int, int]:
        size = self.whole("per_page", least=1) or limits.usual
        return self.whole("page", least=1) or 1, min(size, limits.most)


def moment(text: str) -> datetime:
    """Parse an ISO 8601 moment. Raises ValueError when malformed or without an offset."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError("a moment without an offset means nothing")
    return parsed


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError("not a day")
    return date.fromisoformat(text)


def _metadata(pairs: Pairs) -> list[tuple[str, str]]:
    found = ((_METADATA_VALUE.fullmatch(name), value) for name, value in pairs)
    return [(match[1], value) for match, value in found if match]


def _refuse_unknown(pairs: Pairs, allowed: frozenset[str]) -> None:
    unknown = sorted({name for name, _ in pairs} - allowed)
    if unknown:
        raise misspelled_attributes(unknown)


def _refuse_repeated(pairs: Pairs) -> None:
    repeated = sorted(name for name, count in Counter(n for n, _ in pairs).items() if count > 1)
    if repeated:
        raise Problem(422, {name: ["is given more than once"] for name in repeated})
