"""The state of the local workspace: people, places, apps. Kept in memory, nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from playground.workspace.agents import AgentThreads
from playground.workspace.changes import (
    AppChanged,
    AppRemoved,
    Changes,
    ChannelChanged,
    MembershipChanged,
)
from playground.workspace.files import Files
from playground.workspace.ids import Clock, Ids, Timestamps
from playground.workspace.model import (
    App,
    Channel,
    Installation,
    StoredFile,
    Team,
    Token,
    TokenKind,
    User,
    UserGroup,
)
from playground.workspace.oauth_codes import OAuthCodes
from playground.workspace.tickets import ResponseUrls, SocketTickets, Triggers
from playground.workspace.timeline import Timeline
from playground.workspace.timing import Delays, Tasks
from playground.workspace.views import Views

SLACKBOT = "USLACKBOT"


class World:
    def __init__(self, clock: Clock, ids: Ids, delays: Delays) -> None:
        self.clock = clock
        self.ids = ids
        self.delays = delays
        self.tasks = Tasks()
        self.changes = Changes()
        self.stamps = Timestamps(clock)
        self.base_url = ""
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, UserGroup] = {}
        self.apps: dict[str, App] = {}
        self.installations: list[Installation] = []
        self.tokens: dict[str, Token] = {}
        self.timeline = Timeline(ids, self.stamps, self.changes)
        self.files = Files(clock, ids)
        self.views = Views(clock, ids, self.changes)
        self.triggers = Triggers(clock, ids, delays)
        self.response_urls = ResponseUrls(clock, ids, delays)
        self.sockets = SocketTickets(clock, ids, delays)
        self.oauth_codes = OAuthCodes(clock, ids, delays)
        self.agents = AgentThreads(delays, self.changes, self.tasks)

    # people and places

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def join(self, channel: Channel, user_id: str, inviter: str | None = None) -> None:
        if user_id in channel.members:
            return
        channel.members.append(user_id)
        self.changes.announce(ChannelChanged(channel))
        self._post_join(channel, user_id, inviter)
        self.changes.announce(MembershipChanged(channel, user_id, inviter, joined=True))

    def _post_join(self, channel: Channel, user_id: str, inviter: str | None) -> None:
        body = {
            "subtype": "channel_join",
            "user": user_id,
            "text": f"<@{user_id}> has joined the channel",
        }
        self.timeline.post(channel.id, body | ({"inviter": inviter} if inviter else {}))

    def leave(self, channel: Channel, user_id: str) -> None:
        if user_id not in channel.members:
            return
        self.changes.announce(MembershipChanged(channel, user_id, None, joined=False))
        channel.members.remove(user_id)
        self.changes.announce(ChannelChanged(channel))

    def open_direct(self, team_id: str, user_ids: list[str]) -> tuple[Channel, bool]:
        """The direct (or group) conversation of these people, and whether it was there before."""
        people = sorted(set(user_ids))
        for channel in self.channels.values():
            if channel.kind in ("im", "mpim") and sorted(channel.members) == people:
                return channel, True
        kind = "im" if len(people) <= 2 else "mpim"
        names = "--".join(self.users[user].name for user in people)
        channel = Channel(
            id=self.ids.make("D" if kind == "im" else "C"),
            team_id=team_id,
            name="" if kind == "im" else f"mpdm-{names}-1",
            kind=kind,  # type: ignore[arg-type]
            created=int(self.clock()),
            members=list(dict.fromkeys(user_ids)),
        )
        self.add_channel(channel)
        self.changes.announce(ChannelChanged(channel))
        return channel, False

    def team_users(self, team_id: str) -> list[User]:
        return [user for user in self.users.values() if user.team_id == team_id]

    def channel_named(self, name: str) -> Channel | None:
        wanted = name.removeprefix("#")
        return next((c for c in self.channels.values() if c.name == wanted), None)

    # apps

    def installation(self, app_id: str, team_id: str) -> Installation | None:
        for installation in self.installations:
            if installation.app_id == app_id and installation.team_id == team_id:
                return installation
        return None

    def installation_of_bot(self, user_id: str) -> Installation | None:
        return next((i for i in self.installations if i.bot_user_id == user_id), None)

    def active_installations(self, team_id: str) -> Iterator[Installation]:
        return (i for i in self.installations if i.active and i.team_id == team_id)

    def installations_in(self, channel: Channel) -> list[Installation]:
        """The installed apps whose bot is in this channel."""
        active = (i for i in self.installations if i.active)
        return [i for i in active if i.bot_user_id in channel.members]

    def install(self, app: App, team_id: str, installed_by: str, scopes: set[str]) -> Installation:
        """Installs or reinstalls; scopes only ever add up, as in Slack."""
        installation = self.installation(app.id, team_id)
        if installation is None:
            installation = self._new_installation(app, team_id, installed_by)
        if not installation.active:
            installation.scopes = set()
        installation.active = True
        installation.scopes |= scopes
        self.changes.announce(AppChanged(app.id))
        return installation

    def _new_installation(self, app: App, team_id: str, installed_by: str) -> Installation:
        bot = User(
            id=self.ids.make("U"),
            team_id=team_id,
            name=app.manifest.bot_name,
            real_name=app.name,
            tz="America/Los_Angeles",
            is_bot=True,
            app_id=app.id,
            bot_id=self.ids.make("B"),
        )
        return self.add_installation(app, bot, installed_by)

    def add_installation(self, app: App, bot: User, installed_by: str) -> Installation:
        self.users[bot.id] = bot
        installation = Installation(app.id, bot.team_id, bot.id, bot.bot_id, installed_by, set())
        self.installations.append(installation)
        return installation

    def uninstall(self, installation: Installation) -> None:
        """Ends the installation and its tokens."""
        installation.active = False
        dead = [t for t in self.tokens.values() if _belongs(t, installation) and not t.revoked]
        for token in dead:
            token.revoked = True
        for channel in self.channels.values():
            if channel.kind in ("channel", "private"):
                self.leave(channel, installation.bot_user_id)
        self.changes.announce(AppRemoved(installation))

    def add_token(
        self,
        value: str,
        kind: TokenKind,
        app_id: str,
        installation: Installation | None,
        scopes: frozenset[str],
    ) -> Token:
        token = Token(
            value=value,
            kind=kind,
            app_id=app_id,
            team_id=installation.team_id if installation else None,
            user_id=installation.bot_user_id if installation else None,
            scopes=scopes,
        )
        self.tokens[value] = token
        return token


def _belongs(token: Token, installation: Installation) -> bool:
    return token.app_id == installation.app_id and token.team_id == installation.team_id


def may_read(world: World, file: StoredFile, user_id: str) -> bool:
    """Its owner, those it was handed to, and those who are where it was shared."""
    if user_id == file.user_id or user_id in file.readers:
        return True
    return any(user_id in world.channels[channel].members for channel in file.channels)
