"""`python -m bot apply`: sets a workspace up from a file, and tests what it connects."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.foundation import open_store, open_vault, sign_in
from bot.gate.calls import Caller, CallerKind
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.settings import Settings, SettingsError
from bot.setup_file import apply_setup, read_setup
from bot.slack.client import web_client


async def apply_file(settings: Settings, file: Path) -> list[str]:
    """Applies a setup file to the workspace of the bot token, and tests what it connects.

    Raises:
        SettingsError: Slack cannot be asked which workspace it is.
        SetupError: the file is wrong; nothing was changed.
    """
    if settings.slack_bot_token is None:
        raise SettingsError("SLACK_BOT_TOKEN: it is not set; it tells which workspace to set up.")
    setup = read_setup(file)
    vault = open_vault(settings)
    store = open_store(settings, vault)
    opener = Opener(vault, store.clock)
    try:
        client = web_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        workspace = await sign_in(store, client, settings.default_plan)
        applied = await apply_setup(store, opener, workspace.organisation_id, setup)
        gate = Gate(store, opener, approval_wait=timedelta(minutes=settings.approval_minutes))
        caller = Caller(CallerKind.SYSTEM, workspace.organisation_id, "setup", "The setup file")
        for connection_id in applied.connections:
            tested = await gate.check(caller, connection_id)
            applied.lines.append(f"{tested.label}: {tested.status} ({tested.status_note})")
        return applied.lines
    finally:
        await opener.close()
        await store.close()
