"""Bringing the stand-ins into the catalogue of this process, the way another package would."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.connectors.catalogue import ENTRY_POINT_GROUP, all_connectors
from playground.evaluation.sources import STAND_INS

_PACKAGE = "quarterdeck_replayed"


@contextmanager
def stand_ins() -> Iterator[None]:
    """Within, the catalogue has the stand-ins; afterwards it is as before."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / f"{_PACKAGE}-1.dist-info")
        sys.path.append(folder)
        _look_again()
        try:
            yield
        finally:
            sys.path.remove(folder)
            _look_again()


def _write(info: Path) -> None:
    info.mkdir()
    info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {_PACKAGE}\nVersion: 1\n")
    points = [f"{one.slug} = {one.__module__}:{one.__name__}" for one in STAND_INS]
    lines = "\n".join([f"[{ENTRY_POINT_GROUP}]", *points])
    info.joinpath("entry_points.txt").write_text(lines + "\n")


def _look_again() -> None:
    importlib.invalidate_caches()
    all_connectors.cache_clear()
