"""Reading the app's manifest, and saying what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.workspace import ManifestError, load_manifest, parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.conftest import MANIFEST


def test_a_manifest_says_what_the_app_is() -> None:
    manifest = load_manifest(MANIFEST)

    assert (manifest.name, manifest.bot_name) == ("Ops Crew", "ops")
    assert manifest.commands[0].command == "/ops"
    assert {s.callback_id for s in manifest.shortcuts} == {"investigate_message", "ask_question"}
    assert manifest.is_agent
    assert manifest.home_tab
    assert "app_mention" in manifest.bot_events


def _set(path: str, value: Any) -> Any:
    def change(data: Json) -> None:
        *parents, last = path.split(".")
        for name in parents:
            data = data[name]
        data[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("display_information.name", "x" * 36), "display_information.name must be 1 to 35"),
        (_set("features.bot_user.display_name", "Ops Crew"), "lower case"),
        (_set("features.slash_commands", [{"command": "ops", "description": "d"}]), "like /ops"),
        (_set("features.slash_commands", [{"command": "/ops"}]), "description"),
        (_set("features.shortcuts", [{"name": "x", "type": "app"}]), "message or global"),
        (_set("features.assistant_view", {}), "exclude each other"),
        (_set("features.unfurl_domains", ["a"] * 6), "unfurl_domains takes at most 5"),
        (_set("oauth_config.scopes.bot_optional", ["admin"]), "bot_optional"),
        (_set("settings", "x"), "settings must be a mapping"),
    ],
)
def test_what_slack_would_refuse_is_named(manifest_data: Json, change: Any, said: str) -> None:
    change(manifest_data)
    with pytest.raises(ManifestError, match=said):
        parse_manifest(manifest_data)


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", ""])
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(text)

    with pytest.raises(ManifestError, match=r"manifest\.yml"):
        load_manifest(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="nowhere"):
        load_manifest(tmp_path / "nowhere.yml")
