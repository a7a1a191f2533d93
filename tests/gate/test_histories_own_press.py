"""Histories of a request. A button whose press is all that it takes.

Never a write without an approval, never two for one, and each ends in one outcome on record.
"""

from pathlib import Path

import pytest

from tests.gate.happenings import draw_with_button
from tests.gate.histories import Rule, explore


@pytest.mark.parametrize("share", range(2))
async def test_own_press(tmp_path: Path, share: int) -> None:
    await explore(tmp_path, Rule(pressed=True), draw_with_button, share)
