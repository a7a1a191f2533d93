"""The local workspace: Slack's side of the wire on one's own machine, in memory."""

from playground.workspace.interactions import PersonError
from playground.workspace.manifest import ManifestError, load_manifest, parse_manifest
from playground.workspace.seed import (
    APP_TOKEN,
    BOT_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    SIGNING_SECRET,
    build_world,
)
from playground.workspace.server import create_app
from playground.workspace.services import Services, build_services
from playground.workspace.timing import Delays
from playground.workspace.workspace import Workspace

__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "SIGNING_SECRET",
    "Delays",
    "ManifestError",
    "PersonError",
    "Services",
    "Workspace",
    "build_services",
    "build_world",
    "create_app",
    "load_manifest",
    "parse_manifest",
]
