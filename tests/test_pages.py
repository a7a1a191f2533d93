"""The pages that are made from the code say what the code says."""

from pathlib import Path

import pytest

from bot.pages import pages

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("name", ["settings.md", "services.md"])
def test_a_made_page_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text() == pages()[name], "run scripts/docs"
