"""`python -m bot keys`: the encryption keys on the command line, also while the bot runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from bot.command_line import prepared, require_schema, waits

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store.database import Store
    from bot.store.resealing import Resealed
    from bot.store.vault import Vault

PASSES = 5
"""How often the stored values are gone through: a running bot may seal with the former key until
it meets the new one."""


@click.group()
def keys() -> None:
    """Show and rotate the keys that credentials are sealed with."""


@keys.command("list")
@waits
async def list_keys() -> None:
    """Print each key's id and how many stored values it holds. Never a key itself."""
    from bot.foundation import open_keyring

    settings = prepared()
    ring = open_keyring(settings)
    async with _opened(settings) as (store, _):
        held = await _in_use(store)
    for key_id in [*ring.keys, *sorted(held.keys() - ring.keys.keys())]:
        state = "seals" if key_id == ring.current else "opens only"
        if key_id not in ring.keys:
            state = "MISSING: its values cannot be opened"
        click.echo(f"{key_id}  {state}  {_values(held[key_id])}")


@keys.command()
@waits
async def rotate() -> None:
    """Seal everything with a new key, while the bot may be running.

    With the key file, a key is made. With QUARTERDECK_ENCRYPTION_KEY, put the new key first
    ("2:<new>,1:<old>"), start every process anew, then run this.
    """
    from bot.foundation import open_keyring
    from bot.store.keyring import KeyFile

    settings = prepared()
    former = open_keyring(settings)
    if settings.encryption_key is None:
        KeyFile(settings.key_file).turn()
    elif len(former.keys) == 1:
        raise click.ClickException(
            "QUARTERDECK_ENCRYPTION_KEY holds one key. Put a new one before it, "
            "“2:<32 bytes in base64>,1:<the key of now>”, start the bot again, then rotate."
        )
    async with _opened(settings) as (store, vault):
        done, broken = await _reseal_all(store, vault)
        left = await _in_use(store)
    click.echo(f"{_values(done)} sealed anew with the key {vault.current}.")
    if broken:
        raise click.ClickException(
            f"{_values(broken)} could not be opened with any key; reconnect those services."
        )
    for key_id in sorted(former.keys):
        if key_id != vault.current and not left[key_id]:
            click.echo(f"The key {key_id} holds nothing any more. {_farewell(settings, key_id)}")


@keys.command()
@click.argument("key_id")
@waits
async def drop(key_id: str) -> None:
    """Take a former key out of the key file. Backups sealed with it can then not be opened."""
    from bot.store.keyring import KeyFile

    settings = prepared()
    if settings.encryption_key is not None:
        raise click.ClickException(f"Take the key {key_id} out of QUARTERDECK_ENCRYPTION_KEY.")
    async with _opened(settings) as (store, _):
        held = (await _in_use(store))[key_id]
    if held:
        raise click.ClickException(f"The key {key_id} still holds {_values(held)}; rotate first.")
    try:
        KeyFile(settings.key_file).drop(key_id)
    except ValueError as error:
        raise click.ClickException(f"{error}.") from None
    click.echo(f"The key {key_id} is gone.")


def _farewell(settings: Settings, key_id: str) -> str:
    if settings.encryption_key is None:
        return f"Once no backup needs it: python -m bot keys drop {key_id}"
    return "Once no backup needs it, take it out of QUARTERDECK_ENCRYPTION_KEY."


async def _reseal_all(store: Store, vault: Vault) -> tuple[int, int]:
    """Goes over everything until nothing is left that another key sealed."""
    done = broken = 0
    for _ in range(PASSES):
        counts = [await _reseal(store, vault, one) for one in ["", *await _ids(store)]]
        moved = sum(one.done for one in counts)
        broken = sum(one.broken for one in counts)
        done += moved
        if not moved:
            break
    return done, broken


async def _reseal(store: Store, vault: Vault, organisation_id: str) -> Resealed:
    from bot.gate import audit
    from bot.gate.calls import Caller, CallerKind
    from bot.store.resealing import reseal

    counts = await reseal(store, vault, organisation_id)
    if organisation_id and counts.done:
        caller = Caller(CallerKind.SYSTEM, organisation_id, "keys", "Quarterdeck")
        async with store.writing(organisation_id) as session:
            audit.record(
                session,
                caller,
                at=store.clock(),
                action="rotate_keys",
                outcome="done",
                sentence=f"Quarterdeck sealed {_values(counts.done)} anew "
                f"with the key {vault.current}",
            )
    return counts


async def _in_use(store: Store) -> Counter[str]:
    from bot.store.resealing import keys_in_use

    held = await keys_in_use(store)
    for organisation_id in await _ids(store):
        held += await keys_in_use(store, organisation_id)
    return held


async def _ids(store: Store) -> list[str]:
    from bot.store.people import organisations

    return [one.id for one in await organisations(store)]


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Store, Vault]]:
    from bot.foundation import open_store, open_vault

    vault = open_vault(settings)
    store = open_store(settings, vault)
    await require_schema(store)
    try:
        yield store, vault
    finally:
        await store.close()


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"
