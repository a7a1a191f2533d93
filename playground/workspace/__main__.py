"""python -m playground.workspace --port 3000 --manifest manifest.yml"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from playground.workspace import ManifestError, Workspace


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m playground.workspace",
        description="A stand-in for Slack on this machine, with a page to use it in a browser.",
    )
    parser.add_argument("--port", type=int, default=3000, help="0 takes a free one")
    parser.add_argument("--manifest", type=Path, default=Path("manifest.yml"))
    parser.add_argument("--mode", choices=("socket", "http"), default="socket")
    parser.add_argument("--request-url", help="where the app listens, with --mode http")
    parser.add_argument("--no-rate-limits", action="store_true", help="never answer 429")
    options = parser.parse_args()
    if options.mode == "http" and not options.request_url:
        parser.error("--mode http needs --request-url")
    return options


async def _run(options: argparse.Namespace) -> None:
    workspace = Workspace(options.manifest, rate_limits=not options.no_rate_limits)
    if options.mode == "http":
        workspace.use_http(options.request_url)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await workspace.start(port=options.port)
    try:
        print(workspace.url, flush=True)
        await stopped.wait()
    finally:
        await workspace.stop()


def main() -> None:
    options = _arguments()
    try:
        asyncio.run(_run(options))
    except (ManifestError, ValueError) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The workspace cannot listen on port {options.port}: {error.strerror}.")


main()
