"""The installation's encryption keys: where they are kept, and which of them seals.

A ring is written as `id:key` entries, the one that seals first, apart by commas or line breaks; a
key alone has the id "1". Keys are 32 bytes in base64.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KEY_BYTES = 32
FIRST = "1"
"""The id of a key that is written without one."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True)
class Keyring:
    """Keys by their id. `current` seals; the others open what was sealed before."""

    keys: Mapping[str, bytes]
    current: str


def parse_keyring(text: str) -> Keyring:
    """Reads a ring as it is written. Raises ValueError, which never repeats a key."""
    entries = [entry for entry in re.split(r"[,\s]+", text) if entry]
    if not entries:
        raise ValueError("there is no key")
    keys: dict[str, bytes] = {}
    for entry in entries:
        key_id, _, key = entry.rpartition(":")
        key_id = key_id or FIRST
        if not _ID.fullmatch(key_id):
            raise ValueError("the id of a key is letters, digits, - and _")
        if key_id in keys:
            raise ValueError(f"the id {key_id} is there twice")
        keys[key_id] = parse_key(key)
    return Keyring(keys, next(iter(keys)))


def parse_key(text: str) -> bytes:
    """A key from its base64 form. Raises ValueError unless it is 32 bytes."""
    key = base64.b64decode(text.strip(), validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key has {len(key)} bytes instead of {KEY_BYTES}")
    return key


class KeyFile:
    """The ring in a file that only its owner may read. Every change replaces the file whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> tuple[Keyring, bool]:
        """The ring, made with one key if there is none yet, and whether it was made just now.

        Raises:
            ValueError: the file holds no keys, or others may read it.
        """
        made = not self.path.exists() and self._make()
        if stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            raise ValueError(f"{self.path} can be read by others; run: chmod 600 {self.path}")
        return parse_keyring(self.path.read_text()), made

    def turn(self) -> Keyring:
        """Adds a fresh key, which seals from now on."""
        ring, _ = self.open()
        numbers = [int(key_id) for key_id in ring.keys if key_id.isdigit()]
        key_id = str(max(numbers, default=0) + 1)
        return self._replace(Keyring({key_id: _fresh(), **ring.keys}, key_id))

    def drop(self, key_id: str) -> Keyring:
        """Takes a key out for good. Raises ValueError for the one that seals, or one not there."""
        ring, _ = self.open()
        if key_id == ring.current:
            raise ValueError(f"the key {key_id} seals; rotate first")
        if key_id not in ring.keys:
            raise ValueError(f"there is no key {key_id}")
        kept = {one: key for one, key in ring.keys.items() if one != key_id}
        return self._replace(Keyring(kept, ring.current))

    def _make(self) -> bool:
        """Makes the file unless another process is faster: then its key is the one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._draft(Keyring({FIRST: _fresh()}, FIRST))
        try:
            os.link(draft, self.path)  # the whole file or nothing, and never over another
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True

    def _replace(self, ring: Keyring) -> Keyring:
        self._draft(ring).replace(self.path)
        return ring

    def _draft(self, ring: Keyring) -> Path:
        """The ring in a file beside the real one, safely on the disk."""
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with suppress(FileNotFoundError):
            draft.unlink()
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(_written(ring))
            file.flush()
            os.fsync(handle)
        return draft


def _fresh() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _written(ring: Keyring) -> str:
    first = [ring.current, *(key_id for key_id in ring.keys if key_id != ring.current)]
    return "".join(f"{one}:{base64.b64encode(ring.keys[one]).decode()}\n" for one in first)
