"""A storm of webhooks at a real bot: every incident ends right, with one card for each thread."""

from __future__ import annotations

import pytest

from benchmarks.webhooks import measure


@pytest.mark.e2e
async def test_a_storm_of_webhooks_ends_right_and_keeps_no_question_waiting() -> None:
    """A fifth of the benchmark's storm: `python -m benchmarks.webhooks` is the whole."""
    figures = await measure(200, 2.0)

    assert figures.wrong == 0
    assert figures.cards.drawn == figures.cards.threads == figures.cards.posted
    # Seconds and not two: everything of the test shares this machine's cores.
    assert figures.question_after < 10
