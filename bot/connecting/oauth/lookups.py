"""What a consent covers, where that may be several things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.connecting.oauth.apps import App
from bot.connecting.oauth.wire import Lost, Wire
from bot.connectors.oauth import Choice, OAuth

MOST_CHOICES = 200


class Unanswered(Exception):
    """A service gave tokens, but does not say what they are for."""


@dataclass(frozen=True)
class Option:
    """One of several things that a consent covers. `fills` are settings of the connection."""

    id: str
    label: str
    fills: dict[str, str]

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def at(value: Any, path: str) -> Any:
    """What is at a path such as `user.name`; the value itself at an empty one."""
    for part in path.split(".") if path else ():
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


async def options(
    wire: Wire, oauth: OAuth, choice: Choice, token: str, settings: Mapping[str, Any], app: App
) -> list[Option]:
    """What the consent covers, each once.

    Raises:
        Unanswered: the service does not say, or it is nothing.
    """
    found = await _ask(wire, oauth, choice.url, choice.headers, token, settings, app)
    items = at(found, choice.items)
    if not isinstance(items, list):
        raise Unanswered(f"{oauth.title} did not say which {choice.what} this sign-in is for.")
    fitting = [_option(one, choice) for one in items if _fits(one, choice)]
    once = {one.id: one for one in fitting if one.id}
    if not once:
        raise Unanswered(f"This account has no {choice.what} in {oauth.title} to connect.")
    return list(once.values())[:MOST_CHOICES]


def _option(item: Any, choice: Choice) -> Option:
    label = str(at(item, choice.label) or at(item, choice.id) or "")
    fills = {name: str(at(item, path) or "") for name, path in choice.fills.items()}
    return Option(str(at(item, choice.id) or ""), label, fills)


def _fits(item: Any, choice: Choice) -> bool:
    return all(word in str(at(item, path)) for path, word in choice.only.items())


async def _ask(
    wire: Wire,
    oauth: OAuth,
    url: str,
    headers: Mapping[str, str],
    token: str,
    settings: Mapping[str, Any],
    app: App,
) -> Any:
    values = {**settings, **app.more}
    sent = {name: oauth.filled(value, values) for name, value in headers.items()}
    try:
        answer = await wire.get(
            oauth.filled(url, values), {**sent, "Authorization": f"Bearer {token}"}
        )
    except Lost as lost:
        raise Unanswered(f"{oauth.title} gave a sign-in, but then {lost.words}.") from None
    if not answer.ok:
        raise Unanswered(
            f"{oauth.title} gave a sign-in, but then answered with HTTP status {answer.status}."
        )
    return answer.body
