"""Ready choices of access, and access in words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.connectors.base import Access, Connector, Preset
from bot.gate.grants import Reach

NOTHING = "no access yet"


def presets_of(kind: type[Connector]) -> Sequence[Preset]:
    """The presets of a connector: read everything, its own, and none at all."""
    everything = {area.name: Access.READ for area in kind.areas}
    return (
        Preset("read_everything", "Read everything", everything),
        *kind.presets,
        Preset("nothing", "No access", {}),
    )


def reach_in_words(kind: type[Connector], reach: Reach) -> str:
    """ "read: monitors, on-call; write: incidents; also: resolve incident; never: …"."""
    if reach.is_empty:
        return NOTHING
    titles = {area.name: area.title for area in kind.areas}
    parts = []
    for level in (Access.READ, Access.WRITE, Access.FULL):
        areas = [titles[name].lower() for name, held in reach.levels.items() if held is level]
        if areas:
            parts.append(f"{level.word}: {', '.join(areas)}")
    for words, wanted in (("also", True), ("never", False)):
        tools = [verb.replace("_", " ") for verb, on in reach.switches.items() if on is wanted]
        if tools:
            parts.append(f"{words}: {', '.join(tools)}")
    return "; ".join(parts)
