"""python -m playground.workspace"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import aiohttp

from tests.playground.workspace.conftest import MANIFEST

ROOT = Path(__file__).resolve().parents[3]


async def run(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "playground.workspace",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_prints_its_address_and_stops_on_request() -> None:
    process = await run("--port", "0", "--manifest", str(MANIFEST))
    assert process.stdout is not None
    async with asyncio.timeout(20):
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.request("POST", f"{url}/api/api.test") as response:
            assert (await response.json())["ok"] is True
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def test_a_manifest_that_is_not_there_is_said_in_one_line() -> None:
    process = await run("--port", "0", "--manifest", "nowhere.yml")
    async with asyncio.timeout(20):
        _, errors = await process.communicate()

    assert process.returncode == 1
    assert errors.decode().startswith("nowhere.yml cannot be read as a manifest")
