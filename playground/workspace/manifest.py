"""Reads an app manifest (manifest.yml) into what the workspace needs of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]


class ManifestError(ValueError):
    """The manifest would be refused by Slack. The text says where and why."""


@dataclass(frozen=True)
class Command:
    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    type: str
    name: str
    callback_id: str
    description: str


@dataclass(frozen=True)
class Manifest:
    name: str
    bot_name: str
    scopes: frozenset[str]
    optional_scopes: frozenset[str]
    user_scopes: frozenset[str]
    bot_events: frozenset[str]
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    suggested_prompts: tuple[Json, ...]
    redirect_urls: tuple[str, ...]
    unfurl_domains: tuple[str, ...]
    is_agent: bool
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool
    interactive: bool
    socket_mode: bool
    request_url: str


def load_manifest(path: Path) -> Manifest:
    """Raises ManifestError when the file is not a manifest that Slack would take."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ManifestError(f"{path} cannot be read as a manifest: {error}") from error
    if not isinstance(data, dict):
        raise ManifestError(f"{path} is not a manifest: expected a mapping at the top.")
    return parse_manifest(data)


def parse_manifest(data: Json) -> Manifest:
    """Limits: docs.slack.dev, "App manifest reference"."""
    features, settings = _section(data, "features"), _section(data, "settings")
    home, bot = _section(features, "app_home"), _section(features, "bot_user")
    oauth = _section(data, "oauth_config")
    scopes = _section(oauth, "scopes")
    events = _section(settings, "event_subscriptions")
    manifest = Manifest(
        name=_text(_section(data, "display_information"), "name", "display_information", 35),
        bot_name=_text(bot, "display_name", "features.bot_user", 80),
        scopes=frozenset(scopes.get("bot") or ()),
        optional_scopes=frozenset(scopes.get("bot_optional") or ()),
        user_scopes=frozenset(scopes.get("user") or ()),
        bot_events=frozenset(events.get("bot_events") or ()),
        commands=tuple(_command(entry) for entry in features.get("slash_commands") or ()),
        shortcuts=tuple(_shortcut(entry) for entry in features.get("shortcuts") or ()),
        suggested_prompts=tuple(
            _section(features, "agent_view").get("suggested_prompts")
            or _section(features, "assistant_view").get("suggested_prompts")
            or ()
        ),
        redirect_urls=tuple(oauth.get("redirect_urls") or ()),
        unfurl_domains=tuple(features.get("unfurl_domains") or ()),
        is_agent="agent_view" in features,
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled")),
        messages_read_only=bool(home.get("messages_tab_read_only_enabled")),
        interactive=bool(_section(settings, "interactivity").get("is_enabled")),
        socket_mode=bool(settings.get("socket_mode_enabled")),
        request_url=str(events.get("request_url") or ""),
    )
    _check(manifest, features)
    return manifest


def _section(data: Json, name: str) -> Json:
    value = data.get(name) or {}
    if not isinstance(value, dict):
        raise ManifestError(f"Manifest: {name} must be a mapping.")
    return value


def _text(data: Json, key: str, where: str, limit: int, shortest: int = 1) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not shortest <= len(value) <= limit:
        raise ManifestError(f"Manifest: {where}.{key} must be {shortest} to {limit} characters.")
    return value


def _command(entry: Json) -> Command:
    name = _text(entry, "command", "slash_commands", 32, shortest=2)
    if not re.fullmatch(r"/[^\s/A-Z]+", name):
        raise ManifestError(f"Manifest: the command {name!r} must be like /ops, in lower case.")
    return Command(
        command=name,
        description=_text(entry, "description", f"slash_commands[{name}]", 2000),
        usage_hint=str(entry.get("usage_hint") or ""),
        should_escape=bool(entry.get("should_escape")),
    )


def _shortcut(entry: Json) -> Shortcut:
    name = _text(entry, "name", "shortcuts", 24)
    if entry.get("type") not in ("message", "global"):
        raise ManifestError(f"Manifest: the shortcut {name!r} needs type message or global.")
    return Shortcut(
        type=entry["type"],
        name=name,
        callback_id=_text(entry, "callback_id", f"shortcuts[{name}]", 255),
        description=_text(entry, "description", f"shortcuts[{name}]", 150),
    )


def _check(manifest: Manifest, features: Json) -> None:
    if not re.fullmatch(r"[a-z0-9._-]+", manifest.bot_name):
        raise ManifestError(
            "Manifest: features.bot_user.display_name takes lower case letters, digits, '-_.'."
        )
    if "agent_view" in features and "assistant_view" in features:
        raise ManifestError("Manifest: agent_view and assistant_view exclude each other.")
    for limit, what, entries in (
        (50, "slash_commands", manifest.commands),
        (10, "shortcuts", manifest.shortcuts),
        (4, "suggested_prompts", manifest.suggested_prompts),
        (5, "unfurl_domains", manifest.unfurl_domains),
        (100, "bot_events", manifest.bot_events),
    ):
        if len(entries) > limit:
            raise ManifestError(f"Manifest: {what} takes at most {limit} entries.")
    if not manifest.optional_scopes <= manifest.scopes:
        raise ManifestError("Manifest: each scope of bot_optional must also be listed in bot.")
