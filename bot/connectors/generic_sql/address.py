"""A database's address: what a connection string says, and nothing that it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.connectors.sql.dialects import Dialect

Tls = Literal["disable", "prefer", "require", "verify-ca", "verify-full"]

_KINDS = {
    "postgres": Dialect.POSTGRES,
    "postgresql": Dialect.POSTGRES,
    "mysql": Dialect.MYSQL,
}
_PORTS = {Dialect.POSTGRES: 5432, Dialect.MYSQL: 3306}

_SPELLINGS: dict[Tls, str] = {
    "disable": "disable disabled false 0",
    "prefer": "allow prefer preferred",
    "require": "require required true 1",
    "verify-ca": "verify-ca",
    "verify-full": "verify-full verify-identity",
}
"""What PostgreSQL, MySQL and common libraries call their modes."""

_MODES = {word: mode for mode, words in _SPELLINGS.items() for word in words.split()}

_MODE_NAMES = frozenset({"sslmode", "ssl-mode", "ssl"})
_AUTHORITY_NAMES = frozenset({"sslrootcert", "ssl-ca"})
_POSTGRES_TLS = frozenset(
    {"sslnegotiation", "ssl-min-protocol-version", "ssl-max-protocol-version", "channel-binding"}
)
_KNOWN = (
    "sslmode, sslrootcert, sslnegotiation, ssl_min_protocol_version, channel_binding ("
    "PostgreSQL) or ssl-mode, ssl-ca (MySQL)"
)


@dataclass(frozen=True)
class Address:
    """Where a database is and how to sign in. `authority` is a file with a CA's certificate."""

    dialect: Dialect
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    tls: Tls = "prefer"
    authority: str = ""
    more_tls: Mapping[str, str] = field(default_factory=dict)


def parse_address(text: str) -> Address:
    """What a connection string says.

    Raises:
        ValueError: in words for people, without anything of the string but parameters' names.
    """
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ValueError(
            "cannot be read; write special characters of the password as %40 for @, %2F for /, "
            "%23 for #, %3A for :"
        ) from None
    dialect = _KINDS.get(url.scheme)
    if dialect is None:
        raise ValueError("starts with postgres://, postgresql:// or mysql://")
    if url.fragment:
        raise ValueError("holds a #; in a password it is written as %23")
    host, user, database = url.hostname or "", unquote(url.username or ""), unquote(url.path[1:])
    if not host or "," in host or not user or not database or "/" in database:
        raise ValueError("has the form scheme://user:password@host:port/database, with one host")
    tls = _tls(dialect, _parameters(url.query))
    return Address(
        dialect=dialect,
        host=host,
        port=port or _PORTS[dialect],
        user=user,
        password=unquote(url.password or ""),
        database=database,
        tls=tls.mode,
        authority=tls.authority,
        more_tls=tls.more,
    )


@dataclass(frozen=True)
class _Tls:
    mode: Tls
    authority: str
    more: Mapping[str, str]


def _parameters(query: str) -> dict[str, str]:
    """The parameters by their names, of which `ssl_mode`, `ssl-mode` and `SSL-MODE` are one."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        key = name.lower().replace("_", "-")
        if key in found:
            raise ValueError(f"has the parameter {name[:40]} twice")
        found[key] = value
    return found


def _tls(dialect: Dialect, parameters: dict[str, str]) -> _Tls:
    modes = [name for name in parameters if name in _MODE_NAMES]
    if len(modes) > 1:
        raise ValueError("has several parameters for the TLS mode; keep one")
    authority = next((parameters.pop(n) for n in _AUTHORITY_NAMES if n in parameters), "")
    word = parameters.pop(modes[0]) if modes else ("verify-ca" if authority else "prefer")
    mode = _MODES.get(word.lower().replace("_", "-"))
    if mode is None:
        raise ValueError("has a TLS mode that is not known; use require or verify-full")
    if authority and mode not in ("verify-ca", "verify-full"):
        raise ValueError("names a CA certificate, so the TLS mode must be verify-ca or verify-full")
    if authority not in ("", "system") and not authority.startswith("/"):
        raise ValueError("names a CA certificate; give the full path of its file")
    more = {name: parameters.pop(name) for name in list(parameters) if name in _POSTGRES_TLS}
    if parameters or (more and dialect is not Dialect.POSTGRES):
        names = ", ".join(sorted(parameters or more))[:80]
        raise ValueError(f"has parameters that are not known here: {names}; known are {_KNOWN}")
    return _Tls(mode, authority, {name.replace("-", "_"): value for name, value in more.items()})
