"""Sealing of secrets: AES-256-GCM, a fresh nonce each, bound to what they belong to."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
"""The nonce length that GCM is defined for (NIST SP 800-38D, 5.2.1.1)."""


class SealBroken(Exception):
    """A sealed secret cannot be opened with the keys at hand."""


class Vault:
    """Seals and opens credentials.

    A sealed value is `version || key id length || key id || nonce || ciphertext`. The associated
    data names organisation and connection, so a row copied elsewhere does not open there.
    """

    VERSION = 1

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        """`keys` by key id, 32 bytes each; `current` is the id that new secrets are sealed with."""
        if current not in keys:
            raise ValueError(f"no key with the id {current!r}")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = current

    def seal(self, secret: Mapping[str, Any], *, owner: str) -> bytes:
        """`owner` says whose secret it is, e.g. "organisation/connection"."""
        key_id = self._current.encode()
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = bytes([self.VERSION, len(key_id)]) + key_id
        plain = json.dumps(dict(secret)).encode()
        return (
            head + nonce + self._ciphers[self._current].encrypt(nonce, plain, head + owner.encode())
        )

    def open(self, sealed: bytes, *, owner: str) -> dict[str, Any]:
        """Raises SealBroken when it was changed, moved, or sealed with a key that is gone."""
        try:
            length = sealed[1]
            head, rest = sealed[: 2 + length], sealed[2 + length :]
            cipher = self._ciphers[head[2:].decode()]
            plain = cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + owner.encode())
        except (IndexError, KeyError, ValueError, InvalidTag):
            raise SealBroken(
                "A stored credential cannot be opened: the encryption key is not the one it was "
                "sealed with. Set the former key again, or reconnect the service."
            ) from None
        opened: dict[str, Any] = json.loads(plain)
        return opened


def parse_key(text: str) -> bytes:
    """A key from its base64 form. Raises ValueError unless it is 32 bytes."""
    key = base64.b64decode(text.strip(), validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key has {len(key)} bytes instead of {KEY_BYTES}")
    return key


def key_from_file(path: Path) -> tuple[bytes, bool]:
    """The key in a file, made with tight permissions if there is none yet.

    Returns:
        The key, and whether it was made just now.

    Raises:
        ValueError: the file holds no key, or others may read it.
    """
    made = False
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text + "\n")
        made = True
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ValueError(f"{path} can be read by others; run: chmod 600 {path}")
    return parse_key(path.read_text()), made
