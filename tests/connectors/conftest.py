from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Repeated requests follow each other at once; how often they are repeated stays the same."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield
