"""Signed HTTP requests to the app's request URL (docs.slack.dev, "Verifying requests")."""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urlencode

import aiohttp

from playground.workspace.delivery import NotAcknowledgedError, Shipment
from playground.workspace.model import App
from playground.workspace.world import World

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpDelivery:
    def __init__(self, world: World) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        if self._session:
            await self._session.close()

    async def ship(self, shipment: Shipment) -> object:
        content_type, body = _encoded(shipment)
        headers = {"Content-Type": content_type}
        if shipment.attempt:
            headers["X-Slack-Retry-Num"] = str(shipment.attempt)
            headers["X-Slack-Retry-Reason"] = shipment.reason
        return await self._post(shipment.app, body, headers)

    async def _post(self, app: App, body: bytes, headers: dict[str, str]) -> object:
        if self._session is None or not app.request_url:
            raise NotAcknowledgedError("connection_failed")
        timestamp = str(int(self._world.clock()))
        signature = sign(app.signing_secret, timestamp, body)
        headers |= {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
        timeout = aiohttp.ClientTimeout(total=self._world.delays.acknowledge)
        try:
            async with self._session.post(
                app.request_url, data=body, headers=headers, timeout=timeout
            ) as response:
                return await _answer(response)
        except TimeoutError as error:
            raise NotAcknowledgedError("http_timeout") from error
        except aiohttp.ClientError as error:
            raise NotAcknowledgedError("connection_failed") from error

    async def verify(self, app: App) -> bool:
        """url_verification: does the request URL answer our challenge?"""
        challenge = self._world.ids.secret(40)
        body = json.dumps(
            {
                "token": app.verification_token,
                "challenge": challenge,
                "type": "url_verification",
            }
        ).encode()
        try:
            answer = await self._post(app, body, {"Content-Type": _JSON})
        except NotAcknowledgedError:
            return False
        return answer == {"challenge": challenge} or answer == challenge


def _encoded(shipment: Shipment) -> tuple[str, bytes]:
    """Events are JSON, commands a form, interactions a form with JSON in `payload`."""
    if shipment.kind == "events_api":
        return _JSON, json.dumps(shipment.payload).encode()
    if shipment.kind == "slash_commands":
        fields = {name: _form_value(value) for name, value in shipment.payload.items()}
        return _FORM, urlencode({k: v for k, v in fields.items() if v is not None}).encode()
    return _FORM, urlencode({"payload": json.dumps(shipment.payload)}).encode()


def _form_value(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _answer(response: aiohttp.ClientResponse) -> object:
    text = await response.text()
    if not 200 <= response.status < 300:
        no_retry = response.headers.get("x-slack-no-retry") == "1"
        raise NotAcknowledgedError("http_error", no_retry=no_retry)
    if not text.strip():
        return None
    try:
        answer: object = json.loads(text)
    except ValueError:
        return text
    return answer
