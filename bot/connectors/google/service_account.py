"""A service account's key file: what is needed of it, checked before it is used or stored."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

TOKEN_HOSTS = frozenset({"oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"})
"""Where a key file may send us for a token. A file is text that somebody pastes."""

_EMAIL = re.compile(r"[a-z0-9.-]+@[a-z0-9.-]+\.gserviceaccount\.com")
_TOKEN_URI = re.compile(r"https://([a-z0-9.]+)/[A-Za-z0-9/_.-]*")


@dataclass(frozen=True)
class ServiceAccount:
    email: str
    key_id: str
    private_key: SecretStr
    token_uri: str
    project_id: str


def service_account(text: str) -> ServiceAccount:
    """The key file's content.

    Raises:
        ValueError: saying what is wrong with it, without quoting it.
    """
    found = _object(text)
    if found.get("type") != "service_account":
        raise ValueError(_wrong_type(found))
    account = ServiceAccount(
        email=str(found.get("client_email", "")),
        key_id=str(found.get("private_key_id", "")),
        private_key=SecretStr(str(found.get("private_key", ""))),
        token_uri=str(found.get("token_uri", "https://oauth2.googleapis.com/token")),
        project_id=str(found.get("project_id", "")),
    )
    _check(account)
    return account


def checked(value: SecretStr) -> SecretStr:
    """For a form's field: the value itself, or an error in words for the person who pasted it."""
    try:
        service_account(value.get_secret_value())
    except ValueError as error:
        raise PydanticCustomError("service_account", str(error)) from None
    return value


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        raise ValueError(
            "must be the whole JSON key file, from the first { to the last }"
        ) from None
    if not isinstance(found, dict):
        raise ValueError("must be the JSON key file of a service account")  # noqa: TRY004  # of a form
    return found


def _wrong_type(found: dict[str, Any]) -> str:
    if "installed" in found or "web" in found:
        return "is the file of an OAuth client; make a key for a service account instead"
    if found.get("type") == "authorized_user":
        return "is a person's sign-in; make a key for a service account instead"
    return 'is not the key file of a service account: "type" must be "service_account"'


def _check(account: ServiceAccount) -> None:
    if not _EMAIL.fullmatch(account.email):
        raise ValueError("has no client_email of a service account")
    if not account.key_id:
        raise ValueError("has no private_key_id")
    host = _TOKEN_URI.fullmatch(account.token_uri)
    if host is None or host[1] not in TOKEN_HOSTS:
        raise ValueError("has a token_uri that is not Google's")
    # A form is checked on each call; checking the key's numbers, too, would take 60 ms of the loop.
    _load(account.private_key, thoroughly=False)


def _load(key: SecretStr, *, thoroughly: bool) -> Any:
    """The private key as an object that signs; only one that was loaded `thoroughly` is used.

    Raises:
        ValueError: it is no RSA key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        loaded = load_pem_private_key(
            key.get_secret_value().encode(),
            password=None,
            unsafe_skip_rsa_key_validation=not thoroughly,
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(
            "has a private_key that cannot be read; paste the file unchanged"
        ) from None
    if not isinstance(loaded, RSAPrivateKey):
        raise ValueError("has a private_key that is not an RSA key")  # noqa: TRY004  # of a form
    return loaded


def sign(account: ServiceAccount, message: bytes) -> bytes:
    """An RS256 signature (RFC 7518, 3.3). It takes the processor some 60 ms.

    Raises:
        ValueError: the key's numbers do not belong together.
    """
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signature: bytes = _load(account.private_key, thoroughly=True).sign(
        message, PKCS1v15(), SHA256()
    )
    return signature
