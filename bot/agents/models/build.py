"""The model that agents use, from the settings."""

from __future__ import annotations

import asyncio
import importlib
import random
from collections.abc import Callable

from bot.agents.messages import Model
from bot.agents.models import providers
from bot.agents.models.direct import DirectModel
from bot.agents.models.retry import Patient
from bot.settings import Settings

NO_KEY = (
    "No language model is configured: set ANTHROPIC_API_KEY and start the bot again to get one."
)
_SLOW_IMPORTS = ("bot.agents.models.exchange", "pydantic_ai.models.anthropic")


def build_model(settings: Settings, offline: Callable[[str], Model], *, model: str = "") -> Model:
    """The language model of the settings, or `model` for an agent that has its own.

    Where none is configured, or none can be reached, `offline` makes the one that answers: it is
    given the notice that people should read.
    """
    if settings.anthropic_api_key is None:
        return offline(NO_KEY)
    endpoint = providers.Endpoint(
        model=model or settings.model,
        api_key=settings.anthropic_api_key,
        base_url=settings.anthropic_base_url or "",
    )
    direct = DirectModel(endpoint, providers.anthropic)
    return Patient(direct, offline, sleep=asyncio.sleep, jitter=random.random)


async def warm() -> None:
    """Import the providers' SDKs in a thread, so that the first request need not wait for it."""
    await asyncio.to_thread(_import_slow)


def _import_slow() -> None:
    for name in _SLOW_IMPORTS:
        importlib.import_module(name)
