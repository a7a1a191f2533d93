"""`make demo`: the local workspace and the sandbox in this process, the bot in another."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.server import Sandbox
from playground.bot_process import ROOT, BotFailed, BotProcess
from playground.workspace import APP_TOKEN, BOT_TOKEN, Workspace

PAGE_PORT = 3000
SANDBOX_PORT = 3100
WEB_PORT = 3200
FOLDER = ROOT / "var" / "demo"

HINTS = """
Open {url}

  You are Ana, on call at Harbor. Try in #incidents:
    @debugger which incidents are open, and who is on call?
    @debugger acknowledge the checkout incident
    @tony search api-gateway logs for 5xx in the last hour and #visualize by status code
    /ops subscribe daily incidents at 09:00
    /ops subscribe incidents now
    /ops connections add
      connects a service: for Better Stack the token is {token}
      and, under Settings, the address of the API is {sandbox}
    /ops help
  {model}
  The bot's log is {log}. Stop with Ctrl+C.
"""


def environment(workspace: Workspace, sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """The bot's settings for the stand-ins of this machine."""
    return {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "QUARTERDECK_DATA_DIR": str(folder),
        "QUARTERDECK_PORT": str(WEB_PORT),
        "BETTERSTACK_URL": sandbox.url,
        "BETTERSTACK_TOKEN": TEAM_TOKEN,
    }


async def demo() -> None:
    """Runs until it is interrupted, or the bot ends."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    workspace = Workspace(ROOT / "manifest.yml")
    sandbox = Sandbox(clock=lambda: datetime.now(UTC))
    log = FOLDER / "bot.log"
    async with contextlib.AsyncExitStack() as stack:
        await workspace.start(port=PAGE_PORT)
        stack.push_async_callback(workspace.stop)
        await sandbox.start(port=SANDBOX_PORT)
        stack.push_async_callback(sandbox.stop)
        bot = BotProcess(environment(workspace, sandbox, FOLDER), log)
        await bot.command("migrate")
        await bot.command("apply", str(ROOT / "playground" / "demo.yml"))
        await bot.start()
        stack.push_async_callback(bot.stop)
        print(
            HINTS.format(
                url=workspace.url,
                model=_model_line(),
                log=log.relative_to(ROOT),
                token=TEAM_TOKEN,
                sandbox=sandbox.url,
            )
        )
        sys.stdout.flush()
        await _until_stopped(stop, bot)


async def _until_stopped(stop: asyncio.Event, bot: BotProcess) -> None:
    waits = [asyncio.create_task(stop.wait()), asyncio.create_task(bot.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
    if not stop.is_set():
        raise BotFailed("The bot ended by itself; its log says why.")


def _model_line() -> str:
    if os.environ.get("ANTHROPIC_API_KEY"):
        return "Answers come from Claude (ANTHROPIC_API_KEY is set)."
    return "Answers come from the offline planner; set ANTHROPIC_API_KEY for a language model."


def main() -> None:
    try:
        asyncio.run(demo())
    except BotFailed as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The demo needs the ports {PAGE_PORT}, {SANDBOX_PORT} and {WEB_PORT}: {error}.")


if __name__ == "__main__":
    main()
