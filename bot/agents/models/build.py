"""The models that agents use, from the settings."""

from __future__ import annotations

import asyncio
import importlib
import random
from collections.abc import Callable, Mapping

from pydantic import SecretStr

from bot.agents.messages import Model
from bot.agents.models import providers
from bot.agents.models.catalogue import Entry, Tier
from bot.agents.models.choosing import Installed
from bot.agents.models.direct import DirectModel
from bot.agents.models.fitting import Fit
from bot.agents.models.retry import Fallback, Patient
from bot.settings import Settings

NO_KEY = (
    "No language model is configured: set ANTHROPIC_API_KEY and start the bot again to get one."
)
_SLOW_IMPORTS: Mapping[str, tuple[str, ...]] = {
    providers.ANTHROPIC: ("pydantic_ai.models.anthropic",),
    providers.OPENAI: ("pydantic_ai.models.openai",),
    providers.GOOGLE: ("pydantic_ai.models.google",),
    providers.COMPATIBLE: ("pydantic_ai.models.openai",),
}
_NO_KEY_NEEDED = SecretStr("none")


class Models:
    """Gives the model that a fit names. Each model's line to its provider is opened once."""

    def __init__(self, settings: Settings, offline: Callable[[str], Model]) -> None:
        """`offline` makes the one that answers where no other can: it is given the notice that
        people should read."""
        self._offline = offline
        self._endpoints = _endpoints(settings)
        self._lines: dict[tuple[str, str], DirectModel] = {}
        local = [_local(settings)] if providers.COMPATIBLE in self._endpoints else []
        self.installed = Installed(settings.model, frozenset(self._endpoints), local)

    def get(self, fit: Fit) -> Model:
        """The model of a fit, with patience, and with those behind it that answer in its place."""
        reachable = [one for one in fit.line if one.provider in self._endpoints]
        if not reachable:
            return self._offline(NO_KEY)
        model: Fallback = self._offline
        for entry in reversed(reachable):
            model = Patient(
                self._line(entry),
                model,
                sleep=asyncio.sleep,
                jitter=random.random,
                stands_in=entry != reachable[0],
            )
        assert isinstance(model, Patient)
        return model

    def named(self, model: str = "") -> Model:
        """The model of an id, without an organisation's choices; the settings' own by default."""
        model = model or self.installed.default
        entry = next((one for one in self.installed.local if one.id == model), None)
        return self.get(Fit(model, entry=entry))

    async def warm(self) -> None:
        """Import the SDKs that will be needed in a thread, so that no request waits for them."""
        if self._endpoints:
            await asyncio.to_thread(_import_slow, sorted(self._endpoints))

    async def aclose(self) -> None:
        """Hang up on all providers. A later request opens a new line."""
        for line in self._lines.values():
            await line.aclose()

    def _line(self, entry: Entry) -> DirectModel:
        key = (entry.provider, entry.id)
        if key not in self._lines:
            base, connect = self._endpoints[entry.provider], providers.CONNECTS[entry.provider]
            endpoint = providers.Endpoint(entry.id, base.api_key, base.base_url)
            self._lines[key] = DirectModel(endpoint, connect)
        return self._lines[key]


def _endpoints(settings: Settings) -> dict[str, providers.Endpoint]:
    """How each provider is reached that the settings have a key or an address for."""
    keys = {
        providers.ANTHROPIC: (settings.anthropic_api_key, settings.anthropic_base_url),
        providers.OPENAI: (settings.openai_api_key, settings.openai_base_url),
        providers.GOOGLE: (settings.google_api_key, settings.google_base_url),
    }
    if settings.local_model_url and settings.local_model:
        key = settings.local_model_key or _NO_KEY_NEEDED
        keys[providers.COMPATIBLE] = (key, settings.local_model_url)
    return {
        name: providers.Endpoint("", key, base_url or "")
        for name, (key, base_url) in keys.items()
        if key is not None
    }


def _local(settings: Settings) -> Entry:
    name = settings.local_model
    return Entry(id=name, provider=providers.COMPATIBLE, title=name, tier=Tier.STANDARD)


def _import_slow(reachable: list[str]) -> None:
    for name in ("bot.agents.models.exchange", *(n for p in reachable for n in _SLOW_IMPORTS[p])):
        importlib.import_module(name)
