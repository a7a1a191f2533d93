"""`make walk`, as it is run, and what it does when a step does not show what it must."""

import asyncio
import sys
from pathlib import Path

import pytest

from playground.bot_process import ROOT
from playground.stage import staged
from playground.walk import STEPS, Walk, carry_out

pytestmark = pytest.mark.e2e

TIME = 110.0
"""Seconds: "well under two minutes", on a machine that has other things to do as well."""


async def test_the_walk_shows_every_end_of_a_request(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "playground.walk", "--folder", str(tmp_path / "walk")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(TIME):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = [line.strip() for line in out.decode().splitlines()]
    assert process.returncode == 0, out.decode()
    for number, (name, _) in enumerate(STEPS, start=2):
        assert f"{number}. {name}" in lines
    for words in (
        "Bo presses Approve",
        "the card says: “Done. Approved by @Bo",
        "“I am on it” Nothing was sent.”",
        "the card says: “Expired. Nobody decided in time, so nothing was sent.”",
        "Chidi alone is told: “You may not decide on this. @Ana, @Bo can.”",
        "Already resolved by Chidi Okoye",
        "the card says: “Withdrawn by @Chidi",
        "the bot is killed (SIGKILL) and started again",
        "The answer was lost on the way, but the service shows that it is done.”",
        "It was not done: the service shows no change.",
        "approved this at",
        "the sandbox got 1 write: POST /api/v3/incidents/5101/acknowledge",
    ):
        assert any(words in line for line in lines), words
    assert lines[-1].startswith(f"All {len(STEPS) + 1} steps showed what they must")


async def test_a_step_that_does_not_show_what_it_must_ends_the_walk(tmp_path: Path) -> None:
    async def sent_without_asking(walk: Walk) -> None:
        await walk.ask("ana")
        walk.sent("/api/v3/incidents/5101/resolve")

    async def never(_walk: Walk) -> None:
        raise AssertionError("the walk has ended before")

    told: list[str] = []
    async with staged(tmp_path) as stage:
        steps = (("sent without asking", sent_without_asking), ("never reached", never))
        assert not await carry_out(stage, steps, told.append)
    assert told[-1].startswith("\nStep 1 (sent without asking) failed: what must be is not so:")
    assert "it got no write" in told[-1]
