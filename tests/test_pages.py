"""The pages that are made from the code say what the code says."""

from pathlib import Path

import pytest

from bot.pages import pages
from playground.betterstack import actions_page

DOCS = Path(__file__).resolve().parent.parent / "docs"


MADE = {**pages(), actions_page.NAME: actions_page.actions_page()}


@pytest.mark.parametrize("name", MADE)
def test_a_made_page_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text() == MADE[name], "run scripts/docs"
