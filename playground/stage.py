"""A stage for plays: the local workspace, the sandbox, and the bot as a process of its own.

The end-to-end tests and `make walk` play on it; nobody needs a browser.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot.foundation import open_store
from bot.provision import apply_file
from bot.settings import load_settings
from bot.store.migrate import migrate
from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.seed import seed
from playground.betterstack.server import Sandbox
from playground.bot_process import ROOT, BotProcess
from playground.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Delays, Workspace

Mode = Literal["socket", "http"]
PATIENCE = 20.0
"""Seconds for an answer; a loaded machine with two cores needs some."""


class Stage:
    """What is played on. `say` and `expect` are a person's typing and reading."""

    def __init__(self, workspace: Workspace, sandbox: Sandbox, bot: BotProcess, mode: Mode) -> None:
        self.workspace = workspace
        self.sandbox = sandbox
        self.bot = bot
        self.mode = mode

    def say(self, user: str, text: str, *, channel: str = "#incidents", thread: str = "") -> str:
        """Posts as a person and returns the ts."""
        return self.workspace.post(user, channel, text, thread_ts=thread or None)

    async def expect(
        self, words: str, *, channel: str = "#incidents", thread: str = ""
    ) -> dict[str, Any]:
        """Waits for a message of the bot with these words."""

        def found() -> dict[str, Any]:
            for message in self.workspace.messages(channel, thread or None):
                if message.get("bot_id") and words in spoken(message):
                    return dict(message)
            return {}

        return await self.workspace.wait_for(found, timeout=PATIENCE)

    async def answer(self, thread: str, channel: str = "#incidents") -> dict[str, Any]:
        """Waits for the end of a run: the steps are closed, and below them is the answer."""

        def found() -> dict[str, Any]:
            posts = self.bot_posts(thread, channel)
            if posts and any(" took " in spoken(one) or "stopped" in spoken(one) for one in posts):
                return posts[-1]
            return {}

        return await self.workspace.wait_for(found, timeout=PATIENCE)

    async def card(self, thread: str) -> dict[str, Any]:
        """Waits for an approval card with its buttons."""

        def found() -> dict[str, Any]:
            for message in self.workspace.messages("#incidents", thread):
                if any(block.get("type") == "actions" for block in message.get("blocks", [])):
                    return dict(message)
            return {}

        return await self.workspace.wait_for(found, timeout=PATIENCE)

    async def press(self, user: str, card: Mapping[str, Any], button: str) -> None:
        await self.workspace.click(user, "#incidents", str(card["ts"]), f"approval_{button}")

    async def deny(self, user: str, card: Mapping[str, Any], *, reason: str = "") -> None:
        """Presses Deny, and gives a reason in the modal that it opens."""
        await self.press(user, card, "deny")
        view = (await self.until(lambda: self.workspace.views(user)))[-1]
        values = {"approval_reason": reason} if reason else {}
        await self.workspace.submit_view(user, view["id"], values)

    async def restart(self, settings: Mapping[str, str] | None = None) -> None:
        """Ends the bot as an operator would, and starts it with these settings on top of its own.

        What an earlier restart set is forgotten.
        """
        await self.bot.stop()
        await self.bot.start(settings)
        await self.connected()

    async def die_and_return(self) -> None:
        """Ends the bot as a power failure would, and starts it again."""
        await self.bot.kill()
        await self.bot.start()
        await self.connected()

    def new_day(self) -> None:
        """Puts the sandbox back to where it began: its world, its journal, no faults."""
        vars(self.sandbox.state).update(vars(seed(self.sandbox.clock())))
        self.sandbox.journal.clear()
        self.sandbox.faults.clear()

    async def until(self, condition: Callable[[], Any]) -> Any:
        return await self.workspace.wait_for(condition, timeout=PATIENCE)

    def bot_posts(self, thread: str, channel: str = "#incidents") -> list[dict[str, Any]]:
        return [one for one in self.workspace.messages(channel, thread) if one.get("bot_id")]

    async def connected(self) -> None:
        """Returns when the bot hears what happens in the workspace."""
        if self.mode == "socket":
            await self.until(lambda: self.workspace.connections)
        else:
            self.workspace.use_http(f"{self.bot.url}/slack/events")


def texts(message: Mapping[str, Any]) -> list[str]:
    """Everything that a message shows, piece by piece."""
    words: list[str] = [str(message.get("text", ""))]

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("text"), str):
                words.append(value["text"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(message.get("blocks", []))
    return words


def spoken(message: Mapping[str, Any]) -> str:
    """Everything that a message shows, as one text."""
    return " ".join(texts(message))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


DEMO = ROOT / "playground" / "demo.yml"


@asynccontextmanager
async def staged(
    folder: Path,
    mode: Mode = "socket",
    *,
    extra: Mapping[str, str] | None = None,
    setup: Path = DEMO,
) -> AsyncIterator[Stage]:
    """Sets the stage with a setup file, and clears it.

    Args:
        extra: more of the bot's environment, or other values.
    """
    async with AsyncExitStack() as stack:
        # Retries of Slack's come soon, so that a test of them need not wait a minute.
        workspace = Workspace(
            ROOT / "manifest.yml",
            delays=Delays(acknowledge=3.0, retries=(0.05, 0.2, 0.5)),
            rate_limits=False,
        )
        await workspace.start()
        stack.push_async_callback(workspace.stop)
        sandbox = Sandbox(clock=lambda: datetime.now(UTC))
        await sandbox.start()
        stack.push_async_callback(sandbox.stop)
        environment = _environment(workspace, sandbox, folder, mode, extra)
        await _set_up(environment, setup)
        bot = BotProcess(environment, folder / "bot.log")
        await bot.start()
        stack.push_async_callback(bot.stop)
        stage = Stage(workspace, sandbox, bot, mode)
        await stage.connected()
        yield stage


async def _set_up(environment: Mapping[str, str], setup: Path) -> None:
    """What `migrate` and `apply` do, without two more processes for each test."""
    with _surroundings(environment):
        settings = load_settings(env_file=None)
        store = open_store(settings)
        await migrate(store.engine)
        await store.close()
        await apply_file(settings, setup)


def _environment(
    workspace: Workspace,
    sandbox: Sandbox,
    folder: Path,
    mode: Mode,
    extra: Mapping[str, str] | None,
) -> dict[str, str]:
    doors = {
        "socket": {"SLACK_APP_TOKEN": APP_TOKEN},
        "http": {"SLACK_SIGNING_SECRET": SIGNING_SECRET},
    }
    return {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "ANTHROPIC_API_KEY": "",
        "QUARTERDECK_DATA_DIR": str(folder),
        # A port of its own that stays the same when the bot is killed and started again.
        "QUARTERDECK_PORT": str(free_port()),
        "BETTERSTACK_URL": sandbox.url,
        "BETTERSTACK_TOKEN": TEAM_TOKEN,
        **doors[mode],
        **(extra or {}),
    }


@contextmanager
def _surroundings(environment: Mapping[str, str]) -> Iterator[None]:
    """This process's own environment with these on top: settings and setup files read it."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
