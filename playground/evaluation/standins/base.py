"""What all stand-ins share: a connector whose service is the record of one incident."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.connectors.arguments import Moment
from bot.connectors.base import Auth, Category, Connector, Form, form_field
from bot.connectors.errors import Invalid, NotFound
from bot.connectors.results import Health, Row, Rows
from bot.connectors.wording import moment
from playground.evaluation.scenarios import Scenario, load

MOST_ROWS = 60

Start = Annotated[
    Moment | None,
    Field(description="From when on, as 2026-01-31T13:00:00Z. Left out, from the beginning."),
]
End = Annotated[
    Moment | None, Field(description="Until when, as 2026-01-31T14:00:00Z. Left out, to the end.")
]
Contains = Annotated[
    str | None, Field(description="Only those with this text in them, in any case.")
]


class RecordSettings(Form):
    folder: str = form_field("Folder", help="The folder of the recorded incident.")


class Replayed(Connector):
    """A service as it was during a recorded incident. Each call reads the record anew."""

    category = Category.MONITORING
    auth = Auth.NONE
    docs = ""
    Settings = RecordSettings
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """The sources of telemetry with the tools that read them; the first gives the most."""

    @property
    def scenario(self) -> Scenario:
        return _loaded(self.settings.folder)

    def recorded(self, source: str) -> Any:
        """The telemetry of a source.

        Raises:
            NotFound: nothing was recorded, which says neither that all was well nor that it was
                not.
        """
        if source not in self.scenario.sources:
            words = source.replace("_", " ")
            raise NotFound(f"There is no record of {words}, so nothing can be said about it.")
        return self.scenario.sources[source]

    async def check(self) -> Health:
        return Health(account=f"record of {len(self.scenario.sources)} sources")


@lru_cache(maxsize=64)
def _loaded(folder: str) -> Scenario:
    return load(Path(folder))


def entries(document: Any, *keys: str) -> list[Mapping[str, Any]]:
    """The list of things in a document: under the first of the keys that has one, or the only one
    that there is."""
    if isinstance(document, list):
        return [one for one in document if isinstance(one, dict)]
    if not isinstance(document, dict):
        return []
    lists = [document[key] for key in keys if isinstance(document.get(key), list)]
    lists += [one for one in document.values() if isinstance(one, list)]
    return [one for one in lists[0] if isinstance(one, dict)] if lists else []


def says(text: str | None, *values: Any) -> bool:
    """Whether a text is in any of the values; no text is in all."""
    return not text or any(text.casefold() in str(one or "").casefold() for one in values)


def between(start: str | None, end: str | None) -> Callable[[Any], bool]:
    """Whether a moment lies in a span. What has no moment of its own lies in every one.

    Raises:
        Invalid: the start is not before the end.
    """
    since, until = moment(start), moment(end)
    if since and until and since >= until:
        raise Invalid("The period is empty.", fields={"start": "must be before the end"})

    def inside(value: Any) -> bool:
        at = moment(str(value or ""))
        return at is None or ((since is None or at >= since) and (until is None or at <= until))

    return inside


def table(rows: Iterable[Row], title: str, *, most: int = MOST_ROWS) -> Rows:
    """The rows up to the bound, each with the same keys, and in words what was left out."""
    every: Sequence[Row] = list(rows)
    keys = list(dict.fromkeys(key for row in every for key in row))
    shown = [{key: row.get(key) for key in keys} for row in every[:most]]
    left = len(every) - len(shown)
    cut = f"{left} more; ask for a name, a text or a shorter time" if left > 0 else ""
    return Rows(shown, title=title, cut=cut)
