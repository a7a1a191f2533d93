"""The encryption key is rotated while fifty questions are being answered: none is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.stage import Stage, spoken, staged

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

RUNS = 50
PATIENCE = 90.0


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as ready:
        yield ready


async def test_fifty_questions_survive_a_rotation(stage: Stage) -> None:
    threads = [stage.say("ana", f"@debugger list incidents ({number})") for number in range(RUNS)]
    await any_more(stage, threads, 0)
    assert len(answered(stage, threads)) < RUNS
    rotated = await stage.bot.command("keys", "rotate")
    dropped = await stage.bot.command("keys", "drop", "1")
    assert "sealed anew with the key 2" in rotated
    assert "The key 1 is gone" in dropped
    while len(answered(stage, threads)) < RUNS:
        await any_more(stage, threads, len(answered(stage, threads)))
    assert "whole" in await stage.bot.command("audit", "verify")


async def any_more(stage: Stage, threads: list[str], before: int) -> None:
    """Waits for a further answer. Fifty at once leave the first of them waiting for a while."""
    await stage.workspace.wait_for(lambda: len(answered(stage, threads)) > before, timeout=PATIENCE)


def answered(stage: Stage, threads: list[str]) -> list[str]:
    return [
        thread
        for thread in threads
        if any("Checkout 5xx" in spoken(post) for post in stage.bot_posts(thread))
    ]
