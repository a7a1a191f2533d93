"""The Slack app's manifest asks for what the code uses, and for nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

from bot.handlers.commands import manual
from bot.manifest import EVENTS_PATH, as_yaml, manifest

BOT = Path(__file__).resolve().parents[1] / "bot"

SCOPES_OF = {
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_startStream": "chat:write",
    "conversations_open": "im:write",
    "users_info": "users:read",
    "users_lookupByEmail": "users:read.email",
    "usergroups_users_list": "usergroups:read",
    "files_info": "files:read",
    "files_upload_v2": "files:write",
    "conversations_replies": "channels:history",
    "conversations_info": "channels:read",
}
"""What each Web API method that we may call needs (docs.slack.dev, the method's page)."""


def test_for_socket_mode_no_address_is_needed() -> None:
    parsed = manifest()
    assert parsed["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in parsed["settings"]["event_subscriptions"]


def test_for_http_every_address_is_filled_in() -> None:
    parsed = manifest("https://ops.example.com/")
    address = f"https://ops.example.com{EVENTS_PATH}"
    settings = parsed["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == address
    assert settings["interactivity"]["request_url"] == address
    assert [one["url"] for one in parsed["features"]["slash_commands"]] == [address]


def test_what_is_printed_is_what_was_meant() -> None:
    assert yaml.safe_load(as_yaml(manifest())) == manifest()


def test_the_command_is_the_one_that_is_listened_to() -> None:
    assert [one["command"] for one in manifest()["features"]["slash_commands"]] == [manual.NAME]


def test_every_event_that_is_listened_to_is_subscribed() -> None:
    subscribed = set(manifest()["settings"]["event_subscriptions"]["bot_events"])
    assert {"app_mention", "message.channels", "message.groups", "message.im"} <= subscribed
    assert "app_home_opened" in subscribed


def test_every_method_that_is_called_has_its_scope() -> None:
    called = {
        node.attr
        for path in BOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    scopes = set(manifest()["oauth_config"]["scopes"]["bot"])
    needed = {scope for method, scope in SCOPES_OF.items() if method in called}
    assert needed <= scopes
