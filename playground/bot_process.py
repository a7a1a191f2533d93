"""Runs the bot as processes of its own, exactly as an operator would."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT = 60.0
STOP_TIMEOUT = 15.0
READY = "Quarterdeck is ready"


class BotFailed(Exception):
    """The bot did not do what it was told; its output is in the text."""


class BotProcess:
    """`python -m bot` with an environment of its own. `log` keeps what it wrote."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SLACK_", "QUARTERDECK_")) and name != "PYTHONDONTWRITEBYTECODE"
        }
        self._environment = {**kept, **environment}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self.url = ""

    def twin(self, log: Path, settings: Mapping[str, str]) -> BotProcess:
        """Another process of the same bot, with these settings on top of this one's."""
        return BotProcess({**self._environment, **settings}, log)

    async def command(self, *arguments: str) -> str:
        """Runs one command to its end and returns what it printed."""
        process = await self._spawn(arguments, stderr=asyncio.subprocess.STDOUT)
        async with asyncio.timeout(START_TIMEOUT):
            out, _ = await process.communicate()
        if process.returncode:
            raise BotFailed(f"python -m bot {' '.join(arguments)}:\n{out.decode()}")
        return out.decode()

    async def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Starts `run`, for this once with these settings on top, and returns when it is ready."""
        with self._log.open("ab") as log:
            self._process = await self._spawn(("run",), stderr=log.fileno(), settings=settings)
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read(ready))
        async with asyncio.timeout(START_TIMEOUT):
            line = await ready
        self.url = line.rpartition(" on ")[2].strip()

    async def kill(self) -> None:
        """Ends it as a power failure would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        await self._ended()

    async def stop(self) -> None:
        """Ends it as an operator would."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
        await self._ended()

    async def wait(self) -> int:
        """Returns its exit code when it ends by itself."""
        assert self._process is not None
        return await self._process.wait()

    async def _spawn(
        self,
        arguments: tuple[str, ...],
        *,
        stderr: int,
        settings: Mapping[str, str] | None = None,
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=ROOT,
            env={**self._environment, **(settings or {})},
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )

    async def _read(self, ready: asyncio.Future[str]) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if READY in line.decode() and not ready.done():
                ready.set_result(line.decode())
        if not ready.done():
            words = self._log.read_text()[-2000:]
            ready.set_exception(BotFailed(f"The bot did not start:\n{words}"))

    async def _ended(self) -> None:
        if self._process is not None:
            async with asyncio.timeout(STOP_TIMEOUT):
                await self._process.wait()
        if self._reader is not None:
            await self._reader
