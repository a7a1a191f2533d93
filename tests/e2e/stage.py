"""The stage of the end-to-end tests: the playground's, searched for secrets after each play."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from playground import stage as playground
from playground.stage import DEMO, Mode, Stage, spoken
from tests.agents.models.fake_anthropic import FakeAnthropic
from tests.e2e.planted import assert_nothing_leaked

__all__ = ["Mode", "Stage", "spoken", "staged", "staged_with"]

MODEL_KEY = "sk-ant-scripted-0123456789"


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


@asynccontextmanager
async def staged_with(
    model: FakeAnthropic, folder: Path, *, extra: Mapping[str, str] | None = None
) -> AsyncIterator[Stage]:
    """`staged` with a language model, which a script plays."""
    own = {"ANTHROPIC_API_KEY": MODEL_KEY, "ANTHROPIC_BASE_URL": model.url}
    planted = {"the key of the model": MODEL_KEY}
    async with staged(folder, extra={**(extra or {}), **own}, planted=planted) as stage:
        yield stage
