"""A recording stand-in for Slack's Web API client: it keeps what it was sent, and may refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.sender import Pace, Sender


def refusal(error: str) -> SlackApiError:
    answer = {"ok": False, "error": error}
    return SlackApiError(f"Slack said {error}", answer)  # type: ignore[no-untyped-call]


class FakeSlack:
    """Posts as Slack holds them, by ts; `calls` are all calls in order.

    `refuse` may return an error for a call, by its method and arguments. `danger` is called
    before and after each call takes effect. `private` are channels that not everyone may read.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.posts: dict[str, dict[str, Any]] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.refuse: Callable[[str, dict[str, Any]], str] = lambda _method, _arguments: ""
        self.danger: Callable[[], None] = lambda: None
        self.private: set[str] = set()

    @property
    def client(self) -> AsyncWebClient:
        return cast(AsyncWebClient, self)

    def sender(self) -> Sender:
        """A sender that never waits."""

        async def at_once(_seconds: float) -> None:
            pass

        return Sender(self.client, Pace(sleep=at_once))

    def of(self, method: str) -> list[dict[str, Any]]:
        """The arguments of all calls of a method."""
        return [arguments for name, arguments in self.calls if name == method]

    def texts(self, channel: str = "", thread: str | None = None) -> list[str]:
        """What stands in the channels now, each post as one text with its blocks."""
        return [
            spoken(post)
            for post in self.posts.values()
            if (not channel or post["channel"] == channel)
            and (thread is None or post.get("thread_ts") == thread)
        ]

    def buttons(self) -> list[dict[str, Any]]:
        """Every button that can be pressed now."""
        return [
            element
            for post in self.posts.values()
            for block in post.get("blocks") or []
            if block["type"] == "actions"
            for element in block["elements"]
        ]

    async def chat_postMessage(self, **arguments: Any) -> dict[str, Any]:
        self._take("chat_postMessage", arguments)
        ts = f"{len(self.posts) + 1}.000100"
        self.posts[ts] = dict(arguments)
        self.danger()
        return {"ok": True, "ts": ts, "channel": arguments["channel"]}

    async def chat_update(self, **arguments: Any) -> dict[str, Any]:
        self._take("chat_update", arguments)
        if arguments["ts"] not in self.posts:
            raise refusal("message_not_found")
        self.posts[arguments["ts"]].update(text=arguments["text"], blocks=arguments["blocks"])
        self.danger()
        return {"ok": True}

    async def chat_postEphemeral(self, **arguments: Any) -> dict[str, Any]:
        self._take("chat_postEphemeral", arguments)
        return {"ok": True}

    async def conversations_open(self, **arguments: Any) -> dict[str, Any]:
        self._take("conversations_open", arguments)
        return {"ok": True, "channel": {"id": f"D{arguments['users'][0]}"}}

    async def users_info(self, **arguments: Any) -> dict[str, Any]:
        self._take("users_info", arguments)
        if arguments["user"] not in self.users:
            raise refusal("user_not_found")
        return {"ok": True, "user": self.users[arguments["user"]]}

    async def files_upload_v2(self, **arguments: Any) -> dict[str, Any]:
        self._take("files_upload_v2", arguments)
        return {"ok": True}

    async def conversations_list(self, **arguments: Any) -> dict[str, Any]:
        self._take("conversations_list", arguments)
        return {"ok": True, "channels": [{"id": "C7", "name": "deploys"}]}

    async def conversations_info(self, **arguments: Any) -> dict[str, Any]:
        self._take("conversations_info", arguments)
        private = str(arguments["channel"]) in self.private
        return {"ok": True, "channel": {"is_channel": not private, "is_private": private}}

    async def views_open(self, **arguments: Any) -> dict[str, Any]:
        self._take("views_open", arguments)
        return {"ok": True}

    async def views_publish(self, **arguments: Any) -> dict[str, Any]:
        self._take("views_publish", arguments)
        return {"ok": True}

    def _take(self, method: str, arguments: dict[str, Any]) -> None:
        self.danger()
        self.calls.append((method, dict(arguments)))
        error = self.refuse(method, arguments)
        if error:
            raise refusal(error)


def spoken(message: dict[str, Any]) -> str:
    """Everything that a message shows, as one text."""
    words = [str(message.get("text") or "")]

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("text"), str):
                words.append(value["text"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(message.get("blocks") or [])
    return "\n".join(words)
