"""`python -m bot audit`: the record on the command line, for whoever runs the installation."""

from __future__ import annotations

import getpass
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.command_line import prepared, require_schema, waits

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.gate.audit_search import Wanted
    from bot.store.chain import Point
    from bot.store.database import Store
    from bot.store.tables import Organisation
    from bot.store.verification import Verdict

FORMS = ("jsonl", "csv")

_organisation = click.option(
    "--organisation", default="", help="Only this one, by name or id; else all."
)


def _filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that narrow down which entries are meant."""
    for option in (
        click.option("--connection", default="", help="Only through the connection of this label."),
        click.option("--person", default="", help="Only by this person, or for them."),
        click.option("--agent", default="", help="Only by this agent."),
        click.option("--since", default="", help="yesterday, '3 days', 2026-11-01; days in UTC."),
        _organisation,
    ):
        command = option(command)
    return command


@click.group()
def audit() -> None:
    """Read, export, check and prune what is on record."""


@audit.command("list")
@click.option("--limit", default=50, show_default=True, help="How many of the newest entries.")
@_filtered
@waits
async def list_entries(limit: int, organisation: str, **filters: str) -> None:
    """Print the newest entries, newest first."""
    from bot.gate.audit_search import newest

    async with _store() as store:
        for one in await _organisations(store, organisation):
            async with store.reading(one.id) as session:
                wanted = await _wanted(store, session, one, narrowed=bool(organisation), **filters)
                for entry in await newest(session, wanted, limit) if wanted else ():
                    click.echo(f"{entry.at:%Y-%m-%d} {one.name}: {entry.sentence}")


@audit.command()
@click.option("--format", "form", type=click.Choice(FORMS), default="jsonl", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="A file; else it is printed.")
@_filtered
@waits
async def export(form: str, output: Path | None, organisation: str, **filters: str) -> None:
    """Write all entries, oldest first, as JSON lines or CSV."""
    async with _store() as store:
        if output is None:
            await _export(store, sys.stdout, form, organisation, filters)
            return
        with _opened(output) as file:
            count = await _export(store, file, form, organisation, filters)
        click.echo(f"{_entries(count)} {'is' if count == 1 else 'are'} in {output}.")


@audit.command()
@click.option("--known", default="", help="NUMBER:HASH of an entry, as a former check printed it.")
@_organisation
@waits
async def verify(known: str, organisation: str) -> None:
    """Look for entries that were changed, removed, moved or put in. Exit code 1 if there are."""
    from bot.store.verification import verify as check

    whole = True
    noted = _point(known) if known else None
    async with _store() as store:
        asked = await _organisations(store, organisation)
        if noted and len(asked) > 1:
            raise click.UsageError("--known is of one organisation; add --organisation.")
        assert store.vault is not None
        for one in asked:
            async with store.reading(one.id) as session:
                verdict = await check(session, store.vault, noted)
            click.echo(_told(one, verdict, noted))
            whole = whole and not verdict.problem
    if not whole:
        sys.exit(1)


@audit.command()
@click.option("--days", type=click.IntRange(min=1), required=True, help="How many to keep.")
@click.option("--force", is_flag=True, help="Also where the record is not whole; that is recorded.")
@_organisation
@waits
async def prune(days: int, force: bool, organisation: str) -> None:
    """Remove entries older than so many days. The rest can be verified as before."""
    from bot.gate.calls import Caller, CallerKind
    from bot.gate.retention import prune as remove
    from bot.store.verification import Tampered

    whole = True
    operator = f"The operator ({getpass.getuser()})"
    async with _store() as store:
        for one in await _organisations(store, organisation):
            caller = Caller(CallerKind.SYSTEM, one.id, "command line", operator)
            try:
                count = await remove(store, caller, days, force=force)
            except Tampered as found:
                whole = False
                hint = "Nothing was removed; --force prunes all the same."
                click.echo(f"{one.name}: {found} {hint}")
            else:
                click.echo(f"{one.name}: {_entries(count)} removed.")
    if not whole:
        sys.exit(1)


@asynccontextmanager
async def _store() -> AsyncIterator[Store]:
    from bot.foundation import open_store, open_vault

    settings = prepared()
    store = open_store(settings, open_vault(settings))
    await require_schema(store)
    try:
        yield store
    finally:
        await store.close()


async def _organisations(store: Store, name: str) -> list[Organisation]:
    from bot.store.people import organisations

    everyone = list(await organisations(store))
    if not name:
        return everyone
    meant = [one for one in everyone if name in (one.id, one.name)]
    if not meant:
        there = ", ".join(one.name for one in everyone) or "none"
        raise click.ClickException(f"There is no organisation “{name}”. There are: {there}.")
    return meant


async def _wanted(
    store: Store,
    session: AsyncSession,
    organisation: Organisation,
    *,
    narrowed: bool,
    since: str,
    agent: str,
    person: str,
    connection: str,
) -> Wanted | None:
    """What the options ask of an organisation; None where it has nothing of such a name.

    With several organisations a name need not be known in each of them.
    """
    from dataclasses import replace
    from datetime import UTC

    from bot.gate.audit_search import NotUnderstood, chosen, moment

    try:
        start = moment(since, now=store.clock(), zone=UTC) if since else None
    except NotUnderstood as error:
        raise click.ClickException(str(error)) from None
    try:
        found = await chosen(session, agent=agent, person=person, connection=connection)
    except NotUnderstood as error:
        if narrowed:
            raise click.ClickException(str(error)) from None
        click.echo(f"{organisation.name}: {error}", err=True)
        return None
    return replace(found, since=start)


async def _export(
    store: Store, file: IO[str], form: str, organisation: str, filters: dict[str, str]
) -> int:
    from bot.gate.audit_export import Form, heading, lines

    count = 0
    file.write(heading(Form(form)))
    for one in await _organisations(store, organisation):
        async with store.reading(one.id) as session:
            wanted = await _wanted(store, session, one, narrowed=bool(organisation), **filters)
            if wanted is None:
                continue
            async for line in lines(session, one, wanted, Form(form)):
                file.write(line)
                count += 1
    return count


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None


def _point(text: str) -> Point:
    from bot.store.chain import Point

    number, _, digest = text.partition(":")
    if not number.isdigit() or not digest:
        raise click.UsageError("--known is a number and a hash, such as 57:3f9a….")
    return Point(int(number), digest)


def _told(organisation: Organisation, verdict: Verdict, known: Point | None) -> str:
    if verdict.problem:
        good = f"{_entries(verdict.count)} before it good" if verdict.count else "none before it"
        return f"{organisation.name}: NOT WHOLE. {verdict.problem} ({good})"
    pruned = f", pruned up to {verdict.origin.sequence}" if verdict.origin.sequence else ""
    lost = known is not None and known.sequence < verdict.origin.sequence
    unknown = "; the one that was noted down is pruned, so it was not compared" if lost else ""
    return (
        f"{organisation.name}: whole, {_entries(verdict.count)}{pruned}{unknown}. "
        f"To note down: {verdict.head.sequence}:{verdict.head.hash}"
    )


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
