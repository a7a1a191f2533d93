"""The grid of what an agent may do, for a service that has no tools yet."""

from __future__ import annotations

from bot.gate.grants import NO_REACH
from bot.handlers.access_views import PRESET, grid_view
from bot.store.tables import Agent, Connection
from playground.workspace.blockkit import check_view


def test_slack_takes_the_grid_of_a_server_that_was_not_asked_for_its_tools_yet() -> None:
    agent = Agent(id="a1", name="Tony", type="custom")
    server = Connection(id="c1", label="Tickets", connector="mcp", settings={})
    view = grid_view(agent, server, NO_REACH, 0)
    assert check_view(view, "modal", lambda file: False) == []
    assert view["blocks"][0]["accessory"]["action_id"] == PRESET
