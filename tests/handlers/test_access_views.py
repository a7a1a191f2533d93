"""The grid of what an agent may do, for services with no tools and with too many for a menu."""

from __future__ import annotations

from bot.connectors import toolset
from bot.gate.grants import NO_REACH, Reach
from bot.handlers.access_views import ALLOWED, PRESET, grid_view
from bot.store.tables import Agent, Connection
from playground.workspace.blockkit import check_view


def test_slack_takes_the_grid_of_a_server_that_was_not_asked_for_its_tools_yet() -> None:
    agent = Agent(id="a1", name="Tony", type="custom")
    server = Connection(id="c1", label="Tickets", connector="mcp", settings={})
    view = grid_view(agent, server, NO_REACH, 0)
    assert check_view(view, "modal", lambda file: False) == []
    assert view["blocks"][0]["accessory"]["action_id"] == PRESET


def test_a_switch_of_a_tool_beyond_what_slack_lists_is_shown_and_kept() -> None:
    listed = [{"name": f"tool_{number:03}"} for number in range(150)]
    made = toolset.merge(None, listed, "mcp_tickets", "Tickets")
    server = Connection(id="c1", label="Tickets", connector="mcp", settings={}, toolset=made)
    last = made["tools"][-1]["verb"]
    agent = Agent(id="a1", name="Tony", type="custom")
    view = grid_view(agent, server, Reach({}, {last: True}), 0)
    assert check_view(view, "modal", lambda file: False) == []
    (menu,) = (one["element"] for one in view["blocks"] if one.get("block_id") == f"{ALLOWED}:0")
    assert [one["value"] for one in menu["initial_options"]] == [last]
