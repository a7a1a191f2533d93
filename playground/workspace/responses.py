"""response_url, and the message with which an app answers a command."""

from __future__ import annotations

from playground.workspace.model import Ephemeral, Installation, Json, Message
from playground.workspace.render import bot_profile_json
from playground.workspace.tickets import ResponseUrl
from playground.workspace.webapi.content import read_content
from playground.workspace.webapi.errors import ApiError
from playground.workspace.world import World


class Responses:
    def __init__(self, world: World) -> None:
        self._world = world

    def apply(self, place: ResponseUrl, answer: Json) -> None:
        """Does what the answer says. Raises ApiError as Slack words it."""
        original = self._original(place)
        if answer.get("delete_original"):
            self._delete(original)
        elif answer.get("replace_original") and original is not None:
            self._replace(original, read_content(self._world, answer))
        else:
            self._post(place, answer)

    def _original(self, place: ResponseUrl) -> Message | Ephemeral | None:
        if place.ephemeral_id:
            return self._world.timeline.ephemerals.get(place.ephemeral_id)
        if place.message_ts:
            return self._world.timeline.find(place.channel_id, place.message_ts)
        return None

    def _delete(self, original: Message | Ephemeral | None) -> None:
        if original is None:
            raise ApiError("message_not_found")
        if isinstance(original, Ephemeral):
            self._world.timeline.delete_ephemeral(original)
        else:
            self._world.timeline.delete(original)

    def _replace(self, original: Message | Ephemeral, content: Json) -> None:
        """An ephemeral message stays ephemeral, whatever response_type says."""
        fields: Json = {"blocks": [], "attachments": [], **content}
        if isinstance(original, Ephemeral):
            self._world.timeline.change_ephemeral(original, fields)
        else:
            self._world.timeline.change(original, fields)

    def _post(self, place: ResponseUrl, answer: Json) -> None:
        channel = self._world.channels[place.channel_id]
        installation = self._world.installation(place.app_id, channel.team_id)
        if installation is None:
            raise ApiError("account_inactive")
        body = bot_author(self._world, installation) | read_content(self._world, answer)
        thread_ts = answer.get("thread_ts") or place.thread_ts
        if answer.get("response_type") == "in_channel":
            self._world.timeline.post(channel.id, body, thread_ts=thread_ts, app_id=place.app_id)
            return
        if thread_ts:
            body["thread_ts"] = thread_ts
        self._world.timeline.post_ephemeral(channel.id, place.user_id, body, app_id=place.app_id)


def bot_author(world: World, installation: Installation) -> Json:
    return {
        "user": installation.bot_user_id,
        "bot_id": installation.bot_id,
        "app_id": installation.app_id,
        "team": installation.team_id,
        "bot_profile": bot_profile_json(world, installation),
    }
