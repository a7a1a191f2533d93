"""Which network addresses a connection may reach, and where a name leads.

A connection whose address was typed in by a person, or given by a service, must not lead into the
network that we run in. Names say nothing about that, and numbers can be written in many ways; so
only what a name resolves to is judged, by the registries of special addresses.

Source: https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from bot.connectors.errors import NotAllowed

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives all addresses of a host; raises OSError where there are none."""

METADATA = frozenset(
    map(
        ip_address,
        """
        169.254.169.254 169.254.169.253 169.254.170.2 169.254.170.23 100.100.100.200
        168.63.129.16 192.0.0.192 fd00:ec2::254 fd00:ec2::23 fd20:ce::254
        """.split(),
    )
)
"""Where clouds (AWS, Alibaba, Azure, Google, Oracle) hand credentials to their machines."""

_SPECIAL = {
    "0.0.0.0/8": "an address of this machine",
    "10.0.0.0/8": "a private address",
    "100.64.0.0/10": "an address inside a provider's network",
    "127.0.0.0/8": "a loopback address",
    "169.254.0.0/16": "a link-local address",
    "172.16.0.0/12": "a private address",
    "192.0.0.0/24": "a reserved address",
    "192.0.2.0/24": "an address for documentation",
    "192.31.196.0/24": "a reserved address",
    "192.52.193.0/24": "a reserved address",
    "192.88.99.0/24": "a 6to4 relay",
    "192.168.0.0/16": "a private address",
    "192.175.48.0/24": "a reserved address",
    "198.18.0.0/15": "an address for benchmarks",
    "198.51.100.0/24": "an address for documentation",
    "203.0.113.0/24": "an address for documentation",
    "224.0.0.0/4": "a multicast address",
    "240.0.0.0/4": "a reserved address",
    "::/128": "an address of this machine",
    "::1/128": "a loopback address",
    "::ffff:0:0/96": "an IPv4 address in the form of IPv6",
    "::/96": "an IPv4 address in the form of IPv6",
    "64:ff9b::/96": "a NAT64 address",
    "64:ff9b:1::/48": "a NAT64 address",
    "2001::/32": "a Teredo address",
    "2001::/23": "a reserved address",
    "2001:db8::/32": "an address for documentation",
    "2002::/16": "a 6to4 address",
    "2620:4f:8000::/48": "a reserved address",
    "3fff::/20": "an address for documentation",
    "fc00::/7": "a private address",
    "fe80::/10": "a link-local address",
    "fec0::/10": "a private address",
    "ff00::/8": "a multicast address",
}
_NETWORKS: tuple[tuple[IPv4Network | IPv6Network, str], ...] = tuple(
    (ip_network(network), words) for network, words in _SPECIAL.items()
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_ISATAP = (0x00005EFE, 0x02005EFE)
"""The third quarter of an address that tunnels to the IPv4 address in the fourth (RFC 5214)."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


class AddressRefused(NotAllowed):
    """A host leads to an address that the connection may not reach."""


def why_not(address: Address) -> str:
    """What speaks against reaching an address, in words for people; empty for a public one."""
    if address in METADATA:
        return "an address at which a cloud hands out credentials"
    for network, words in _NETWORKS:
        if address in network:
            return words
    if isinstance(address, IPv6Address):
        if address not in _PUBLIC_V6:
            return "a reserved address"
        if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return "an IPv4 address in the form of IPv6"
    return ""


def is_host(text: str) -> bool:
    """Whether a text is a host in its plain form: a name in ASCII, or an address as usual.

    Numbers that only some programs take for addresses (`2130706433`, `0x7f.1`, `0177.0.0.1`) are
    none, and neither is a name with a dot at its end, which is the same host under another name.
    """
    if text.startswith("["):
        return text.endswith("]") and "%" not in text and _is_address(text[1:-1], IPv6Address)
    labels = text.split(".")
    if _NUMERIC.fullmatch(labels[-1]):
        return _is_address(text, IPv4Address)
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _is_address(text: str, kind: type[Address]) -> bool:
    try:
        return bool(kind(text))
    except ValueError:
        return False


def plain_host(text: str) -> str:
    """A host as it is compared: lower case, without brackets, addresses in one form."""
    bare = text.strip("[]").lower()
    try:
        return str(ip_address(bare))
    except ValueError:
        return bare


@dataclass(frozen=True)
class Reach:
    """What a connection may reach: public addresses, and the hosts that an owner allowed.

    An allowed name may lead to any address but those in `METADATA`: these must be allowed by
    their number, as nobody means them with a name.
    """

    allowed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, hosts: Iterable[str]) -> Reach:
        return cls(frozenset(map(plain_host, hosts)))

    def allows(self, host: str) -> bool:
        """Whether an owner allowed this host by name or number."""
        return plain_host(host) in self.allowed

    def check(self, host: str, found: Sequence[str]) -> list[str]:
        """The addresses of a host, if it may be reached at each of them.

        Raises:
            AddressRefused: naming the first that may not be reached.
        """
        for text in found:
            address = ip_address(text)
            reason = why_not(address)
            if not reason or str(address) in self.allowed:
                continue
            if self.allows(host) and address not in METADATA:
                continue
            where = "" if plain_host(host) == str(address) else f" leads to {address}, which"
            raise AddressRefused(
                f"{host}{where} is {reason}, so nothing was sent.",
                "An owner can allow the host in the connection's settings.",
            )
        return list(found)


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the machine's own resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
