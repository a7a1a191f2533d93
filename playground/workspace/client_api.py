"""The browser page's side of the server: a WebSocket that pushes, and POST /client/<verb>."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable

from aiohttp import web

from playground.workspace.changes import Change
from playground.workspace.elements import blocks_of
from playground.workspace.interactions import Interactions, PersonError
from playground.workspace.model import (
    Channel,
    Ephemeral,
    Installation,
    Json,
    Message,
    User,
    ViewRecord,
)
from playground.workspace.page import Page
from playground.workspace.people_actions import People
from playground.workspace.world import World

Verb = Callable[[User, Json], Awaitable[Json]]
FILE_MAX = 20 * 1024 * 1024


class ClientApi:
    def __init__(
        self, world: World, page: Page, people: People, interactions: Interactions
    ) -> None:
        self._world = world
        self._page = page
        self._people = people
        self._interactions = interactions
        self._sockets: set[web.WebSocketResponse] = set()
        self._verbs: dict[str, Verb] = {
            name.removeprefix("_verb_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("_verb_")
        }

    # pushing

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Without `user` the page is that of the first person of the workspace."""
        first = next(user.id for user in self._world.users.values() if not user.is_bot)
        user = self._world.users.get(request.query.get("user", first))
        if user is None or user.is_bot:
            return web.Response(status=404, text="Nobody of that id is in this workspace.")
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._open_apps(user)
        queue: asyncio.Queue[Json] = asyncio.Queue()
        for push in self._page.greeting(user):
            queue.put_nowait(push)

        def observe(change: Change) -> None:
            for push in self._page.pushes(change, user):
                queue.put_nowait(push)

        unsubscribe = self._world.changes.subscribe(observe)
        sender = asyncio.create_task(_send_all(socket, queue))
        self._sockets.add(socket)
        try:
            async for _ in socket:
                pass
        finally:
            unsubscribe()
            self._sockets.discard(socket)
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
        return socket

    def _open_apps(self, user: User) -> None:
        """Each installed app has a place in the sidebar, whether or not it was written to."""
        for installation in self._world.active_installations(user.team_id):
            people = [user.id, installation.bot_user_id]
            self._world.open_direct(installation.team_id, people)

    async def close(self) -> None:
        for socket in list(self._sockets):
            await socket.close()

    # verbs

    async def handle(self, request: web.Request) -> web.Response:
        """Only JSON is taken, so that no other site's form can act here."""
        if request.content_type != "application/json":
            return web.json_response({"ok": False, "error": "Send JSON."}, status=415)
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            return web.json_response({"ok": False, "error": "No such action."}, status=404)
        try:
            data = await request.json()
            return web.json_response({"ok": True, **await verb(self._user(data), data)})
        except PersonError as error:
            return web.json_response({"ok": False, "error": str(error)})
        except (KeyError, TypeError, ValueError) as error:
            text = f"The request lacks something or is malformed: {error!r}"
            return web.json_response({"ok": False, "error": text}, status=400)

    async def _verb_snapshot(self, user: User, data: Json) -> Json:
        return {"snapshot": self._page.snapshot(user)}

    async def _verb_post(self, user: User, data: Json) -> Json:
        text = str(data.get("text", ""))
        if text.startswith("/"):
            return await self._verb_command(user, data)
        message = self._people.post(
            user,
            self._channel(user, data),
            text,
            thread_ts=data.get("thread_ts") or None,
            broadcast=bool(data.get("reply_broadcast")),
            files=[_file(entry) for entry in data.get("files") or ()],
        )
        return {"ts": message.ts}

    async def _verb_command(self, user: User, data: Json) -> Json:
        channel = self._channel(user, data)
        thread_ts = data.get("thread_ts") or None
        await self._interactions.command(user, channel, str(data["text"]), thread_ts)
        return {}

    async def _verb_action(self, user: User, data: Json) -> Json:
        container, action, state = data["container"], data["action"], data.get("state") or {}
        if container["type"] == "view":
            view = self._view(user, container["view_id"])
            await self._interactions.view_action(user, view, action, state)
        else:
            target = self._target(user, container)
            await self._interactions.message_action(user, target, action, state)
        return {}

    async def _verb_options(self, user: User, data: Json) -> Json:
        container = data.get("container") or data
        if container.get("view_id"):
            view = self._view(user, container["view_id"])
            app, blocks = self._world.apps[view.app_id], view.body["blocks"]
            context: Json = {"container": {"type": "view", "view_id": view.id}}
        else:
            target = self._target(user, container)
            app = self._world.apps[target.app_id or ""]
            blocks = blocks_of(target.body)
            context = {"container": container, "channel": {"id": target.channel_id}}
        return await self._interactions.options(user, app, blocks, data, context)

    async def _verb_submit_view(self, user: User, data: Json) -> Json:
        view = self._view(user, data["view_id"])
        return await self._interactions.submit(user, view, data.get("state") or {})

    async def _verb_close_view(self, user: User, data: Json) -> Json:
        view = self._view(user, data["view_id"])
        await self._interactions.close(user, view, is_cleared=bool(data.get("is_cleared")))
        return {}

    async def _verb_message_shortcut(self, user: User, data: Json) -> Json:
        message = self._message(user, data["channel"], data["message_ts"])
        await self._interactions.message_shortcut(user, message, data["callback_id"])
        return {}

    async def _verb_global_shortcut(self, user: User, data: Json) -> Json:
        await self._interactions.global_shortcut(user, data["callback_id"])
        return {}

    async def _verb_edit(self, user: User, data: Json) -> Json:
        self._people.edit(user, self._message(user, data["channel"], data["ts"]), data["text"])
        return {}

    async def _verb_delete(self, user: User, data: Json) -> Json:
        self._people.delete(user, self._message(user, data["channel"], data["ts"]))
        return {}

    async def _verb_react(self, user: User, data: Json) -> Json:
        message = self._message(user, data["channel"], data["ts"])
        self._people.react(user, message, data["name"], remove=bool(data.get("remove")))
        return {}

    async def _verb_open(self, user: User, data: Json) -> Json:
        """A conversation, or an app's Home or Messages tab."""
        if data.get("channel"):
            channel = self._channel(user, data)
            for installation in self._world.installations_in(channel):
                if channel.kind == "im":
                    self._people.open_app(user, installation, "messages")
            return {"channel": channel.id}
        tab = "home" if data.get("home") else "messages"
        installation = self._installation(user, data[tab])
        return {"channel": self._people.open_app(user, installation, tab).id}

    async def _verb_stop(self, user: User, data: Json) -> Json:
        self._people.stop(user, self._channel(user, data), data["thread_ts"])
        return {}

    async def _verb_join(self, user: User, data: Json) -> Json:
        self._people.join(user, self._channel(user, data))
        return {}

    async def _verb_invite_bot(self, user: User, data: Json) -> Json:
        channel = self._channel(user, data)
        self._people.invite_bot(user, channel, self._installation(user, data["app_id"]))
        return {}

    async def _verb_kick_bot(self, user: User, data: Json) -> Json:
        channel = self._channel(user, data)
        self._people.kick_bot(channel, self._installation(user, data["app_id"]))
        return {}

    # finding

    def _user(self, data: Json) -> User:
        user = self._world.users.get(str(data.get("user")))
        if user is None or user.is_bot:
            raise PersonError("Say who you are: `user` must be a person of this workspace.")
        return user

    def _channel(self, user: User, data: Json) -> Channel:
        channel = self._world.channels.get(str(data.get("channel")))
        if channel is None or (channel.kind != "channel" and user.id not in channel.members):
            raise PersonError("There is no such conversation.")
        return channel

    def _message(self, user: User, channel_id: str, ts: str) -> Message:
        channel = self._channel(user, {"channel": channel_id})
        message = self._world.timeline.find(channel.id, ts)
        if message is None:
            raise PersonError("That message is gone.")
        return message

    def _target(self, user: User, container: Json) -> Message | Ephemeral:
        ephemeral_id = container.get("ephemeral_id")
        if container.get("is_ephemeral") or ephemeral_id:
            key = str(ephemeral_id or container["message_ts"])
            ephemeral = self._world.timeline.ephemerals.get(key)
            if ephemeral is None or ephemeral.user_id != user.id:
                raise PersonError("That message is gone.")
            return ephemeral
        return self._message(user, container["channel"], container["message_ts"])

    def _view(self, user: User, view_id: str) -> ViewRecord:
        view = self._world.views.find(view_id)
        if view is None or view.user_id != user.id:
            raise PersonError("This window is not open any more.")
        return view

    def _installation(self, user: User, app_id: str) -> Installation:
        installation = self._world.installation(app_id, user.team_id)
        if installation is None or not installation.active:
            raise PersonError("That app is not installed in this workspace.")
        return installation


async def _send_all(socket: web.WebSocketResponse, queue: asyncio.Queue[Json]) -> None:
    while True:
        await socket.send_json(await queue.get())


def _file(entry: Json) -> tuple[str, bytes]:
    try:
        data = base64.b64decode(entry["base64"], validate=True)
    except binascii.Error as error:
        raise PersonError("The file arrived damaged.") from error
    if len(data) > FILE_MAX:
        raise PersonError(f"Files up to {FILE_MAX // 1024 // 1024} MB, please.")
    return str(entry["name"]), data
