"""The language models that we know, as data: `models.toml` beside this file."""

from __future__ import annotations

import enum
import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from bot.agents.messages import Usage
from bot.agents.models.providers import ANTHROPIC, GOOGLE, OPENAI

MILLION = Decimal(1_000_000)

_FAMILIES = {"claude": ANTHROPIC, "gpt": OPENAI, "o1": OPENAI, "o3": OPENAI, "o4": OPENAI}
_FAMILIES |= {"gemini": GOOGLE}


class Tier(enum.StrEnum):
    STANDARD = "standard"
    PREMIUM = "premium"
    PREMIUM_PLUS = "premium+"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prices(_Data):
    """US dollars per million tokens. `cached` is for input that is read from a cache."""

    input: Decimal
    output: Decimal
    cached: Decimal


class LongPrompt(_Data):
    """What a request costs, all of it, whose prompt has more than `above` tokens."""

    above: int
    prices: Prices


class Entry(_Data):
    """A model. What could not be confirmed at its provider is None."""

    id: str
    provider: str
    title: str
    tier: Tier
    context: int | None = None
    prices: Prices | None = None
    long_prompt: LongPrompt | None = None

    def cost(self, usage: Usage) -> Decimal | None:
        """US dollars of one response; None where prices are unknown.

        An estimate from below: writing to the cache costs extra, and `Usage` does not tell it.
        """
        long = self.long_prompt
        prices = long.prices if long and usage.input > long.above else self.prices
        if prices is None:
            return None
        fresh = usage.input - usage.cached
        tokens = fresh * prices.input + usage.cached * prices.cached + usage.output * prices.output
        return tokens / MILLION


@cache
def entries() -> tuple[Entry, ...]:
    """All models, the best of each family first."""
    text = files(__package__).joinpath("models.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text, parse_float=Decimal)
    return tuple(Entry.model_validate(entry) for entry in data["models"])


def find(model: str) -> Entry | None:
    """The entry of a model id, or None: an owner may use models that we do not know."""
    return next((entry for entry in entries() if entry.id == model), None)


def unlisted(model: str) -> Entry:
    """An entry for a model that nobody listed; its provider shows in its name."""
    family = model.partition("-")[0]
    provider = _FAMILIES.get(family, ANTHROPIC)
    return Entry(id=model, provider=provider, title=model, tier=Tier.STANDARD)


def decimal(value: float) -> Decimal:
    """A price as it was typed."""
    return Decimal(str(value))
