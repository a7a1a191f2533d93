"""Known services behind MCP: in the picker by their name, with their address filled in."""

from __future__ import annotations

from bot.connectors.base import Category
from bot.connectors.catalogue import all_connectors, all_kinds, kind_of
from bot.connectors.mcp.services import Amplitude
from bot.connectors.toolset import merge


def test_amplitude_has_its_address_and_category_and_asks_for_reading_alone() -> None:
    assert all_kinds()["amplitude"] is Amplitude
    assert "amplitude" not in all_connectors()
    settings = Amplitude.Settings()
    assert settings.url == "https://mcp.amplitude.com/mcp"
    assert settings.category is Category.ANALYTICS
    assert Amplitude.oauth.scopes == ("mcp:read",)
    assert Amplitude.oauth.registers


def test_its_tools_are_what_its_server_lists() -> None:
    listed = [{"name": "search", "description": "Finds.", "read_only": True}]
    kind = kind_of("amplitude", {}, merge(None, listed, "mcp_amplitude", "Amplitude"))
    assert kind is not None
    assert kind.category is Category.ANALYTICS
    assert [kind.tool_name(verb) for verb in kind.tools] == ["mcp_amplitude__search"]
    assert kind.Settings is Amplitude.Settings
