"""The encryption key is rotated while fifty questions are being answered: none is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.stage import Stage, spoken, staged

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

RUNS = 50


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as ready:
        yield ready


async def test_fifty_questions_survive_a_rotation(stage: Stage) -> None:
    threads = [stage.say("ana", f"@debugger list incidents ({number})") for number in range(RUNS)]
    await stage.until(lambda: answered(stage, threads))
    assert len(answered(stage, threads)) < RUNS
    rotated = await stage.bot.command("keys", "rotate")
    dropped = await stage.bot.command("keys", "drop", "1")
    assert "sealed anew with the key 2" in rotated
    assert "The key 1 is gone" in dropped
    while len(answered(stage, threads)) < RUNS:
        before = len(answered(stage, threads))
        await stage.until(lambda before=before: len(answered(stage, threads)) > before)  # type: ignore[misc]
    assert "whole" in await stage.bot.command("audit", "verify")


def answered(stage: Stage, threads: list[str]) -> list[str]:
    return [
        thread
        for thread in threads
        if any("Checkout 5xx" in spoken(post) for post in stage.bot_posts(thread))
    ]
