"""What databases' errors mean for people. The database's own words are kept, cut to a sentence."""

from __future__ import annotations

import re

from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooBig,
    Unavailable,
)

SECONDS = 15
"""How long the database may work on one query."""


def too_slow() -> ConnectorError:
    return TooBig(
        f"The query ran for {SECONDS} seconds and was cancelled.",
        "Ask for a shorter period, filter by an indexed column (see describe_table), or "
        "aggregate less at once.",
    )


def unreachable(name: str, host: str) -> ConnectorError:
    return Unavailable(
        f"{name} could not be reached at {host}.",
        "Check the host and port of the connection, and that its firewall lets this bot in.",
        sent=False,
    )


def wrong_credentials(name: str) -> ConnectorError:
    return NotSignedIn(
        f"{name} does not accept this connection's user or password.",
        "Reconnect it with a current user and password.",
    )


def no_database(name: str) -> ConnectorError:
    return NotFound(
        f"{name} has no database of that name, or this user may not open it.",
        "Check the last part of the connection string.",
    )


def no_tls(name: str) -> ConnectorError:
    return Unavailable(
        f"The encrypted connection to {name} failed: the server does not offer TLS, or its "
        "certificate is not one that the connection string trusts.",
        "Check sslmode and the CA certificate. Without TLS the password would travel in clear.",
        sent=False,
    )


def no_right(said: str) -> ConnectorError:
    return NotAllowed(
        f"The database user may not do this.{quoted(said)}",
        "Ask the database's owner for GRANT SELECT on that table, or use another.",
    )


def refused(said: str) -> ConnectorError:
    return Invalid(
        f"The database refused the query.{quoted(said)}",
        "Check names with list_tables and describe_table.",
    )


def refused_write() -> ConnectorError:
    return NotAllowed(
        "The database refused, because the query would write and the transaction is read-only.",
        "Only reading is possible here.",
    )


def quoted(said: str) -> str:
    """The database's own words in one line."""
    words = re.sub(r"\s+", " ", said).strip().rstrip(".")
    return f' It says: "{words[:300]}".' if words else ""
