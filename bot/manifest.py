"""The app's manifest, with its addresses filled in for HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[1] / "manifest.yml"
EVENTS_PATH = "/slack/events"
"""Where Slack sends everything over HTTP."""


def manifest(public_url: str = "") -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP under a public address."""
    parsed: dict[str, Any] = yaml.safe_load(FILE.read_text())
    if public_url:
        address = public_url.rstrip("/") + EVENTS_PATH
        settings = parsed["settings"]
        settings["socket_mode_enabled"] = False
        settings["event_subscriptions"]["request_url"] = address
        settings["interactivity"]["request_url"] = address
        for command in parsed["features"]["slash_commands"]:
            command["url"] = address
    return parsed


def as_yaml(parsed: dict[str, Any]) -> str:
    text: str = yaml.safe_dump(parsed, sort_keys=False, allow_unicode=True, width=100)
    return text
