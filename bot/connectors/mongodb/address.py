"""MongoDB's connection strings: what is in one, and what may be.

Source: https://www.mongodb.com/docs/manual/reference/connection-string/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

OPTIONS = frozenset(
    """
    appname authmechanism authsource compressors connecttimeoutms directconnection
    heartbeatfrequencyms journal loadbalanced localthresholdms maxidletimems maxpoolsize
    maxstalenessseconds minpoolsize readconcernlevel readpreference readpreferencetags
    replicaset retryreads retrywrites serverselectiontimeoutms sockettimeoutms srvmaxhosts
    srvservicename ssl timeoutms tls tlsallowinvalidcertificates tlsallowinvalidhostnames
    tlsinsecure uuidrepresentation w waitqueuetimeoutms wtimeoutms zlibcompressionlevel
    """.split()
)
"""Options that reach no file of this machine and no host but those that are named."""

MECHANISMS = frozenset({"default", "plain", "scram-sha-1", "scram-sha-256"})
"""Ways to sign in with a user and a password; others use this machine's own identity or files."""

DATABASE = r'[^/\\. "$*<>:|?\x00-\x1f]{1,63}'

_ADDRESS = re.compile(
    r"mongodb(?P<srv>\+srv)?://(?:(?P<user>[^/?#@:]*)(?::(?P<password>[^/?#@]*))?@)?"
    r"(?P<hosts>[A-Za-z0-9_.,:\[\]-]+)(?:/(?P<database>[^?#/]*))?(?:\?(?P<options>[^#]*))?"
)


@dataclass(frozen=True)
class Address:
    """The parts of a connection string that people may see; the password is none of them."""

    hosts: str
    user: str
    database: str
    options: frozenset[str]


def address(text: str) -> Address:
    """What is in a connection string.

    Raises:
        ValueError: saying what is wrong with it, without quoting it.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ValueError(_what_is_wrong(text))
    hosts = found["hosts"]
    if found["srv"] and ("," in hosts or ":" in hosts):
        raise ValueError("with mongodb+srv:// has one host, and no port")
    options = {
        name.lower(): value
        for name, value in parse_qsl(found["options"] or "", keep_blank_values=True)
    }
    _check(options)
    database = unquote(found["database"] or "")
    if database and not re.fullmatch(DATABASE, database):
        raise ValueError("names a database that cannot exist")
    return Address(hosts, unquote(found["user"] or ""), database, frozenset(options))


def _what_is_wrong(text: str) -> str:
    if not text.startswith(("mongodb://", "mongodb+srv://")):
        return "begins with mongodb:// or mongodb+srv://"
    if text.count("@") > 1 or "#" in text:
        return (
            "has a sign in the user or password that must be escaped: write @ as %40, : as %3A, "
            "/ as %2F, # as %23 and % as %25"
        )
    return "looks like mongodb+srv://user:password@host/database"


def _check(options: dict[str, str]) -> None:
    for name in options:
        if name not in OPTIONS:
            raise ValueError(f"has an option that is not allowed: {name[:40]}")
    mechanism = options.get("authmechanism", "default").lower()
    if mechanism not in MECHANISMS:
        raise ValueError("may sign in with a user and a password only: SCRAM-SHA-256, or PLAIN")
