"""What every command stands on: the store, the vault, and who we are in Slack."""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.settings import Settings, SettingsError
from bot.store.database import Store
from bot.store.keyring import KeyFile, Keyring, parse_keyring
from bot.store.people import ensure_workspace
from bot.store.tables import Workspace
from bot.store.vault import Vault

log = structlog.get_logger(__name__)


def open_store(settings: Settings, vault: Vault | None = None) -> Store:
    """The store with the real clock and real identities.

    `vault` is needed wherever something may be put on record.
    """
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Store(
        settings.database,
        clock=lambda: datetime.now(UTC),
        ids=lambda: uuid.uuid4().hex,
        vault=vault,
    )


def open_vault(settings: Settings) -> Vault:
    """The vault with the keys of the settings, or of the data folder's key file.

    Raises:
        SettingsError: a key is malformed, or its file can be read by others.
    """
    ring = open_keyring(settings)
    renew = None if settings.encryption_key else lambda: open_keyring(settings)
    return Vault(ring.keys, ring.current, renew)


def open_keyring(settings: Settings) -> Keyring:
    """The keys themselves; the file is made if there is none. Raises as `open_vault` does."""
    try:
        if settings.encryption_key is not None:
            return parse_keyring(settings.encryption_key.get_secret_value())
        ring, made = KeyFile(settings.key_file).open()
    except ValueError as error:
        raise SettingsError(f"QUARTERDECK_ENCRYPTION_KEY: {error}.") from None
    if made:
        log.warning("vault.key_made", file=str(settings.key_file), keep="back it up")
    return ring


@contextmanager
def only_process(settings: Settings) -> Iterator[None]:
    """Holds the data folder's lock: the embedded database is for one process.

    Raises:
        SettingsError: another process has it.
    """
    with (settings.data_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(
                f"QUARTERDECK_DATA_DIR: another Quarterdeck runs in {settings.data_dir}. "
                "Stop it first, or choose another folder."
            ) from None
        yield


async def sign_in(store: Store, client: AsyncWebClient, plan: str) -> Workspace:
    """Signs in to Slack, on record, and makes the workspace known; `plan` is for one that is new.

    Raises:
        SettingsError: Slack does not accept the token.
    """
    try:
        me = await client.auth_test()
    except SlackApiError as error:
        raise SettingsError(
            f"SLACK_BOT_TOKEN: Slack does not accept it ({error.response['error']}). "
            "Copy the bot token from the app's page “OAuth & Permissions”."
        ) from None
    except (aiohttp.ClientError, TimeoutError):
        raise SettingsError(
            f"SLACK_API_URL: Slack cannot be reached at {client.base_url}. Check the network."
        ) from None
    workspace = await ensure_workspace(
        store,
        team_id=me["team_id"],
        name=me["team"],
        bot_user_id=me["user_id"],
        plan=plan,
        now=store.clock(),
    )
    caller = Caller(CallerKind.SYSTEM, workspace.organisation_id, "start", "Quarterdeck")
    async with store.writing(workspace.organisation_id) as session:
        audit.record(
            session,
            caller,
            at=store.clock(),
            action="sign_in",
            outcome="done",
            sentence=f"Quarterdeck signed in to the Slack workspace {workspace.name}",
        )
    return workspace
