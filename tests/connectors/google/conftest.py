"""Google Cloud as its documents say, as its emulator plays it, and a service account to sign in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from bot.connectors.base import Connector
from tests.cloud_servers import firestore_emulator
from tests.connectors.helpers import connect

EMAIL = "quarterdeck@shop-prod-42.iam.gserviceaccount.com"
PROJECT = "shop-prod-42"


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(**changes: Any) -> str:
    """A service account's key file, as the console gives it out."""
    pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    found = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "0a1b2c3d4e5f",
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "client_id": "117",
        "token_uri": "https://oauth2.googleapis.com/token",
        **changes,
    }
    return json.dumps({name: value for name, value in found.items() if value is not None})


Api = Callable[[httpx.Request], httpx.Response]


class Google:
    """Google's sign-in service, and one of its APIs, whose answers a test hands in."""

    def __init__(self, *answers: httpx.Response | Api) -> None:
        self.answers = list(answers)
        self.token_answer = httpx.Response(
            200, json={"access_token": "ya29.test", "expires_in": 3599, "token_type": "Bearer"}
        )
        self.sign_ins: list[dict[str, str]] = []
        self.requests: list[httpx.Request] = []
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "oauth2.googleapis.com":
            form = parse_qs(request.content.decode())
            self.sign_ins.append({name: values[0] for name, values in form.items()})
            return self.token_answer
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, httpx.Response) else answer(request)

    def connect(self, connector: type[Connector], **credentials: str) -> Any:
        form = {"service_account_json": key_file(), "project_id": PROJECT, **credentials}
        return connect(connector, self.client, credentials=form)

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests if request.content]


def failure(code: int, status: str, message: str = "", **info: Any) -> httpx.Response:
    """An error as Google's APIs have it; `info` is the machine's part of it."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if info:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **info}]
    return httpx.Response(code, json={"error": error})


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    with firestore_emulator() as address:
        yield address


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as opened:
        yield opened
