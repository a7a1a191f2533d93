"""Histories of a request. Nobody approves what they asked for themselves.

Never a write without an approval, never two for one, and each ends in one outcome on record.
"""

from pathlib import Path

import pytest

from tests.gate.happenings import draw
from tests.gate.histories import SHARES, Rule, explore


@pytest.mark.parametrize("share", range(SHARES))
async def test_not_ones_own(tmp_path: Path, share: int) -> None:
    await explore(tmp_path, Rule(own_allowed=False), draw, share)
