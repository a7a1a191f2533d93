"""The stage of the end-to-end tests: the playground's, searched for secrets after each play."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from playground import stage as playground
from playground.stage import DEMO, Mode, Stage, spoken
from tests.e2e.planted import assert_nothing_leaked

__all__ = ["Mode", "Stage", "spoken", "staged"]


@asynccontextmanager
async def staged(
    folder: Path,
    mode: Mode = "socket",
    *,
    extra: Mapping[str, str] | None = None,
    setup: Path = DEMO,
    planted: Mapping[str, str] | None = None,
) -> AsyncIterator[Stage]:
    """`playground.stage.staged`; `planted` are secrets of this play alone, by their names."""
    async with playground.staged(folder, mode, extra=extra, setup=setup) as stage:
        yield stage
        await stage.bot.stop()
        assert_nothing_leaked(stage, folder, planted or {})
