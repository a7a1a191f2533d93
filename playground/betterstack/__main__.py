"""Run the sandbox by itself: `python -m playground.betterstack --port 3100`."""

import asyncio
import signal
from datetime import UTC, datetime

import click

from playground.betterstack.auth import GLOBAL_TOKEN, TEAM_TOKEN, TELEMETRY_TOKEN
from playground.betterstack.server import Sandbox
from playground.betterstack.warehouse import SQL_PASSWORD, SQL_USERNAME


async def _serve(port: int) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    sandbox = Sandbox(lambda: datetime.now(UTC))
    await sandbox.start(port=port)
    try:
        click.echo(f"Better Stack sandbox at {sandbox.url}. Nothing here is real.")
        click.echo(f"Team token: {TEAM_TOKEN}   global token: {GLOBAL_TOKEN}")
        click.echo(f"Telemetry token: {TELEMETRY_TOKEN}   SQL: {SQL_USERNAME}, {SQL_PASSWORD}")
        await stopping.wait()
    finally:
        await sandbox.stop()


@click.command()
@click.option("--port", default=3100, show_default=True, help="Where to listen; 0 picks one.")
def main(port: int) -> None:
    """A stand-in for Better Stack on this machine, with a believable day in it."""
    try:
        asyncio.run(_serve(port))
    except OSError as error:
        raise click.ClickException(
            f"Port {port} cannot be used ({error.strerror}). Choose another with --port."
        ) from None


if __name__ == "__main__":
    main()
