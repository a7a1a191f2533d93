"""Histories of a request. Editors may not approve.

Never a write without an approval, never two for one, and each ends in one outcome on record.
"""

from pathlib import Path

import pytest

from tests.gate.happenings import draw
from tests.gate.histories import SHARES, Rule, explore


@pytest.mark.parametrize("share", range(SHARES))
async def test_owners_only(tmp_path: Path, share: int) -> None:
    await explore(tmp_path, Rule(editors=False), draw, share)
