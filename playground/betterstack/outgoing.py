"""Outgoing webhooks that really fire: each change is posted to those who asked for it.

What changed is found by looking before and after a request, so no handler has to tell. A hook that
leads anywhere but to this machine is not called. As at the vendor's, nothing is signed, and nothing
is promised of the order or of how often one comes; `Delivery` makes that happen on purpose.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from playground.betterstack.control import is_loopback
from playground.betterstack.handlers import comments, incidents, monitors, on_calls
from playground.betterstack.records import Incident, Json, Monitor, OutgoingWebhook
from playground.betterstack.routing import Call
from playground.betterstack.state import State

TIMEOUT = aiohttp.ClientTimeout(total=10)
SWITCHES = {
    "created": "on_incident_started",
    "acknowledged": "on_incident_acknowledged",
    "resolved": "on_incident_resolved",
    "reopened": "on_incident_reopened",
    "comment": "on_incident_comment",
}


@dataclass(frozen=True)
class Notice:
    """One change: what kind of webhook hears of it, what happened, and what is posted."""

    trigger: str
    event: str
    team: str
    body: Json


@dataclass
class Delivery:
    """How notices come. `duplicates` is the share that comes twice; with `shuffle` those of one
    batch come in any order; `delay` is in seconds."""

    duplicates: float = 0.0
    shuffle: bool = False
    delay: float = 0.0
    random: Random = field(default_factory=lambda: Random(1))

    def arranged(self, posts: list[Any]) -> list[Any]:
        twice = [post for post in posts if self.random.random() < self.duplicates]
        every = [*posts, *twice]
        if self.shuffle:
            self.random.shuffle(every)
        return every


Snapshot = Mapping[tuple[str, int], tuple[object, ...]]


class Outgoing:
    """Watches the state and tells of its changes: to callbacks at once, to webhooks over HTTP."""

    def __init__(self) -> None:
        self.delivery = Delivery()
        self.failed: list[str] = []
        """What became of posts that were not answered with success, in words."""
        self._callbacks: list[Callable[[Notice], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def on_change(self, callback: Callable[[Notice], None]) -> None:
        self._callbacks.append(callback)

    def tell(self, call: Call, before: Snapshot) -> None:
        """Tells what differs from before."""
        notices = list(_notices(call, before))
        posts = [(hook, n) for n in notices for hook in _listeners(call.state, n)]
        for notice in notices:
            for callback in self._callbacks:
                callback(notice)
        if posts:
            task = asyncio.create_task(self._deliver(self.delivery.arranged(posts)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Waits until everything that is on its way has come."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _deliver(self, posts: list[tuple[OutgoingWebhook, Notice]]) -> None:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            for hook, notice in posts:
                if self.delivery.delay:
                    await asyncio.sleep(self.delivery.delay)
                await self._post(session, hook, notice)

    async def _post(
        self, session: aiohttp.ClientSession, hook: OutgoingWebhook, notice: Notice
    ) -> None:
        template = hook.custom_webhook_template_attributes or {}
        named = template.get("headers_template") or []
        user = template.get("auth_username")
        try:
            async with session.request(
                str(template.get("http_method") or "post").upper(),
                hook.url,
                data=_written(template.get("body_template"), notice.body),
                headers={
                    "Content-Type": "application/json",
                    **{one["name"]: one["value"] for one in named},
                    **({"Authorization": f"Basic {_basic(template)}"} if user else {}),
                },
                allow_redirects=False,
            ) as response:
                if response.status >= 300:
                    self.failed.append(f"{notice.event}: HTTP {response.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            self.failed.append(f"{notice.event}: {type(error).__name__}")


def look(state: State) -> Snapshot:
    """What changes are told of."""
    found: dict[tuple[str, int], tuple[object, ...]] = {}
    for one in state.incidents.values():
        found["incident", one.id] = (one.status, one.acknowledged_at, one.resolved_at)
    for monitor in state.monitors.values():
        found["monitor", monitor.id] = (monitor.paused_at, repr(monitor))
    for key in state.comments:
        found["comment", key] = ()
    for calendar in state.calendars.values():
        found["on_call", calendar.id] = tuple(
            (one.id, one.starts_at, one.ends_at, tuple(one.users)) for one in calendar.events
        )
    return found


def _notices(call: Call, before: Snapshot) -> Iterator[Notice]:
    after = look(call.state)
    for key in after.keys() | before.keys():
        if before.get(key) == after.get(key):
            continue
        kind, number = key
        if kind == "incident" and key in after:
            yield _incident(call, call.state.incidents[number], before.get(key))
        elif kind == "comment" and key in after:
            yield _comment(call, number)
        elif kind == "monitor":
            yield _monitor(call, number, before.get(key))
        elif kind == "on_call" and key in after:
            calendar = call.state.calendars[number]
            shown = on_calls.shape(call.state, calendar, call.now)
            body: Json = {"event": "on_call_changed", "data": shown}
            yield Notice("on_call_change", "on_call_changed", calendar.team_name, body)


def _incident(call: Call, incident: Incident, before: tuple[object, ...] | None) -> Notice:
    event = "created" if before is None else _deed(incident, before)
    body: Json = {"event": event, "data": incidents.shape(call, incident)}
    return Notice("incident_change", event, incident.team_name, body)


def _deed(incident: Incident, before: tuple[object, ...]) -> str:
    if before[0] == "Resolved" and incident.status != "Resolved":
        return "reopened"
    return {"Acknowledged": "acknowledged", "Resolved": "resolved"}.get(incident.status, "updated")


def _comment(call: Call, number: int) -> Notice:
    comment = call.state.comments[number]
    incident = call.state.incidents[comment.incident_id]
    said = comments.shape(comment)["attributes"]
    body: Json = {"event": "comment", "data": incidents.shape(call, incident), "comment": said}
    return Notice("incident_change", "comment", incident.team_name, body)


def _monitor(call: Call, number: int, before: tuple[object, ...] | None) -> Notice:
    monitor = call.state.monitors.get(number)
    if monitor is None:
        gone: Json = {"id": str(number), "type": "monitor", "attributes": {}}
        return Notice("monitor_change", "deleted", "", {"event": "deleted", "data": gone})
    event = _monitor_event(monitor, before)
    body: Json = {"event": event, "data": monitors.shape(call, monitor)}
    return Notice("monitor_change", event, monitor.team_name, body)


def _monitor_event(monitor: Monitor, before: tuple[object, ...] | None) -> str:
    if before is None:
        return "created"
    if monitor.paused_at != before[0]:
        return "paused" if monitor.paused_at else "unpaused"
    return "updated"


def _listeners(state: State, notice: Notice) -> Iterator[OutgoingWebhook]:
    for hook in state.outgoing_webhooks.values():
        wanted = getattr(hook, SWITCHES.get(notice.event, ""), None) is not False
        near = is_loopback(urlsplit(hook.url).hostname)
        ours = notice.team in ("", hook.team_name)
        if hook.trigger_type == notice.trigger and wanted and near and ours:
            yield hook


def _basic(template: Mapping[str, Any]) -> str:
    pair = f"{template.get('auth_username')}:{template.get('auth_password') or ''}"
    return base64.b64encode(pair.encode()).decode()


def _written(template: Any, body: Json) -> str:
    """The default body, or the hook's own with its variables filled in."""
    if not template:
        return json.dumps(body)
    attributes = body["data"].get("attributes", {})
    values = {"INCIDENT_ID": body["data"]["id"], "EVENT": body.get("event"), **attributes}
    text = template if isinstance(template, str) else json.dumps(template)
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"${name.upper()}", str(values[name] or ""))
    return text
