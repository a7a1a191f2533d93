"""Starts the house and stops it. `parts` is where it is put together."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot.agents.models.build import Models
from bot.connecting.health import HealthWatch
from bot.connectors.catalogue import all_connectors
from bot.foundation import only_process, sign_in
from bot.gate.retention import Retention
from bot.handlers.socket import Socket
from bot.parts import Parts
from bot.settings import Settings, SettingsError
from bot.store.database import Store
from bot.store.once import forget_old

log = structlog.get_logger(__name__)

CLEAN_EVERY = timedelta(hours=6)
GRACE = timedelta(seconds=8)
"""How long stopping in good order may take; everything that counts is in the database anyway."""


class House:
    """A running Quarterdeck: `async with House(settings) as house`."""

    def __init__(self, settings: Settings, models: Models | None = None) -> None:
        """`models` are others than those of the settings."""
        self._parts = Parts(settings, models)
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def store(self) -> Store:
        return self._parts.store

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._parts.port

    async def __aenter__(self) -> House:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            async with asyncio.timeout(GRACE.total_seconds()):
                await self._stack.aclose()
        except TimeoutError:
            log.warning("stop.forced", after=str(GRACE))

    async def serve(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set. Raises what a part of the house died of."""
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopped, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        for task in done - {stopped}:
            task.result()

    # Starting, in this order; the stack stops it in the opposite one.

    async def _start(self) -> None:
        parts = self._parts
        self._stack.push_async_callback(parts.store.close)
        self._stack.push_async_callback(parts.opener.close)
        self._stack.push_async_callback(parts.models.aclose)
        if not parts.settings.database_url:
            self._stack.enter_context(only_process(parts.settings))
            await parts.queue.recover()
        workspace = await sign_in(parts.store, parts.client, parts.settings.default_plan)
        await self._web()
        self._stack.push_async_callback(self._cancel_tasks)
        self._tasks.append(asyncio.create_task(parts.worker.run(), name="worker"))
        retention = Retention(parts.store, parts.settings.audit_days)
        self._tasks.append(asyncio.create_task(retention.run(), name="audit retention"))
        self._tasks.append(asyncio.create_task(parts.poller.run(), name="incident poller"))
        await parts.clock.start()
        self._stack.push_async_callback(parts.clock.stop)
        if parts.settings.slack_app_token is not None:
            await self._socket(parts.settings.slack_app_token.get_secret_value())
        self._tasks.append(asyncio.create_task(self._settle_in(), name="settle in"))
        self._tasks.append(asyncio.create_task(self._watch(), name="health watch"))
        log.info("started", workspace=workspace.name, port=parts.port, model=parts.model.name)

    async def _web(self) -> None:
        settings = self._parts.settings
        app = self._parts.web(self._problem)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(
                f"QUARTERDECK_PORT: cannot listen on {settings.host}:{settings.port} "
                f"({error.strerror}). Choose another."
            ) from None
        self._parts.port = runner.addresses[0][1]

    async def _socket(self, app_token: str) -> None:
        socket = Socket(self._parts.bolt, app_token, self._parts.client, self._parts.store.traffic)
        try:
            await socket.start()
        except SlackApiError as error:
            raise SettingsError(
                f"SLACK_APP_TOKEN: Slack does not accept it ({error.response['error']}). "
                "Make one with the scope connections:write on the app's page “Basic Information”."
            ) from None
        self._stack.push_async_callback(socket.stop)

    async def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _settle_in(self) -> None:
        """What may wait until after the start: the model's SDK, and cleaning up."""
        await self._parts.models.warm()
        while True:
            await self._forget_old()
            await asyncio.sleep(CLEAN_EVERY.total_seconds())

    async def _watch(self) -> None:
        """Keeps each connection's status true, from the start on."""
        parts = self._parts
        await asyncio.to_thread(all_connectors)
        watch = HealthWatch(
            parts.store,
            parts.gate,
            parts.tickets,
            parts.queue,
            parts.wake,
            chance=random.random,
        )
        await watch.run()

    async def _forget_old(self) -> None:
        """Drops what only guards against repetition, once nobody can repeat it any more."""
        try:
            async with self._parts.store.installation() as session:
                await forget_old(session, self._parts.store.clock())
            await self._parts.queue.forget_old()
        except Exception:  # the next time makes up for it
            log.exception("store.not_cleaned")

    async def _problem(self) -> str:
        """What keeps the house from working, for the readiness check."""
        try:
            async with self._parts.store.looking():
                pass
        except Exception as error:
            log.warning("database.unreachable", error=str(error))
            return "The database does not answer."
        return ""
