"""A running local workspace: start, stop, address; and the driver that tests use."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from playground.workspace.driver import Driver
from playground.workspace.ids import Clock
from playground.workspace.manifest import Manifest, load_manifest
from playground.workspace.seed import APP, build_world
from playground.workspace.server import LOOPBACK, STATIC, create_app
from playground.workspace.services import build_services
from playground.workspace.timing import Delays

STOP_SECONDS = 2.0


class Workspace(Driver):
    """`manifest` is a parsed manifest or the path of a manifest.yml."""

    def __init__(
        self,
        manifest: Manifest | Path,
        *,
        clock: Clock = time.time,
        seed: int = 7,
        delays: Delays | None = None,
        rate_limits: bool = True,
        static: Path = STATIC,
    ) -> None:
        parsed = load_manifest(manifest) if isinstance(manifest, Path) else manifest
        world = build_world(parsed, clock, seed=seed, delays=delays)
        super().__init__(build_services(world, rate_limits=rate_limits))
        self._static = static
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return self.world.base_url

    @property
    def api_url(self) -> str:
        """The base_url for slack_sdk, with the slash that it wants."""
        return f"{self.url}/api/"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Port 0 takes a free one. Raises ValueError for an address that others can reach."""
        if host not in LOOPBACK:
            raise ValueError(f"The local workspace runs on loopback only, not on {host}.")
        await self.services.http.start()
        app = create_app(self.services, self._static)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        taken = self._runner.addresses[0][1]
        self.world.base_url = f"http://{'[::1]' if host == '::1' else host}:{taken}"

    async def stop(self) -> None:
        await self.world.tasks.stop()
        await self.services.hub.close()
        await self.services.client.close()
        if self._runner:
            await self._runner.cleanup()
        await self.services.http.stop()

    async def __aenter__(self) -> Workspace:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def use_socket(self) -> None:
        self.world.apps[APP].delivery = "socket"

    def use_http(self, request_url: str) -> None:
        """Deliver to this URL from now on. Raises ValueError unless it is on this machine."""
        if urlsplit(request_url).hostname not in LOOPBACK:
            raise ValueError(
                f"{request_url} is not on this machine; the workspace sends nowhere else."
            )
        app = self.world.apps[APP]
        app.delivery, app.request_url = "http", request_url

    async def verify_request_url(self) -> bool:
        """Slack's url_verification of the request URL."""
        return await self.services.http.verify(self.world.apps[APP])
