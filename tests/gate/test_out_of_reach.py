"""A tool that a sign-in does not reach is not offered; it is shown with what would open it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.connectors.base import Access
from bot.gate.calls import ToolCall
from bot.gate.grants import NO_REACH
from bot.handlers.access_views import grid_view
from tests.support.connectors import Lamp
from tests.support.harbor import Harbor

NEEDS = "Add a key for switching."


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_reach(cls: type[Lamp], settings: Any) -> Mapping[str, str]:
        return {"switch_lamp": NEEDS}

    monkeypatch.setattr(Lamp, "out_of_reach", classmethod(out_of_reach))


async def test_it_is_not_offered(harbor: Harbor) -> None:
    await harbor.grant({"lamps": Access.WRITE})
    offered = [spec.name for spec in await harbor.gate.offered(harbor.caller())]
    assert offered == ["lamp_get_lamp", "lamp_list_lamps"]


async def test_a_call_answers_with_what_would_open_it(harbor: Harbor) -> None:
    await harbor.grant({"lamps": Access.WRITE})
    returned = await harbor.read(ToolCall("c1", "lamp_switch_lamp", {}))
    assert returned.failed
    assert returned.text == (f"lamp_switch_lamp is not available with the sign-in of Demo. {NEEDS}")


async def test_without_a_grant_it_is_about_the_grant(harbor: Harbor) -> None:
    await harbor.grant({"lamps": Access.READ})
    returned = await harbor.read(ToolCall("c1", "lamp_switch_lamp", {}))
    assert returned.text.startswith("Debugger has no access to lamp_switch_lamp.")


async def test_the_grid_shows_it(harbor: Harbor) -> None:
    view = grid_view(harbor.debugger, harbor.connection, NO_REACH, 0)
    said = [block["elements"][0]["text"] for block in view["blocks"] if block["type"] == "context"]
    assert f"*Not available with this sign-in:* switch lamp. {NEEDS}" in said
