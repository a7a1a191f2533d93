"""Which addresses an answer may link to: those that came from a service, not from its texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"https?://[^\s<>|\"'`\\)\]]+", re.IGNORECASE)
_NEVER = re.compile(r"[\s\\<>\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Links:
    """What may be linked to: any page of some hosts, and single addresses exactly as they are."""

    hosts: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def allows(self, url: str) -> bool:
        """An address that names a user leads elsewhere than it looks, so it is never one."""
        host = host_in(url)
        return bool(host) and (host in self.hosts or url in self.addresses)


def host_in(url: str) -> str:
    """The host of a web address in lower case; empty for anything that browsers may read
    differently."""
    if _NEVER.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host if parts.scheme in ("http", "https") and "@" not in parts.netloc else ""


def addresses_in(text: str) -> Iterator[str]:
    """The web addresses in a text, without the punctuation that ends a sentence behind them."""
    for found in _ADDRESS.findall(text):
        address = found.rstrip(".,;:!?*_")
        if host_in(address):
            yield address


def hosts_in(values: Iterable[Any]) -> Iterator[str]:
    """The hosts of all web addresses in some texts."""
    for value in values:
        for found in _ADDRESS.findall(value) if isinstance(value, str) else ():
            if host := host_in(found):
                yield host


def whole_addresses(value: Any) -> Iterator[str]:
    """The texts in a value that are one web address and nothing else: a field made for it, where
    an address in the middle of a text may be anybody's."""
    if isinstance(value, str):
        if host_in(value):
            yield value
        return
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(inner, Iterable):
        for one in inner:
            yield from whole_addresses(one)
