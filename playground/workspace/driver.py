"""A small Python API for tests: be a person in the workspace, and look at what happened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from playground.workspace.changes import Change
from playground.workspace.delivery import Delivery
from playground.workspace.elements import as_entered, blocks_of, find_element, value_field
from playground.workspace.model import (
    Channel,
    Installation,
    Json,
    Message,
    User,
    ViewRecord,
)
from playground.workspace.render import message_json, view_json
from playground.workspace.seed import APP, TEAM
from playground.workspace.services import Services
from playground.workspace.webapi.journal import ApiCall, Failure
from playground.workspace.world import World

Seen = TypeVar("Seen")


class Driver:
    """People are named by id or name ("ana"), channels by id or "#name", an app's DM by "@ops".

    What needs the app's answer is async and raises PersonError when Slack would tell the person
    that something went wrong; what only changes the workspace is not.
    """

    def __init__(self, services: Services) -> None:
        self.services = services

    @property
    def world(self) -> World:
        return self.services.world

    # acting

    def post(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        broadcast: bool = False,
        files: list[tuple[str, bytes]] | None = None,
    ) -> str:
        """Returns the ts. Names such as @ops become mentions, as when typed into Slack."""
        person = self.person(user)
        where = self.channel(channel, person)
        message = self.services.people.post(
            person, where, text, thread_ts=thread_ts, broadcast=broadcast, files=files
        )
        return message.ts

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        person = self.person(user)
        self.services.people.edit(person, self._message(channel, ts, person), text)

    def delete(self, user: str, channel: str, ts: str) -> None:
        person = self.person(user)
        self.services.people.delete(person, self._message(channel, ts, person))

    def react(self, user: str, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        person = self.person(user)
        message = self._message(channel, ts, person)
        self.services.people.react(person, message, name, remove=remove)

    async def command(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> None:
        """For instance "/ops help"; returns when the app has acknowledged or Slack gave up."""
        person = self.person(user)
        where = self.channel(channel, person)
        await self.services.interactions.command(person, where, text, thread_ts)

    async def click(
        self, user: str, channel: str, ts: str, action_id: str, value: object = None
    ) -> None:
        """A button, or with `value` a choice (an option's value, a user id, a date)."""
        person = self.person(user)
        target = self.world.timeline.ephemerals.get(ts) or self._message(channel, ts, person)
        action = _action(blocks_of(target.body), action_id, value)
        await self.services.interactions.message_action(person, target, action, {})

    async def click_in_view(
        self, user: str, view_id: str, action_id: str, value: object = None
    ) -> None:
        person, view = self.person(user), self._view(view_id)
        action = _action(view.body["blocks"], action_id, value)
        await self.services.interactions.view_action(person, view, action, view.state)

    async def submit_view(self, user: str, view_id: str, values: Json | None = None) -> Json:
        """`values` by action_id or block_id. {} means closed; else what Slack showed instead."""
        view = self._view(view_id)
        entered: Json = dict(view.state["values"])
        for block in view.body["blocks"]:
            element = block.get("element") or block.get("accessory") or {}
            for name in (block["block_id"], element.get("action_id")):
                if name in (values or {}):
                    given = {element["action_id"]: as_entered(element, (values or {})[name])}
                    entered[block["block_id"]] = given
        state = {"values": entered}
        return await self.services.interactions.submit(self.person(user), view, state)

    async def close_view(self, user: str, view_id: str, *, is_cleared: bool = False) -> None:
        view = self._view(view_id)
        await self.services.interactions.close(self.person(user), view, is_cleared=is_cleared)

    async def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> None:
        person = self.person(user)
        message = self._message(channel, ts, person)
        await self.services.interactions.message_shortcut(person, message, callback_id)

    async def global_shortcut(self, user: str, callback_id: str) -> None:
        await self.services.interactions.global_shortcut(self.person(user), callback_id)

    async def options(self, user: str, view_id: str, action_id: str, value: str) -> Json:
        """What an external select in a view offers for the typed `value`."""
        view = self._view(view_id)
        query = {"action_id": action_id, "value": value}
        context: Json = {
            "container": {"type": "view", "view_id": view.id},
            "view": view_json(view),
        }
        app = self.world.apps[view.app_id]
        return await self.services.interactions.options(
            self.person(user), app, view.body["blocks"], query, context
        )

    def open_app(self, user: str, tab: str = "home") -> None:
        """Opens the app's tab: home or messages."""
        self.services.people.open_app(self.person(user), self.installation, tab)

    def look_at(self, user: str, channel: str) -> None:
        """Goes to a channel with the agent open beside it (app_context_changed)."""
        person = self.person(user)
        where = self.channel(channel, person).id
        self.services.events.context_changed(self.installation, person.id, where)

    def stop_agent(self, user: str, channel: str, thread_ts: str) -> None:
        person = self.person(user)
        self.services.people.stop(person, self.channel(channel, person), thread_ts)

    def invite_bot(self, user: str, channel: str) -> None:
        person = self.person(user)
        where = self.channel(channel, person)
        self.services.people.invite_bot(person, where, self._installation_in(where.team_id))

    def kick_bot(self, channel: str) -> None:
        where = self.channel(channel)
        self.services.people.kick_bot(where, self._installation_in(where.team_id))

    def emit(self, event: Json, channel: str | None = None) -> None:
        """Any event that no action above makes, such as channel_id_changed."""
        where = self.channel(channel) if channel else None
        self.services.deliverer.event(self.installation, event, where)

    def uninstall(self) -> None:
        self.world.uninstall(self.installation)

    # the app's troubles

    def fail_next(
        self,
        method: str,
        error: str | None = None,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """The next calls of a method fail: with an error, an HTTP status, or a rate limit."""
        failure = Failure(error=error, status=status, retry_after=retry_after)
        self.services.journal.order_failure(method, failure, times)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        await self.services.hub.disconnect(APP, reason)

    async def redeliver(self, event_id: str, attempt: int = 1) -> None:
        """Sends an event once more, as Slack does after a lost acknowledgement."""
        for delivery in self.deliveries:
            if delivery.payload.get("event_id") == event_id:
                app = self.world.apps[APP]
                await self.services.deliverer.again(app, delivery.payload, attempt)
                return
        raise LookupError(f"No event {event_id} was sent.")

    # looking

    def messages(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """Oldest first: the channel's top level, or a thread with its root."""
        channel_id = self.channel(channel).id
        timeline = self.world.timeline
        if thread_ts:
            root = timeline.find(channel_id, thread_ts)
            found = ([root] if root else []) + timeline.replies(channel_id, thread_ts)
        else:
            found = timeline.history(channel_id)
        return [message_json(self.world, message) for message in found]

    def message(self, channel: str, ts: str) -> Json:
        return message_json(self.world, self._message(channel, ts))

    def ephemerals(self, user: str) -> list[Json]:
        """Oldest first; each has `channel` beside Slack's fields."""
        mine = self.person(user).id
        found = [e for e in self.world.timeline.ephemerals.values() if e.user_id == mine]
        return [{**e.body, "channel": e.channel_id} for e in found]

    def views(self, user: str) -> list[Json]:
        """The open modals, bottom first."""
        return [view_json(view) for view in self.world.views.stack(self.person(user).id)]

    def home(self, user: str) -> Json | None:
        view = self.world.views.home(APP, self.person(user).id)
        return view_json(view) if view else None

    @property
    def api_calls(self) -> deque[ApiCall]:
        return self.services.journal.calls

    def calls(self, method: str) -> list[ApiCall]:
        return [call for call in self.api_calls if call.method == method]

    @property
    def deliveries(self) -> deque[Delivery]:
        """Every attempt to bring something to the app."""
        return self.services.deliverer.log

    @property
    def connections(self) -> int:
        return self.services.hub.connections(APP)

    async def wait_for(self, predicate: Callable[[], Seen], timeout: float = 5.0) -> Seen:  # noqa: ASYNC109
        """The first true value of `predicate`, asked again after each change in the workspace.

        Raises TimeoutError with the last calls of the app when it does not come in time.
        """
        changed = asyncio.Event()

        def observe(change: Change) -> None:
            changed.set()

        unsubscribe = self.world.changes.subscribe(observe)
        try:
            async with asyncio.timeout(timeout):
                while not (seen := predicate()):
                    changed.clear()
                    await changed.wait()
                return seen
        except TimeoutError as error:
            last = [f"{c.method}: {c.answer}" for c in list(self.api_calls)[-5:]]
            calls = "\n".join(last) or "none"
            raise TimeoutError(f"Not within {timeout} s. Last API calls:\n{calls}") from error
        finally:
            unsubscribe()

    # names

    @property
    def installation(self) -> Installation:
        """The app in the demo workspace."""
        return self._installation_in(TEAM)

    def _installation_in(self, team_id: str) -> Installation:
        found = self.world.installation(APP, team_id)
        if found is None:
            raise LookupError(f"The app is not installed in {team_id}.")
        return found

    def person(self, name: str) -> User:
        users = self.world.users
        found = users.get(name) or next((u for u in users.values() if u.name == name), None)
        if found is None:
            raise LookupError(f"Nobody is called {name!r} here.")
        return found

    def channel(self, name: str, viewer: User | None = None) -> Channel:
        if name.startswith("@") and viewer:
            people = [viewer.id, self.person(name[1:]).id]
            return self.world.open_direct(viewer.team_id, people)[0]
        found = self.world.channels.get(name) or self.world.channel_named(name)
        if found is None:
            raise LookupError(f"There is no channel {name!r} here.")
        return found

    def direct(self, user: str) -> str:
        """The id of a person's direct conversation with the app."""
        people = [self.person(user).id, self.installation.bot_user_id]
        return self.world.open_direct(TEAM, people)[0].id

    def _message(self, channel: str, ts: str, viewer: User | None = None) -> Message:
        found = self.world.timeline.find(self.channel(channel, viewer).id, ts)
        if found is None:
            raise LookupError(f"There is no message {ts} in {channel}.")
        return found

    def _view(self, view_id: str) -> ViewRecord:
        found = self.world.views.find(view_id)
        if found is None:
            raise LookupError(f"There is no view {view_id}.")
        return found


def _action(blocks: list[Json], action_id: str, value: object) -> Json:
    found = find_element(blocks, action_id)
    if found is None:
        raise LookupError(f"Nothing there has the action_id {action_id!r}.")
    block, element = found
    action: Json = {"action_id": action_id, "block_id": block["block_id"]}
    if value_field(element) or element["type"] == "feedback_buttons":
        action |= as_entered(element, value)
    return action
