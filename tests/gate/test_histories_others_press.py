"""Histories of a request. A button whose press somebody else has to approve.

Never a write without an approval, never two for one, and each ends in one outcome on record.
"""

from pathlib import Path

import pytest

from tests.gate.happenings import draw_with_button
from tests.gate.histories import Rule, explore


@pytest.mark.parametrize("share", range(2))
async def test_others_press(tmp_path: Path, share: int) -> None:
    await explore(tmp_path, Rule(own_allowed=False, pressed=True), draw_with_button, share)
