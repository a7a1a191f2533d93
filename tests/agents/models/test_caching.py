"""Prompts begin alike from step to step, so that a provider's cache is of use."""

from __future__ import annotations

import pytest

from benchmarks.caching import TARGET, measured, share


@pytest.mark.parametrize("provider", ["anthropic", "openai", "google"])
async def test_most_of_a_ten_step_run_is_read_from_the_cache(provider: str) -> None:
    used = await measured(provider)
    assert len(used) == 10
    assert share(used) >= TARGET
