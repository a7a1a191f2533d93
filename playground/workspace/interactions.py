"""What a person does with an app: commands, clicks, modals, shortcuts, external selects."""

from __future__ import annotations

import base64
import re
from typing import Any

from playground.workspace.changes import Notice
from playground.workspace.delivery import Deliverer, NotAcknowledgedError
from playground.workspace.elements import (
    blocks_of,
    every_block,
    find_element,
    input_errors,
    state_of,
    value_field,
)
from playground.workspace.manifest import Command
from playground.workspace.modals import Modals
from playground.workspace.model import (
    App,
    Channel,
    Ephemeral,
    Json,
    Message,
    User,
    ViewRecord,
)
from playground.workspace.render import file_json, message_json, view_json
from playground.workspace.responses import Responses
from playground.workspace.typed_text import read_typed
from playground.workspace.webapi.errors import ApiError
from playground.workspace.world import SLACKBOT, World


class PersonError(Exception):
    """What Slack would tell the person, in words."""


class Interactions:
    def __init__(self, world: World, deliverer: Deliverer, responses: Responses) -> None:
        self._world = world
        self._deliverer = deliverer
        self._responses = responses
        self._modals = Modals(world)

    # commands

    async def command(
        self, user: User, channel: Channel, text: str, thread_ts: str | None = None
    ) -> None:
        """A whole line such as "/ops help". The answer arrives in the channel as messages."""
        name, _, rest = text.strip().partition(" ")
        if thread_ts:
            raise PersonError(f"{name} is not supported in threads. Sorry!")
        app, command = self._command_owner(user, name)
        words = self._command_text(user, command, rest.strip())
        payload, path = self._command_payload(app, user, channel, name, words)
        place = self._world.response_urls
        try:
            answer = await self._deliverer.ask(app, "slash_commands", payload)
        except NotAcknowledgedError as error:
            self._from_slackbot(user, channel, f'{name} failed with the error "{error.shown}"')
            return
        content = {"text": answer} if isinstance(answer, str) else answer
        if isinstance(content, dict) and content:
            try:
                self._responses.apply(place.peek(path), content)
            except ApiError as error:
                self._from_slackbot(user, channel, f'{name} failed with the error "{error.code}"')

    def _command_owner(self, user: User, name: str) -> tuple[App, Command]:
        """The app that was installed last wins; people of other companies have no commands."""
        for installation in reversed(list(self._world.active_installations(user.team_id))):
            app = self._world.apps[installation.app_id]
            known = {command.command: command for command in app.manifest.commands}
            if name in known and "commands" in installation.scopes:
                return app, known[name]
        raise PersonError(
            f"{name} is not a valid command. In Slack, all messages that start with the "
            '"/" character are interpreted as commands.'
        )

    def _command_text(self, user: User, command: Command, text: str) -> str:
        """With should_escape names arrive as <@U…|name>; without, as they were typed."""
        if not command.should_escape:
            return text
        typed = read_typed(self._world, user.team_id, text).text
        return re.sub(r"<@(\w+)>", lambda m: f"<@{m[1]}|{self._world.users[m[1]].name}>", typed)

    def _command_payload(
        self, app: App, user: User, channel: Channel, name: str, text: str
    ) -> tuple[Json, str]:
        team = self._world.teams[user.team_id]
        path = self._world.response_urls.issue(app.id, user.id, channel.id)
        return {
            "token": app.verification_token,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": _channel_name(channel),
            "user_id": user.id,
            "user_name": user.name,
            "command": name,
            "text": text,
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": self._url(path),
            "trigger_id": self._world.triggers.issue(app.id, user.id),
        }, path

    def _url(self, path: str) -> str:
        return f"{self._world.base_url}/actions/{path}"

    def _from_slackbot(self, user: User, channel: Channel, text: str) -> None:
        self._world.timeline.post_ephemeral(channel.id, user.id, {"user": SLACKBOT, "text": text})
        self._world.changes.announce(Notice(user.id, text))

    # clicks

    async def message_action(
        self, user: User, target: Message | Ephemeral, action: Json, state: Json
    ) -> None:
        """A click, a choice or an input in a message. Raises PersonError."""
        app = self._app_of(target)
        blocks = blocks_of(target.body)
        sent = self._action(blocks, action)
        channel = self._world.channels[target.channel_id]
        payload = self._base(app, user, "block_actions") | {
            "trigger_id": self._world.triggers.issue(app.id, user.id),
            "actions": [sent],
            "state": state_of(blocks, state.get("values", {})),
            **self._message_context(user, app, channel, target),
        }
        payload["container"] |= _attachment_of(target.body, sent["block_id"])
        await self._ask(user, app, payload)

    def _app_of(self, target: Message | Ephemeral) -> App:
        app = self._world.apps.get(target.app_id or "")
        if app is None:
            raise PersonError("This message is not an app's, so nobody answers the click.")
        if not app.manifest.interactive:
            raise PersonError(f"Interactivity is switched off in the settings of {app.name}.")
        return app

    def _action(self, blocks: list[Json], action: Json) -> Json:
        """The element as it was posted, with what the person chose; the page is not believed."""
        found = find_element(blocks, action.get("action_id", ""), action.get("block_id"))
        if found is None:
            raise PersonError(f"There is nothing with the action_id {action.get('action_id')!r}.")
        block, element = found
        sent: Json = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._world.stamps.next(),
        }
        for name in ("text", "value", "style", "url", "placeholder"):
            if name in element:
                sent[name] = element[name]
        field = value_field(element)
        if field:
            sent[field] = action.get(field)
        if element["type"] == "feedback_buttons":
            sent |= _feedback(element, action)
        return sent

    def _message_context(
        self, user: User, app: App, channel: Channel, target: Message | Ephemeral
    ) -> Json:
        ephemeral = isinstance(target, Ephemeral)
        ts = target.id if isinstance(target, Ephemeral) else target.ts
        thread_ts = target.body.get("thread_ts")
        path = self._world.response_urls.issue(
            app.id,
            user.id,
            channel.id,
            message_ts=None if ephemeral else ts,
            ephemeral_id=ts if ephemeral else None,
            thread_ts=thread_ts,
        )
        container: Json = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        }
        if thread_ts:
            container["thread_ts"] = thread_ts
        context: Json = {
            "container": container,
            "channel": {"id": channel.id, "name": _channel_name(channel)},
            "response_url": self._url(path),
        }
        if isinstance(target, Message):
            context["message"] = message_json(self._world, target)
        return context

    async def view_action(self, user: User, view: ViewRecord, action: Json, state: Json) -> None:
        """A click in a modal or Home tab; no response_url there."""
        app = self._world.apps[view.app_id]
        sent = self._action(view.body["blocks"], action)
        view.state = state_of(view.body["blocks"], state.get("values", {}))
        payload = self._base(app, user, "block_actions") | {
            "trigger_id": self._world.triggers.issue(app.id, user.id, view.id),
            "container": {"type": "view", "view_id": view.id},
            "view": view_json(view),
            "actions": [sent],
        }
        await self._ask(user, app, payload)

    async def options(
        self, user: User, app: App, blocks: list[Json], query: Json, context: Json
    ) -> Json:
        """The choices of an external select. Raises PersonError when the app gives none."""
        if find_element(blocks, query["action_id"], query.get("block_id")) is None:
            raise PersonError(f"There is no select with the action_id {query['action_id']!r}.")
        payload = self._base(app, user, "block_suggestion") | {
            "action_id": query["action_id"],
            "block_id": query.get("block_id", ""),
            "value": query.get("value", ""),
            **context,
        }
        answer = await self._ask(user, app, payload)
        if not isinstance(answer, dict) or not ({"options", "option_groups"} & answer.keys()):
            raise PersonError("The app returned no options.")
        return answer

    # modals

    async def submit(self, user: User, view: ViewRecord, state: Json) -> Json:
        """What happened: {} closed, or {"response_action": …, "errors"?: …}."""
        app = self._world.apps[view.app_id]
        view.state = state_of(view.body["blocks"], state.get("values", {}))
        self._take_files(user, view)
        errors = input_errors(view.body["blocks"], view.state)
        if errors:
            return {"response_action": "errors", "errors": errors}
        payload = self._base(app, user, "view_submission") | {
            "trigger_id": self._world.triggers.issue(app.id, user.id, view.id),
            "view": view_json(view),
            "response_urls": self._view_response_urls(user, app, view),
        }
        answer = await self._ask(user, app, payload)
        try:
            return self._modals.answer(view, answer)
        except ApiError as error:
            details = error.extra.get("response_metadata", {}).get("messages") or [error.code]
            raise PersonError(f"The app's answer was refused: {'; '.join(details)}") from error

    def _take_files(self, user: User, view: ViewRecord) -> None:
        """Files of a file_input come with the submission and are handed to the app."""
        for entries in view.state["values"].values():
            for entry in entries.values():
                if entry["type"] == "file_input":
                    entry["files"] = [self._taken(user, view, one) for one in entry["files"]]

    def _taken(self, user: User, view: ViewRecord, given: Json) -> Json:
        if "base64" not in given:
            return given
        content = base64.b64decode(given["base64"])
        file = self._world.files.add(user.team_id, user.id, given["name"], content)
        installation = self._world.installation(view.app_id, view.team_id)
        if installation:
            file.readers.add(installation.bot_user_id)
        return file_json(self._world, file)

    def _view_response_urls(self, user: User, app: App, view: ViewRecord) -> list[Json]:
        urls: list[Json] = []
        for block in view.body["blocks"]:
            element = block.get("element") or {}
            if not element.get("response_url_enabled"):
                continue
            entry = view.state["values"][block["block_id"]][element["action_id"]]
            channel = entry.get("selected_conversation") or entry.get("selected_channel")
            if channel:
                path = self._world.response_urls.issue(app.id, user.id, channel)
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel,
                        "response_url": self._url(path),
                    }
                )
        return urls

    async def close(self, user: User, view: ViewRecord, *, is_cleared: bool) -> None:
        """Closes a modal, or all of them; the app hears of those with notify_on_close."""
        cleared = is_cleared or bool(view.body.get("clear_on_close"))
        if cleared:
            closed = self._world.views.clear(user.id)
        else:
            self._world.views.close(view)
            closed = [view]
        for one in closed:
            if one.body.get("notify_on_close"):
                app = self._world.apps[one.app_id]
                payload = self._base(app, user, "view_closed")
                payload |= {"view": view_json(one), "is_cleared": cleared}
                await self._ask(user, app, payload)

    # shortcuts

    async def message_shortcut(self, user: User, message: Message, callback_id: str) -> None:
        app = self._shortcut_owner(user, "message", callback_id)
        channel = self._world.channels[message.channel_id]
        path = self._world.response_urls.issue(
            app.id, user.id, channel.id, message_ts=message.ts, thread_ts=message.thread_ts
        )
        payload = self._base(app, user, "message_action") | {
            "callback_id": callback_id,
            "trigger_id": self._world.triggers.issue(app.id, user.id),
            "action_ts": self._world.stamps.next(),
            "message_ts": message.ts,
            "message": message_json(self._world, message),
            "channel": {"id": channel.id, "name": _channel_name(channel)},
            "response_url": self._url(path),
        }
        await self._ask(user, app, payload)

    async def global_shortcut(self, user: User, callback_id: str) -> None:
        app = self._shortcut_owner(user, "global", callback_id)
        payload = self._base(app, user, "shortcut") | {
            "callback_id": callback_id,
            "trigger_id": self._world.triggers.issue(app.id, user.id),
            "action_ts": self._world.stamps.next(),
        }
        await self._ask(user, app, payload)

    def _shortcut_owner(self, user: User, kind: str, callback_id: str) -> App:
        for installation in self._world.active_installations(user.team_id):
            app = self._world.apps[installation.app_id]
            known = {(entry.type, entry.callback_id) for entry in app.manifest.shortcuts}
            if (kind, callback_id) in known and "commands" in installation.scopes:
                return app
        raise PersonError(f"No app here has a {kind} shortcut {callback_id!r}.")

    # shared

    def _base(self, app: App, user: User, kind: str) -> Json:
        team = self._world.teams[user.team_id]
        return {
            "type": kind,
            "token": app.verification_token,
            "api_app_id": app.id,
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": user.team_id,
            },
        }

    async def _ask(self, user: User, app: App, payload: Json) -> Any:
        try:
            return await self._deliverer.ask(app, "interactive", payload)
        except NotAcknowledgedError as error:
            text = f"{app.name} did not answer in time: {error.shown}"
            self._world.changes.announce(Notice(user.id, text))
            raise PersonError(text) from error


def _attachment_of(body: Json, block_id: str) -> Json:
    """What marks a container when the block stands in an attachment of the message."""
    for number, attachment in enumerate(body.get("attachments") or (), start=1):
        blocks = every_block(attachment.get("blocks") or [])
        if any(block["block_id"] == block_id for block in blocks):
            return {"type": "message_attachment", "attachment_id": number}
    return {}


def _feedback(element: Json, action: Json) -> Json:
    for name in ("positive_button", "negative_button"):
        if element[name]["value"] == action.get("value"):
            return {"text": element[name]["text"], "value": element[name]["value"]}
    raise PersonError("Feedback is one of the two buttons; their values are what counts.")


def _channel_name(channel: Channel) -> str:
    """As Slack puts it in payloads."""
    return {"im": "directmessage", "private": "privategroup", "mpim": channel.name}.get(
        channel.kind, channel.name
    )
