"""The demo world: team Harbor, its people and channels, and the app of a manifest."""

from __future__ import annotations

from playground.workspace.ids import Clock, Ids
from playground.workspace.manifest import Manifest
from playground.workspace.model import App, Channel, Team, User, UserGroup
from playground.workspace.timing import Delays
from playground.workspace.world import SLACKBOT, World

BOT_TOKEN = "xoxb-local-workspace"  # noqa: S105 - opens nothing but this workspace
APP_TOKEN = "xapp-local-workspace"  # noqa: S105
SIGNING_SECRET = "local-workspace-signing-secret"  # noqa: S105
CLIENT_ID = "1000000001.1000000001"
CLIENT_SECRET = "local-workspace-client-secret"  # noqa: S105

TEAM, PARTNER_TEAM = "T0HARBOR", "T0LIGHTHOUSE"
APP, BOT_USER, BOT_ID = "A0QUARTERDECK", "U0OPSBOT", "B0OPSBOT"
ANA, BO, CHIDI, DANA = "U0HARBORANA", "U0HARBORBO", "U0HARBORCHIDI", "U0HARBORDANA"
OUTSIDER = "U0LIGHTHOUSEEVE"
INCIDENTS, PRODUCT, GENERAL = "C0INCIDENTS", "C0PRODUCT", "C0GENERAL"
OPS_PRIVATE, PARTNER, LANTERN = "C0OPSPRIVATE", "C0PARTNER", "C0LANTERN"

_PEOPLE = (
    User(ANA, TEAM, "ana", "Ana Marin", "Europe/Lisbon", "ana@harbor.example", "b2497b",
         is_admin=True, is_owner=True),
    User(BO, TEAM, "bo", "Bo Chen", "America/New_York", "bo@harbor.example", "2d6fa8"),
    User(CHIDI, TEAM, "chidi", "Chidi Okoye", "Africa/Lagos", "chidi@harbor.example", "3a8f5c"),
    User(DANA, TEAM, "dana", "Dana Ruiz", "Europe/Madrid", "dana@guest.example", "c07a2c",
         is_restricted=True),
    User(OUTSIDER, PARTNER_TEAM, "eve", "Eve Larsen", "Europe/Oslo", "eve@lighthouse.example",
         "7a5bc0"),
    User(SLACKBOT, TEAM, "slackbot", "Slackbot", "America/Los_Angeles", "", "757575"),
)  # fmt: skip


def build_world(
    manifest: Manifest, clock: Clock, *, seed: int = 7, delays: Delays | None = None
) -> World:
    world = World(clock, Ids(seed), delays or Delays())
    for team in (Team(TEAM, "Harbor", "harbor"), Team(PARTNER_TEAM, "Lighthouse", "lighthouse")):
        world.teams[team.id] = team
    for person in _PEOPLE:
        world.users[person.id] = person
    world.usergroups["S0ONCALL"] = UserGroup("S0ONCALL", TEAM, "oncall", "On call", [BO, CHIDI])
    add_app(world, manifest)
    _add_channels(world)
    return world


def add_app(world: World, manifest: Manifest) -> App:
    """The app of the manifest, installed for Harbor by Ana, with its well-known tokens."""
    app = App(APP, manifest, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, world.ids.secret())
    world.apps[app.id] = app
    bot = User(
        BOT_USER,
        TEAM,
        manifest.bot_name,
        manifest.name,
        "America/Los_Angeles",
        is_bot=True,
        app_id=APP,
        bot_id=BOT_ID,
    )
    installation = world.add_installation(app, bot, ANA)
    installation.scopes = set(manifest.scopes)
    world.add_token(BOT_TOKEN, "bot", app.id, installation, manifest.scopes)
    world.add_token(APP_TOKEN, "app", app.id, None, frozenset({"connections:write"}))
    return app


def _add_channels(world: World) -> None:
    everyone = [ANA, BO, CHIDI]
    now = int(world.clock())
    for channel in (
        Channel(INCIDENTS, TEAM, "incidents", "channel", now, [*everyone, BOT_USER],
                "What is on fire"),
        Channel(PRODUCT, TEAM, "product", "channel", now, [*everyone, DANA, BOT_USER],
                "Numbers and plans"),
        Channel(GENERAL, TEAM, "general", "channel", now, [*everyone, DANA],
                "Company-wide", is_general=True),
        Channel(OPS_PRIVATE, TEAM, "ops-private", "private", now, [ANA, BO], "Owners only"),
        Channel(PARTNER, TEAM, "partner-lighthouse", "channel", now, [ANA, OUTSIDER, BOT_USER],
                "Shared with Lighthouse", is_ext_shared=True),
        Channel(LANTERN, PARTNER_TEAM, "lantern", "channel", now, [OUTSIDER], "Lighthouse's own"),
    ):  # fmt: skip
        channel.creator = channel.members[0]
        world.add_channel(channel)
