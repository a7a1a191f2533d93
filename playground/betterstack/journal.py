"""A record of every request, so that a test can prove what was sent and what was not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from playground.betterstack.records import Json, stamp


@dataclass(kw_only=True)
class Entry:
    """One request, from its arrival on.

    `status` is None as long as there is no answer, and for good if the connection was closed.

    `team` is what the token opened: a team's name, "*" for a global token, None for no access.
    The token itself is never kept.
    """

    at: datetime
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: object
    team: str | None
    fault: str | None
    status: int | None = None

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    def as_json(self) -> Json:
        return {
            "at": stamp(self.at),
            "method": self.method,
            "path": self.path,
            "query": [list(pair) for pair in self.query],
            "body": self.body,
            "status": self.status,
            "team": self.team,
            "fault": self.fault,
        }


@dataclass
class Journal:
    entries: list[Entry] = field(default_factory=list)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def add(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        return entry

    def requests(self, method: str | None = None, path: str | None = None) -> list[Entry]:
        """Requests so far, oldest first, of one method or path if given."""
        return [
            entry
            for entry in self.entries
            if method in (None, entry.method) and path in (None, entry.path)
        ]

    def writes(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_write]

    def clear(self) -> None:
        self.entries.clear()
