"""The secrets that the stage plants, and the search for them when a play is over.

Every end-to-end test ends with it: whatever was played, no secret may stand in the database's
files, in the log, or in what was sent to Slack.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from playground.betterstack.auth import GLOBAL_TOKEN, TEAM_TOKEN, TELEMETRY_TOKEN
from playground.stage import Stage
from playground.workspace import APP_TOKEN, BOT_TOKEN, CLIENT_SECRET, SIGNING_SECRET

KEY_FILE = "encryption.key"

PLANTED: Mapping[str, str] = {
    "the token of Better Stack": TEAM_TOKEN,
    "the global token of Better Stack": GLOBAL_TOKEN,
    "the telemetry token of Better Stack": TELEMETRY_TOKEN,
    "Slack's bot token": BOT_TOKEN,
    "Slack's app token": APP_TOKEN,
    "Slack's signing secret": SIGNING_SECRET,
    "Slack's client secret": CLIENT_SECRET,
}


def assert_nothing_leaked(stage: Stage, folder: Path, more: Mapping[str, str]) -> None:
    """Fails with the name of each secret that is found, and where; never with the secret.

    Args:
        more: further secrets by their names, that only this test planted.
    """
    secrets = {**PLANTED, **keys_in(folder), **more}
    found = [
        f"{name} is in {place}"
        for place, content in places(stage, folder)
        for name, secret in secrets.items()
        if secret.encode() in content
    ]
    assert not found, "; ".join(found)


def keys_in(folder: Path) -> dict[str, str]:
    """The encryption keys of a data folder, each without its id."""
    path = folder / KEY_FILE
    lines = path.read_text().split() if path.exists() else []
    return {f"encryption key {n}": line.rpartition(":")[2] for n, line in enumerate(lines, 1)}


def places(stage: Stage, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that was written or sent: the data folder's files, and each call to Slack."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != KEY_FILE:
            yield path.name, path.read_bytes()
    for call in stage.workspace.api_calls:
        yield f"a call of {call.method}", json.dumps(call.args, default=str).encode()
