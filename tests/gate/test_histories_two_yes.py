"""Histories of a request. A critical area: two different people have to approve.

Never a write without an approval, never two for one, and each ends in one outcome on record.
"""

from pathlib import Path

import pytest

from tests.gate.happenings import draw
from tests.gate.histories import SHARES, Rule, explore


@pytest.mark.parametrize("share", range(SHARES))
async def test_two_yes(tmp_path: Path, share: int) -> None:
    await explore(tmp_path, Rule(needed=2), draw, share)
