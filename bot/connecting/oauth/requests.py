"""The requests at a token endpoint, and what its answers mean."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from bot.connecting.oauth.apps import App
from bot.connecting.oauth.wire import Answer, Wire
from bot.connectors.oauth import OAuth

AHEAD = timedelta(minutes=2)
"""How long before its end an access token is renewed, unless it is a short one."""

LONGEST_LIFE = timedelta(days=3650)


class Refusal(Exception):
    """The server answered, and gave no tokens. `error` is its code, if it has one."""

    def __init__(self, status: int, error: str, words: str) -> None:
        super().__init__(words or error or f"HTTP status {status}")
        self.status = status
        self.error = error

    @property
    def ends_the_grant(self) -> bool:
        """Whether asking again with the same token makes no sense."""
        return self.error in ("invalid_grant", "unauthorized_client", "access_denied")

    @property
    def is_about_the_app(self) -> bool:
        return self.error == "invalid_client"


@dataclass(frozen=True)
class TokenEndpoint:
    """Where tokens come from, and how we say there who we are."""

    oauth: OAuth
    url: str
    client: str
    app: App


async def ask(wire: Wire, place: TokenEndpoint, fields: Mapping[str, str]) -> Answer:
    """One request for tokens. Raises Lost."""
    oauth, headers = place.oauth, {}
    sent = {**fields, **oauth.extra_token}
    if place.client == "basic":
        # RFC 6749, 2.3.1: both are form-encoded before they are joined.
        pair = f"{quote(place.app.client_id, '')}:{quote(place.app.client_secret, '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        sent["client_id"] = place.app.client_id
        if place.client == "body" and place.app.client_secret:
            sent["client_secret"] = place.app.client_secret
    if oauth.body == "query":
        return await wire.get(f"{place.url}?{urlencode(sent)}", headers)
    return await wire.post(place.url, sent, as_json=oauth.body == "json", headers=headers)


def tokens_in(answer: Answer, now: datetime) -> dict[str, str]:
    """The tokens of an answer, as a connection keeps them.

    Raises:
        Refusal: there are none.
    """
    said = answer.values
    access = said.get("access_token")
    if not answer.ok or not isinstance(access, str) or not access:
        raise _refusal(answer)
    kept = {"access_token": access, **_life(said.get("expires_in"), now)}
    if isinstance(said.get("refresh_token"), str) and said["refresh_token"]:
        kept["refresh_token"] = said["refresh_token"]
    scope = said.get("scope") or said.get("scopes")
    if isinstance(scope, str):
        kept["scope"] = scope
    return kept


def _life(seconds: Any, now: datetime) -> dict[str, str]:
    try:
        life = min(timedelta(seconds=float(seconds)), LONGEST_LIFE)
    except (TypeError, ValueError, OverflowError):
        return {"expires_at": "", "renew_at": ""}
    end = now + life
    return {"expires_at": end.isoformat(), "renew_at": (end - min(AHEAD, life / 5)).isoformat()}


def _refusal(answer: Answer) -> Refusal:
    said = answer.values
    error = said.get("error")
    if isinstance(error, dict):  # Meta's form
        code = "invalid_grant" if error.get("code") in (100, 190) else str(error.get("type") or "")
        return Refusal(answer.status, code, str(error.get("message") or "")[:300])
    words = str(said.get("error_description") or "")[:300]
    return Refusal(answer.status, str(error or "")[:60], words)
