"""Finds the time zone that a person means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

_MOST_NAMED = 4
_NOT_A_PLACE = frozenset({"factory"})


class UnknownZone(Exception):
    """There is no such time zone, or several. Its text is a sentence for people."""


def find_zone(name: str) -> str:
    """The IANA name of a time zone, from that name in any case or from its city: "new york".

    Raises:
        UnknownZone: naming those that may be meant.
    """
    wanted = name.strip().lower().replace(" ", "_")
    if wanted in _names():
        return _names()[wanted]
    found = _cities().get(wanted, ())
    if len(found) == 1:
        return found[0]
    shown = name.strip()[:40]
    if found:
        raise UnknownZone(f"“{shown}” may be {' or '.join(found)}: write which.")
    close = get_close_matches(wanted, [*_names(), *_cities()], n=_MOST_NAMED, cutoff=0.7)
    meant = list(dict.fromkeys(_names().get(one) or _cities()[one][0] for one in close))
    hint = f" Did you mean {' or '.join(meant)}?" if meant else ""
    raise UnknownZone(f"There is no time zone “{shown}”.{hint}")


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA name exactly as it is written there."""
    return _names().get(name.lower()) == name


@cache
def _names() -> Mapping[str, str]:
    """Every IANA name by its lower-case form."""
    listed = (files("tzdata") / "zones").read_text().split()
    return {name.lower(): name for name in listed if name.lower() not in _NOT_A_PLACE}


@cache
def _cities() -> Mapping[str, tuple[str, ...]]:
    """The zones of each city. Former names ("Asia/Istanbul") only where there is no other."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in _names().values():
        if "/" in name:
            found[name.rpartition("/")[2].lower()].append(name)
    current = _current_names()
    return {
        city: tuple(sorted(current.intersection(names) or names)) for city, names in found.items()
    }


def _current_names() -> set[str]:
    """The zones in use, from the table of all places (its columns: country, place, name, notes)."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    return {line.split("\t")[2] for line in table.splitlines() if not line.startswith("#")}
