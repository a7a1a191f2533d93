"""The key file is checked where it is pasted, and signs us in without ever leaving the machine."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr, ValidationError

from bot.connectors.errors import NotSignedIn, Unavailable
from bot.connectors.gcloud_firestore import Firestore
from bot.connectors.gcloud_logging import CloudLogging
from bot.connectors.google.tokens import access_token
from tests.connectors.google.conftest import EMAIL, PROJECT, Google, key_file, private_key
from tests.connectors.helpers import NOW, run

SCOPE = "https://www.googleapis.com/auth/logging.read"
EMPTY = httpx.Response(200, json={})


def elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class TestTheForm:
    @pytest.mark.parametrize(
        ("pasted", "words"),
        [
            ("not json", "must be the whole JSON key file, from the first { to the last }"),
            (key_file()[1:], "must be the whole JSON key file"),
            ("[]", "must be the JSON key file"),
            ("{}", 'must be "service_account"'),
            ('{"installed": {}}', "is the file of an OAuth client"),
            ('{"type": "authorized_user"}', "is a person's sign-in"),
            (key_file(client_email="ana@example.com"), "no client_email of a service account"),
            (key_file(private_key_id=None), "no private_key_id"),
            (key_file(private_key="-----BEGIN PRIVATE KEY-----\nx"), "cannot be read"),
            (key_file(private_key=None), "cannot be read"),
            (key_file(private_key=elliptic()), "is not an RSA key"),
            (key_file(token_uri="https://evil.example/token"), "token_uri that is not Google's"),
            (key_file(token_uri="http://oauth2.googleapis.com/token"), "that is not Google's"),
            (key_file(token_uri="https://oauth2.googleapis.com@evil.example/"), "not Google's"),
            (key_file(token_uri="http://169.254.169.254/token"), "that is not Google's"),
        ],
    )
    @pytest.mark.parametrize("connector", [Firestore, CloudLogging])
    def test_says_what_is_wrong_with_a_key_file(
        self, connector: Any, pasted: str, words: str
    ) -> None:
        with pytest.raises(ValidationError) as caught:
            connector.Credentials(service_account_json=pasted, project_id=PROJECT)
        [problem] = caught.value.errors()
        assert problem["loc"] == ("service_account_json",)
        assert words in problem["msg"]
        assert "PRIVATE KEY" not in str(caught.value)

    def test_takes_a_key_file_as_it_is_and_never_shows_it(self) -> None:
        form = Firestore.Credentials.model_validate(
            {"service_account_json": f"\n{key_file()}\n", "project_id": PROJECT}
        )
        assert "PRIVATE KEY" not in repr(form) + str(form.model_dump())

    @pytest.mark.parametrize("project", ["Shop", "shop_prod", "x", "../other-project", "a" * 40])
    def test_refuses_what_is_no_project_id(self, project: str) -> None:
        with pytest.raises(ValidationError, match="6 to 30 small letters"):
            Firestore.Credentials.model_validate(
                {"service_account_json": key_file(), "project_id": project}
            )

    @pytest.mark.parametrize("endpoint", ["https://evil.example", "http://10.0.0.1:8080"])
    def test_takes_an_emulator_on_this_machine_only(self, endpoint: str) -> None:
        with pytest.raises(ValidationError, match="localhost"):
            Firestore.Settings(endpoint=endpoint)


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class TestSigningIn:
    async def test_sends_a_statement_that_the_account_s_key_signed(self) -> None:
        google = Google(EMPTY)
        await google.connect(CloudLogging).check()
        [form] = google.sign_ins
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        header, claims, signature = form["assertion"].split(".")
        assert decoded(header) == {"alg": "RS256", "typ": "JWT", "kid": "0a1b2c3d4e5f"}
        assert decoded(claims) == {
            "iss": EMAIL,
            "scope": SCOPE,
            "aud": "https://oauth2.googleapis.com/token",
            "iat": int(NOW.timestamp()),
            "exp": int(NOW.timestamp()) + 3600,
        }
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        signed = f"{header}.{claims}".encode()
        private_key().public_key().verify(raw, signed, PKCS1v15(), SHA256())

    async def test_uses_the_token_for_the_api(self) -> None:
        google = Google(EMPTY)
        await google.connect(CloudLogging).check()
        assert google.requests[0].headers["Authorization"] == "Bearer ya29.test"

    async def test_happens_once_for_many_calls_of_a_connection(self) -> None:
        google = Google(EMPTY)
        for _ in range(3):
            await run(google.connect(CloudLogging), "query_logs")
        assert len(google.sign_ins) == 1

    async def test_happens_again_just_before_the_token_ends(self) -> None:
        google, key = Google(EMPTY), SecretStr(key_file())

        async def after(minutes: int) -> None:
            at = NOW + timedelta(minutes=minutes)
            await access_token(key, SCOPE, google.client, lambda: at)

        await after(0)
        await after(58)
        assert len(google.sign_ins) == 1
        await after(59)
        assert len(google.sign_ins) == 2

    async def test_happens_again_for_another_key_scope_or_connection(self) -> None:
        first, second = Google(EMPTY), Google(EMPTY)
        clock = lambda: NOW  # noqa: E731
        await access_token(SecretStr(key_file()), SCOPE, first.client, clock)
        await access_token(SecretStr(key_file(private_key_id="new")), SCOPE, first.client, clock)
        await access_token(SecretStr(key_file()), f"{SCOPE}2", first.client, clock)
        await access_token(SecretStr(key_file()), SCOPE, second.client, clock)
        assert (len(first.sign_ins), len(second.sign_ins)) == (3, 1)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("Invalid JWT Signature.", "does not accept the service account's key"),
            ("Invalid grant: account not found", "does not know this service account any more"),
            (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim.",
                "Set the clock",
            ),
        ],
    )
    async def test_that_fails_says_why(self, words: str, said: str) -> None:
        google = Google(EMPTY)
        google.token_answer = httpx.Response(
            400, json={"error": "invalid_grant", "error_description": words}
        )
        with pytest.raises(NotSignedIn) as caught:
            await google.connect(CloudLogging).check()
        assert said in str(caught.value)
        assert google.requests == []

    async def test_with_a_damaged_key_is_not_tried(self) -> None:
        numbers = private_key().private_numbers()
        broken = rsa.RSAPrivateNumbers(
            p=numbers.p,
            q=numbers.q,
            d=numbers.d + 2,
            dmp1=numbers.dmp1,
            dmq1=numbers.dmq1,
            iqmp=numbers.iqmp,
            public_numbers=numbers.public_numbers,
        ).private_key(unsafe_skip_rsa_key_validation=True)
        pem = broken.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        google = Google(EMPTY)
        damaged = google.connect(CloudLogging, service_account_json=key_file(private_key=pem))
        with pytest.raises(NotSignedIn, match="private key of the service account is damaged"):
            await damaged.check()
        assert google.sign_ins == []

    async def test_is_told_apart_from_a_sign_in_service_that_fails(self) -> None:
        google = Google(EMPTY)
        google.token_answer = httpx.Response(503)
        with pytest.raises(Unavailable, match="sign-in service failed with HTTP status 503"):
            await google.connect(CloudLogging).check()

    async def test_needs_a_network(self) -> None:
        def unreachable(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("no route")

        client = httpx.AsyncClient(transport=httpx.MockTransport(unreachable))
        with pytest.raises(Unavailable, match="sign-in service could not be reached"):
            await access_token(SecretStr(key_file()), SCOPE, client, lambda: NOW)
