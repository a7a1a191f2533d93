"""The command line: `python -m bot`."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from pathlib import Path

import click

from bot import __version__
from bot.audit_commands import audit
from bot.command_line import prepared, require_schema, waits
from bot.key_commands import keys

SWITCH_SECONDS = 0.0005
"""How long one thread may keep the interpreter while another waits for it. Python's own 5 ms pass
at each of a statement's ways to SQLite's thread and back whenever the event loop is busy."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="quarterdeck")
def main() -> None:
    """Quarterdeck: a self-hosted ops crew for Slack."""


main.add_command(audit)
main.add_command(keys)


@main.command()
@waits
async def run() -> None:
    """Serve the workspace until stopped."""
    # Modules are no garbage: looking through them took a quarter of the start, and would take its
    # time at each full collection later on.
    gc.disable()
    from bot.app import House

    gc.freeze()
    gc.enable()
    settings = prepared()
    sys.setswitchinterval(SWITCH_SECONDS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    house = House(settings)
    await require_schema(house.store)
    async with house:
        click.echo(f"Quarterdeck is ready, on http://{settings.host}:{house.port}")
        sys.stdout.flush()
        await house.serve(stop)
    # All is closed. A database driver's thread that was cut off in the middle of its work would
    # still keep the interpreter from ending, for ever, so it is not asked.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


@main.command()
@waits
async def migrate() -> None:
    """Bring the database to this version's schema."""
    from bot.foundation import open_store
    from bot.store.migrate import migrate as run_migrations

    store = open_store(prepared())
    try:
        await run_migrations(store.engine)
    finally:
        await store.close()
    click.echo("The database is up to date.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@waits
async def apply(file: Path) -> None:
    """Set connections, agents and grants as FILE says (see docs/setup-file.md)."""
    from bot.provision import apply_file

    for line in await apply_file(prepared(), file):
        click.echo(line)


@main.command()
@click.option("--url", default="", help="The public address; fills in the manifest for HTTP.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
def manifest(url: str, as_json: bool) -> None:
    """Print the Slack app's manifest."""
    from bot.manifest import as_yaml
    from bot.manifest import manifest as read_manifest

    parsed = read_manifest(url)
    click.echo(json.dumps(parsed, indent=2) if as_json else as_yaml(parsed))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def connectors(as_json: bool) -> None:
    """List the services that can be connected, with their tools."""
    from bot.connectors.catalogue import all_connectors, describe

    found = [describe(connector) for connector in all_connectors().values()]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for one in found:
        click.echo(f"{one['title']} ({one['slug']}), {one['category']}")
        for tool in one["tools"]:
            click.echo(f"  {tool['access']:9}  {tool['name']}")


@main.command()
@waits
async def doctor() -> None:
    """Check settings, database, key, Slack and connections, and say what to mend."""
    from bot.doctor import examine

    healthy = True
    async for finding in examine(prepared()):
        click.echo(f"{'ok  ' if finding.good else 'FAIL'}  {finding.what}: {finding.words}")
        healthy = healthy and finding.good
    if not healthy:
        sys.exit(1)


if __name__ == "__main__":
    main()
