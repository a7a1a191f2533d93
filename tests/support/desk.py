"""The handlers without Slack: payloads go in as Slack would send them, answers are kept.

`Desk` calls the listeners that the house registers, so a test reaches them the way Slack does, and
sees everything that would have been said: what was acknowledged, responded, and asked of the Web
API.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from sqlalchemy import Select, select

from bot.agents.acquaintance import Acquaintance
from bot.agents.models.choosing import Installed
from bot.agents.models.providers import KEYS
from bot.agents.reception import Reception
from bot.agents.stopping import Stops
from bot.connecting.connections import Connections
from bot.connecting.oauth.apps import OAuthApps
from bot.connecting.tickets import Tickets
from bot.gate.decisions import Decisions
from bot.gate.policy import Approvers
from bot.handlers.invitations import invitation_handler
from bot.handlers.listeners import register
from bot.handlers.services import Services
from bot.incidents.addresses import WebhookAddresses
from bot.scheduling.queue import Claim
from bot.scheduling.subscriptions import Subscriptions
from bot.slack.sender import Pace, Sender
from bot.store.tables import Job, JobState, Subscription
from tests.fixtures_store import VAULT
from tests.support.harbor import CHANNEL, TEAM, Harbor

Json = dict[str, Any]


def slack_user(user_id: str, name: str, **more: Any) -> Json:
    """A user object as `users.info` gives it: a full member with a confirmed address."""
    return {
        "id": user_id,
        "team_id": TEAM,
        "name": name.lower(),
        "real_name": name,
        "tz": "Europe/Lisbon",
        "is_email_confirmed": True,
        "profile": {"display_name": name, "email": f"{name.lower()}@harbor.example"},
        **more,
    }


class SlackDouble:
    """Slack's Web API: remembers what it was asked. `users` are the accounts that it knows."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Json]] = []
        self.users: dict[str, Json] = {}

    def add(self, user_id: str, name: str, **more: Any) -> Json:
        self.users[user_id] = slack_user(user_id, name, **more)
        return self.users[user_id]

    def __getattr__(self, method: str) -> Callable[..., Any]:
        async def call(**arguments: Any) -> Json:
            self.calls.append((method, arguments))
            return self._answer(method, arguments)

        return call

    def _answer(self, method: str, arguments: Json) -> Json:
        if method == "users_info":
            if arguments["user"] not in self.users:
                raise _refused("user_not_found")
            return {"user": self.users[arguments["user"]]}
        if method == "users_lookupByEmail":
            for user in self.users.values():
                if user["profile"].get("email", "").lower() == arguments["email"].lower():
                    return {"user": user}
            raise _refused("users_not_found")
        if method == "usergroups_list":
            return {"usergroups": [{"id": "S1", "handle": "oncall", "name": "On call"}]}
        if method == "conversations_open":
            return {"channel": {"id": f"D{arguments['users'][0]}"}}
        return {"ok": True, "ts": f"{len(self.calls)}.0", "view": {"id": "V1"}}

    def sent(self, method: str) -> list[Json]:
        return [arguments for name, arguments in self.calls if name == method]


class Listeners:
    """Stands in for Bolt's app: keeps each listener with its kind and what it is for."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Any, Callable[..., Any]]] = []

    def __getattr__(self, kind: str) -> Callable[[Any], Callable[[Callable[..., Any]], None]]:
        def constrained(constraint: Any) -> Callable[[Callable[..., Any]], None]:
            return lambda function: self.found.append((kind, constraint, function))

        return constrained

    def named(self, kind: str) -> list[str]:
        """What listeners of a kind are for, without those that take the rest."""
        return [one for found, one, _ in self.found if found == kind and isinstance(one, str)]

    def get(self, kind: str, name: str) -> Callable[..., Any]:
        for found, constraint, function in self.found:
            fits = (
                constraint.fullmatch(name)
                if isinstance(constraint, re.Pattern)
                else constraint == name
            )
            if found == kind and fits:
                return function
        raise LookupError(f"no listener for {kind} {name}")


class Alarms:
    """The clock's side of subscriptions, which these tests do not look at."""

    def follow(self, subscription: Subscription) -> None: ...
    def drop(self, subscription_id: str) -> None: ...


@dataclass
class Desk:
    """A place to be a person at. Each method returns everything that was answered, as text."""

    harbor: Harbor
    slack: SlackDouble
    services: Services
    listeners: Listeners = field(default_factory=Listeners)
    heard: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        app: Any = self.listeners
        register(app, self.services)

    async def command(self, user: str, text: str, channel: str = CHANNEL) -> str:
        """`/ops text`, typed in a channel."""
        body = {
            "team_id": TEAM,
            "user_id": user,
            "channel_id": channel,
            "command": "/ops",
            "text": text,
            "trigger_id": f"trigger{self.harbor.store.ids()}",
            "response_url": "http://response.invalid",
        }
        return await self._call("command", "/ops", body)

    async def press(self, user: str, action: str, value: str = "", channel: str = CHANNEL) -> str:
        """A button of a message in a channel, or an entry of a menu there."""
        sent: Json = {"action_id": action, "value": value, "block_id": "b", "type": "button"}
        sent["selected_option"] = {"value": value}
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "channel": {"id": channel},
            "container": {"type": "message", "channel_id": channel, "message_ts": "1.0"},
            "message": {"ts": "1.0"},
            "trigger_id": "trigger",
            "actions": [sent],
        }
        return await self._call("action", action, body)

    async def press_in_view(self, user: str, view: Json, action: str, value: str = "") -> str:
        """A button or a choice in a modal that was opened before."""
        option = {"value": value}
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "container": {"type": "view", "view_id": "V1"},
            "view": {"id": "V1", "state": {"values": {}}, **view},
            "trigger_id": "trigger",
            "actions": [{"action_id": action, "value": value, "selected_option": option}],
        }
        return await self._call("action", action, body)

    async def submit(self, user: str, callback: str, metadata: Json, values: Json) -> str:
        """A modal."""
        view = {
            "id": "V1",
            "callback_id": callback,
            "private_metadata": json.dumps(metadata),
            "state": {"values": values},
        }
        body = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "view": view,
        }
        return await self._call("view", callback, body)

    async def say(self, user: str, text: str, channel: str = CHANNEL, **more: Any) -> None:
        """A message, as Slack's event tells it."""
        event = {
            "type": "message",
            "channel": channel,
            "channel_type": "im" if channel.startswith("D") else "channel",
            "user": user,
            "ts": f"{len(self.slack.calls) + 100}.{self.harbor.store.ids()[-6:]}",
            "text": text,
            **more,
        }
        await self._call("event", "message", {"event": event})

    async def open_home(self, user: str) -> str:
        event = {"type": "app_home_opened", "user": user, "tab": "home", "channel": f"D{user}"}
        await self._call("event", "app_home_opened", {"event": event})
        return text_of(self.slack.sent("views_publish")[-1])

    async def jobs(self, kind: str) -> list[Job]:
        """The work of a kind that waits."""
        async with self.harbor.store.installation() as session:
            rows = (await session.scalars(_waiting(kind))).all()
        return list(rows)

    async def bring_invitations(self) -> None:
        """Does what the worker would with invitations that wait."""
        bring = invitation_handler(
            self.harbor.store,
            self.services.acquaintance,
            self.services.client,
            self.services.sender,
        )
        for job in await self.jobs("invitation"):
            await bring(Claim(job.id, job.organisation_id, job.kind, job.subject, 1, 1))

    async def _call(self, kind: str, name: str, body: Json) -> str:
        answers: list[Any] = []

        async def keep(*plain: Any, **named: Any) -> None:
            answers.append([*plain, named])

        self.heard.append(answers)
        before = len(self.slack.calls)
        listener = self.listeners.get(kind, name)
        offered = {
            "ack": keep,
            "respond": keep,
            "body": body,
            "view": body.get("view"),
            "event": body.get("event"),
            "context": {"team_id": TEAM},
        }
        wanted = inspect.signature(listener).parameters
        await listener(**{name: offered[name] for name in wanted})
        return text_of([answers, self.slack.calls[before:]])


def _refused(error: str) -> SlackApiError:
    return SlackApiError("refused", {"error": error})  # type: ignore[no-untyped-call]


def _waiting(kind: str) -> Select[Job]:
    return select(Job).where(Job.kind == kind, Job.state == JobState.QUEUED).order_by(Job.id)


def text_of(value: Any) -> str:
    """Every word and number in a value, as one text."""
    return " ".join(_words(value))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)
    elif value is not None:
        yield str(value)


def build_desk(harbor: Harbor, *, default_plan: str = "scale") -> Desk:
    """A desk over a harbor whose people Slack knows: Ana, Bo, and Chidi, who has not come yet."""
    slack = SlackDouble()
    slack.add("UANA", "Ana")
    slack.add("UBO", "Bo")
    slack.add("UCHIDI", "Chidi")
    client: Any = slack

    async def nobody(_group: str) -> list[str]:
        return []

    async def at_once(_seconds: float) -> None:
        return None

    ticks = iter(range(10_000_000))
    sender = Sender(client, Pace(timer=lambda: float(next(ticks)), sleep=at_once))
    approvers = Approvers(harbor.store, nobody, harbor.gate.on_call)
    tickets = Tickets(harbor.store, VAULT, lambda: "https://ops.example")
    connections = Connections(
        harbor.store, harbor.opener, harbor.gate, tickets, harbor.queue, lambda: None
    )
    services = Services(
        store=harbor.store,
        gate=harbor.gate,
        decisions=Decisions(harbor.store, approvers),
        queue=harbor.queue,
        wake=lambda: None,
        reception=Reception(harbor.store, harbor.queue),
        stops=Stops(harbor.store, harbor.queue),
        acquaintance=Acquaintance(harbor.store, client),
        sender=sender,
        client=client,
        subscriptions=Subscriptions(harbor.store, harbor.queue, Alarms(), lambda: None),
        default_plan=default_plan,
        tickets=tickets,
        connections=connections,
        oauth_apps=OAuthApps(harbor.store, VAULT, lambda: "https://ops.example"),
        addresses=WebhookAddresses(harbor.store, ""),
        models=Installed("claude-sonnet-5-5", frozenset(KEYS)),
    )
    return Desk(harbor, slack, services)
