"""The catalogue agrees with what the providers' own packages say today."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from anthropic.types.model import Model as AnthropicModels
from genai_prices import data_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices
from openai.types.shared import ChatModel

from bot.agents.messages import Usage
from bot.agents.models import catalogue
from bot.agents.models.catalogue import Entry, Prices, Tier
from bot.settings import DEFAULT_MODEL

IDS = {
    "anthropic": set(get_args(get_args(AnthropicModels)[0])),
    "openai": set(get_args(ChatModel)),
}
"""What the SDKs list; Google's has no list, so its ids are those that published prices know."""


def published(entry: Entry) -> ModelInfo:
    [listed] = [p for p in data_snapshot.get_snapshot().providers if p.id == entry.provider]
    found = listed.find_model(entry.id)
    assert found is not None
    return found


def current(info: ModelInfo) -> ModelPrice:
    """Today's prices: of several, those that begin last."""
    return info.prices if isinstance(info.prices, ModelPrice) else info.prices[-1].prices


def price(value: Decimal | TieredPrices | None, *, tier: int) -> Decimal | None:
    if isinstance(value, TieredPrices):
        return value.tiers[tier - 1].price if tier else value.base
    return value


def prices(info: ModelInfo, *, tier: int = 0) -> tuple[Decimal | None, ...]:
    made = current(info)
    listed = (made.input_mtok, made.output_mtok, made.cache_read_mtok)
    return tuple(price(value, tier=tier) for value in listed)


def ours(prices: Prices | None) -> tuple[Decimal, ...]:
    assert prices is not None
    return (prices.input, prices.output, prices.cached)


FAMILIES = {
    "Opus": Tier.PREMIUM_PLUS,
    "Fable": Tier.PREMIUM_PLUS,
    "Pro": Tier.PREMIUM,
    "GPT-5.4": Tier.PREMIUM,
    "": Tier.STANDARD,
}
each = pytest.mark.parametrize("entry", catalogue.entries(), ids=lambda entry: entry.id)


@each
def test_a_model_is_one_that_the_sdk_knows(entry: Entry) -> None:
    known = IDS.get(entry.provider, {published(entry).id})
    assert entry.id in known


@each
def test_prices_and_context_are_the_published_ones(entry: Entry) -> None:
    info = published(entry)
    assert entry.title == info.name
    assert entry.context == info.context_window
    assert ours(entry.prices) == prices(info)


@each
def test_long_prompts_are_priced_as_published(entry: Entry) -> None:
    info = published(entry)
    tiers = current(info).input_mtok
    if not isinstance(tiers, TieredPrices):
        assert entry.long_prompt is None
        return
    assert entry.long_prompt is not None
    assert entry.long_prompt.above == tiers.tiers[0].start
    assert ours(entry.long_prompt.prices) == prices(info, tier=1)


@each
def test_tiers_follow_the_families(entry: Entry) -> None:
    assert entry.tier is next(tier for family, tier in FAMILIES.items() if family in entry.title)


def test_no_model_is_listed_twice() -> None:
    ids = [entry.id for entry in catalogue.entries()]
    assert len(ids) == len(set(ids))


def test_the_default_is_todays_sonnet() -> None:
    entry = catalogue.find(DEFAULT_MODEL)
    assert entry is not None
    assert entry.tier is Tier.STANDARD
    sonnets = [entry.id for entry in catalogue.entries() if "sonnet" in entry.id]
    assert sonnets[0] == DEFAULT_MODEL


def test_a_model_that_nobody_listed_is_not_found() -> None:
    assert catalogue.find("claude-of-tomorrow") is None


# Costs


def entry(model: str) -> Entry:
    found = catalogue.find(model)
    assert found is not None
    return found


def test_cached_input_costs_less() -> None:
    usage = Usage(input=1_000_000, output=100_000, cached=900_000)
    # 0.1 M at $2, 0.9 M at $0.10, 0.1 M out at $10
    assert entry("claude-sonnet-5-5").cost(usage) == Decimal("1.29")


def test_a_long_prompt_costs_more_altogether() -> None:
    haiku = entry("claude-haiku-5-5")
    assert haiku.cost(Usage(input=100_000, output=1000)) == Decimal("0.0105")
    assert haiku.cost(Usage(input=100_001, output=1000)) == Decimal("0.0525005")


def test_what_has_no_price_has_no_cost() -> None:
    unpriced = entry("claude-sonnet-5-5").model_copy(update={"prices": None})
    assert unpriced.cost(Usage(input=10)) is None
