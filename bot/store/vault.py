"""Sealing of secrets: AES-256-GCM, a fresh nonce each, bound to what they belong to."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store.keyring import Keyring

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

    def __init__(
        self, keys: Mapping[str, bytes], current: str, renew: Callable[[], Keyring] | None = None
    ) -> None:
        """`keys` by key id, 32 bytes each; `current` is the id that new secrets are sealed with.

        `renew` reads the keys again, for when a value names one that is not known: another
        process has rotated them.
        """
        self._renew = renew
        self._use(Keyring(keys, current))

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._current

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
            key_id = sealed_with(sealed)
            head, rest = sealed[: 2 + sealed[1]], sealed[2 + sealed[1] :]
            cipher = self._cipher(key_id)
            plain = cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + owner.encode())
        except (IndexError, KeyError, ValueError, InvalidTag):
            raise SealBroken(
                "A stored credential cannot be opened: the encryption key is not the one it was "
                "sealed with. Set the former key again, or reconnect the service."
            ) from None
        opened: dict[str, Any] = json.loads(plain)
        return opened

    def _cipher(self, key_id: str) -> AESGCM:
        if key_id not in self._ciphers and self._renew is not None:
            self._use(self._renew())
        return self._ciphers[key_id]

    def _use(self, ring: Keyring) -> None:
        if ring.current not in ring.keys:
            raise ValueError(f"no key with the id {ring.current!r}")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in ring.keys.items()}
        self._current = ring.current


def sealed_with(sealed: bytes) -> str:
    """The id of the key that a value was sealed with. Raises ValueError if it is none of ours."""
    try:
        return sealed[2 : 2 + sealed[1]].decode()
    except IndexError:
        raise ValueError("this is no sealed value") from None
