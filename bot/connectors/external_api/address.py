"""Which addresses belong to a connection: those below its base URL, and no other.

Every address that is requested is built here from the base URL and a checked path, and every
redirect is held against it, so an agent chooses paths and never a server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin

import httpx

from bot.connectors.addresses import Reach, is_host, plain_host
from bot.connectors.errors import Invalid, NotAllowed

QueryValue = str | int | float | bool | Sequence[str]

_BASE = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@:\\%\[\]]+)(:(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#\\]*)?",
    re.IGNORECASE,
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PATH_SAFE = "/-._~!$&'()*+,;=:@%"
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Base:
    """Where a connection leads: an origin and the beginning of all its paths.

    `prefix` is empty, or begins with a slash and does not end with one.
    """

    scheme: str
    host: str
    port: int
    prefix: str

    called: ClassVar[str] = "the base URL of the connection"
    """What people look at when it leads nowhere."""

    @classmethod
    def reachable(cls, url: str, reach: Reach) -> Base:
        """The same as `parse`, of an address that may be connected to.

        Raises:
            NotAllowed: it is not encrypted, and nobody allowed that for its host.
        """
        base = cls.parse(url)
        if base.scheme == "http" and not reach.allows(base.host):
            raise NotAllowed(
                f"{base.origin} is not encrypted, so nothing was sent.",
                "Use https://, or let an owner allow the host in the connection's settings.",
            )
        return base

    @classmethod
    def parse(cls, url: str) -> Base:
        """Raises ValueError with words for people about what cannot be a base URL."""
        found = _BASE.fullmatch(url)
        if found is None:
            raise ValueError("is like https://api.example.com/v1, with nothing after the path")
        host = found["host"]
        if not is_host(host):
            raise ValueError(
                "needs a host in its plain form: a name without a dot at the end (xn--… for "
                "letters beyond ASCII), or an address such as 192.0.2.7 or [2001:db8::7]"
            )
        scheme = found["scheme"].lower()
        port = int(found["port"] or _PORTS[scheme])
        if not 0 < port < 65536:
            raise ValueError("has a port that does not exist")
        try:
            path = clean_path(found["path"] or "/")
        except Invalid as error:
            raise ValueError(error.fields["path"]) from None
        return cls(scheme, plain_host(host), port, path.rstrip("/"))

    @property
    def origin(self) -> str:
        """As people write it: without the port that is meant anyway."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def url(self) -> str:
        return self.origin + self.prefix

    def join(self, path: str, query: Mapping[str, QueryValue]) -> httpx.URL:
        """The address of a path below the base, with what `split` found in it.

        Raises:
            Invalid: the path leads elsewhere or cannot be sent.
        """
        target = clean_path(path)
        if target == "/" and self.prefix:
            target = ""
        pairs = [pair for name, value in query.items() for pair in _pairs(name, value)]
        text = f"{self.url}{target}" + (f"?{urlencode(pairs)}" if pairs else "")
        return self.hold(httpx.URL(text))

    def hold(self, url: httpx.URL) -> httpx.URL:
        """The same address, if it is below the base.

        Raises:
            Invalid: it is not.
        """
        if not self.holds(url):
            raise Invalid(f"That address is not below {self.url}.", "Give a path below it.")
        return url

    def holds(self, url: httpx.URL) -> bool:
        here = (
            url.scheme,
            plain_host(url.raw_host.decode("ascii")),
            url.port or _PORTS.get(url.scheme),
        )
        if here != (self.scheme, self.host, self.port) or url.userinfo:
            return False
        path = url.raw_path.decode("ascii").partition("?")[0]
        try:
            path = clean_path(path)
        except Invalid:
            return False
        return path == self.prefix or path.startswith(f"{self.prefix}/")

    def follow(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads, if that is below the base.

        Raises:
            NotAllowed: it leads elsewhere.
        """
        try:
            target = resolved(url, location)
        except ValueError:
            raise NotAllowed(
                f"{self.host} redirected to something that is no address; it was not followed."
            ) from None
        if not self.holds(target):
            where = httpx.URL(scheme=target.scheme, host=target.host, port=target.port, path="/")
            raise NotAllowed(
                f"{self.host} redirected to {where} outside of {self.url}; it was not followed.",
                f"If that is the right address, an owner can make it {self.called}.",
            )
        return target


def resolved(url: httpx.URL, location: str) -> httpx.URL:
    """Where a reference on a page leads. Raises ValueError for what is no address."""
    if _UNPRINTABLE.search(location) or "\\" in location:
        raise ValueError("not an address")
    try:
        return httpx.URL(urljoin(str(url), location)).copy_with(fragment=None)
    except httpx.InvalidURL:
        raise ValueError("not an address") from None


def split(path: str, query: Mapping[str, QueryValue]) -> tuple[str, dict[str, QueryValue]]:
    """A path without the query that models like to write behind it, and the whole query."""
    bare, mark, tail = path.partition("?")
    if not mark:
        return bare, dict(query)
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(tail, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return bare, {**found, **query}


def clean_path(path: str) -> str:
    """A path as it is sent: begins with a slash, special characters escaped once.

    Raises:
        Invalid: it could mean another place to some server, or would end the line it is sent in.
    """
    problem = _path_problem(path)
    if problem:
        raise Invalid("That path cannot be sent.", fields={"path": problem})
    return quote("/" + path.removeprefix("/"), safe=_PATH_SAFE)


def _path_problem(path: str) -> str:
    if re.match(r"https?:|[a-z][a-z0-9+.-]*://|//", path, re.IGNORECASE):
        return "give only what follows the base URL, such as /customers/42"
    if not is_text(path):
        return "has characters that cannot be sent"
    if "#" in path or "?" in path:
        return "must not hold # or ?"
    if _BROKEN_ESCAPE.search(path):
        return "has a % that escapes nothing; write %25"
    # Some servers decode twice, so whatever any number of decodings brings out is looked at.
    while True:
        if _UNPRINTABLE.search(path):
            return "must not hold line breaks or control characters"
        if "\\" in path:
            return "must not hold a backslash"
        # What follows a semicolon is cut away by some servers: `..;x` is `..` there.
        if any(part.partition(";")[0].strip() in (".", "..") for part in path.split("/")):
            return "must not hold . or .. as a step"
        decoded = unquote(path)
        if decoded == path:
            return ""
        path = decoded


def is_text(text: str) -> bool:
    """Whether it can be sent as UTF-8; half a surrogate pair cannot."""
    return text.isascii() or not re.search(r"[\ud800-\udfff]", text)


def _pairs(name: str, value: QueryValue) -> list[tuple[str, str]]:
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, str | int | float):
        return [(name, str(value))]
    return [(name, one) for one in value]
