"""What the commands of `python -m bot` share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from bot.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from bot.store.database import Store


def waits(command: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Runs an async command, and turns what the operator can mend into one line."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        from bot.setup_file import SetupError
        from bot.store.traffic import PatientLoop

        try:
            with asyncio.Runner(loop_factory=PatientLoop) as runner:
                runner.run(command(*args, **kwargs))
        except (SettingsError, SetupError) as error:
            raise click.ClickException(str(error)) from None

    return run


def prepared() -> Settings:
    """The settings, with the logs set up to hide their secrets."""
    from bot.logs import set_up_logs

    settings = load_settings()
    secrets = [
        value.get_secret_value()
        for value in (
            settings.slack_bot_token,
            settings.slack_app_token,
            settings.slack_signing_secret,
            settings.anthropic_api_key,
            settings.encryption_key,
        )
        if value is not None
    ]
    set_up_logs(settings.log_level, settings.log_format, secrets)
    return settings


async def require_schema(store: Store) -> None:
    """Raises SettingsError unless the database has this version's schema."""
    from bot.store.migrate import is_current

    if not await is_current(store.engine):
        await store.close()
        raise SettingsError(
            "The database has another schema than this version needs; run: python -m bot migrate"
        )
