"""A short-lived access token for a service account's key.

A statement signed with the key is exchanged for a token that lasts an hour (RFC 7523). Tokens are
kept in memory only, beside the HTTP client of their connection, and are gone when that is gone.

Source: https://developers.google.com/identity/protocols/oauth2/service-account
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from pydantic import SecretStr

from bot.connectors.errors import NotSignedIn, Unavailable
from bot.connectors.google.service_account import ServiceAccount, service_account, sign
from bot.connectors.http import TIMEOUT

LIFETIME = timedelta(hours=1)
EARLY = timedelta(seconds=60)
"""How long before its end a token is no longer used."""

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class Token:
    value: SecretStr
    ends: datetime


_kept: WeakKeyDictionary[httpx.AsyncClient, dict[str, Token]] = WeakKeyDictionary()


async def access_token(
    key_file: SecretStr, scope: str, client: httpx.AsyncClient, clock: Callable[[], datetime]
) -> str:
    """A token for the scope, from memory where there is one that still lasts.

    Raises:
        NotSignedIn: Google does not accept the key.
        Unavailable: Google cannot be reached.
    """
    tokens = _kept.setdefault(client, {})
    # By the whole file, so that a connection with a new key gets a new token.
    name = hashlib.sha256(f"{scope}\n{key_file.get_secret_value()}".encode()).hexdigest()
    token = tokens.get(name)
    if token is None or token.ends - EARLY <= clock():
        token = await _exchange(key_file, scope, client, clock())
        tokens[name] = token
    return token.value.get_secret_value()


async def _exchange(
    key_file: SecretStr, scope: str, client: httpx.AsyncClient, now: datetime
) -> Token:
    account = service_account(key_file.get_secret_value())
    try:
        # Loading the library and signing take some time of the processor.
        assertion = await asyncio.to_thread(_assertion, account, scope, now)
    except ValueError:
        raise NotSignedIn(
            "The private key of the service account is damaged.",
            "Make a new key and paste its file unchanged.",
        ) from None
    form = {"grant_type": GRANT, "assertion": assertion}
    try:
        response = await client.post(
            account.token_uri, data=form, timeout=TIMEOUT, follow_redirects=False
        )
    except httpx.HTTPError:
        raise Unavailable(
            "Google's sign-in service could not be reached.",
            "Check the network of the machine that the bot runs on, then try again.",
            sent=False,
        ) from None
    answer = _parsed(response)
    if not response.is_success or "access_token" not in answer:
        raise _failure(response.status_code, answer)
    lasts = timedelta(seconds=int(answer.get("expires_in", LIFETIME.total_seconds())))
    return Token(SecretStr(answer["access_token"]), now + lasts)


def _assertion(account: ServiceAccount, scope: str, now: datetime) -> str:
    """The signed statement (JWT) that the account asks for the scope."""
    issued = int(now.timestamp())
    header = {"alg": "RS256", "typ": "JWT", "kid": account.key_id}
    claims = {
        "iss": account.email,
        "scope": scope,
        "aud": account.token_uri,
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
    }
    signed = f"{_encoded(_json(header))}.{_encoded(_json(claims))}"
    return f"{signed}.{_encoded(sign(account, signed.encode()))}"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encoded(data: bytes) -> str:
    """Base64 for URLs, without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _parsed(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _failure(status: int, answer: dict[str, Any]) -> NotSignedIn | Unavailable:
    """Source: RFC 6749, 5.2, and what Google's server says in `error_description`."""
    words = str(answer.get("error_description") or "")
    if status >= 500 or status == 429:
        return Unavailable(
            f"Google's sign-in service failed with HTTP status {status}.",
            "Try again in a moment.",
        )
    if re.search(r"timeframe|\b(iat|exp)\b", words):
        return NotSignedIn(
            "Google finds the sign-in dated wrongly.",
            "Set the clock of the machine that the bot runs on.",
        )
    if "account not found" in words:
        return NotSignedIn(
            "Google does not know this service account any more.",
            "It was deleted: make another one, and reconnect with its key.",
        )
    return NotSignedIn(
        "Google does not accept the service account's key.",
        "It was probably deleted or disabled: make a new key and reconnect.",
    )
