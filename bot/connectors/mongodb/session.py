"""A client for one call, and what its errors mean.

The driver keeps connections and watches the servers in the background. A client that outlived its
call would keep the password in memory, so each call has its own, closed whatever happens; on a
closed connection the server ends what it was working on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooBig,
    Unavailable,
)
from bot.connectors.mongodb.address import address

if TYPE_CHECKING:
    from pymongo.asynchronous.database import AsyncDatabase
    from pymongo.errors import OperationFailure

Documents = dict[str, Any]

MAX_TIME_MS = 15_000
"""How long the server may work on one question."""

WHOLE_CALL = 30.0
"""Seconds of one call, finding the servers and signing in included."""

CLIENT_OPTIONS: Documents = {
    # What a connection string says itself, wins.
    "appname": "quarterdeck",
    "connectTimeoutMS": 5_000,
    "serverSelectionTimeoutMS": 5_000,
    "socketTimeoutMS": 20_000,
    "waitQueueTimeoutMS": 10_000,
    "maxPoolSize": 4,
    "minPoolSize": 0,
    "readPreference": "secondaryPreferred",
    "retryReads": True,
    "tz_aware": True,
    "datetime_conversion": "DATETIME_AUTO",
    "uuidRepresentation": "standard",
    "unicode_decode_error_handler": "replace",
}

WRONG_SIGN_IN = frozenset({11, 18, 8000})
NOT_AUTHORISED = frozenset({13, 31, 33})
NO_SUCH_NAMESPACE = frozenset({26, 73})
OUT_OF_TIME = frozenset({50, 262})
OUT_OF_MEMORY = frozenset({96, 146, 292, 10334, 16819, 16820, 16945})
SHUTTING_DOWN = frozenset({91, 189, 11600, 11602})


@asynccontextmanager
async def opened(
    connection_string: SecretStr, database: str
) -> AsyncIterator[AsyncDatabase[Documents]]:
    """A database, through a client that is closed at the end.

    Raises:
        ConnectorError: in place of whatever the driver raises inside, too.
    """
    await asyncio.to_thread(_load_the_driver)
    from pymongo import AsyncMongoClient

    text = connection_string.get_secret_value()
    where = address(text)
    options = {
        name: value for name, value in CLIENT_OPTIONS.items() if name.lower() not in where.options
    }
    with _explained(where.hosts):
        async with asyncio.timeout(WHOLE_CALL):
            client: AsyncMongoClient[Documents] = AsyncMongoClient(text, **options)
            async with client:
                yield client[database or where.database]


@contextmanager
def allowed_to_lack_rights() -> Iterator[None]:
    """Passes over what the database user may not do; any other error goes on."""
    from pymongo.errors import OperationFailure

    try:
        yield
    except OperationFailure as error:
        if error.code not in NOT_AUTHORISED:
            raise


def _load_the_driver() -> None:
    """Off the event loop: it takes more than a second when first used."""
    import pymongo  # noqa: F401


@contextmanager
def _explained(hosts: str) -> Iterator[None]:
    from bson.errors import BSONError
    from pymongo import errors

    try:
        yield
    except errors.ServerSelectionTimeoutError as error:
        raise _unreachable(hosts, str(error)) from None
    except errors.OperationFailure as error:
        raise _refused(error) from None
    except errors.ConfigurationError as error:
        raise _misconfigured(hosts, str(error)) from None
    except TimeoutError:
        raise _too_slow() from None
    except errors.PyMongoError:
        raise Unavailable(
            "The connection to MongoDB broke off.", "Try again in a moment."
        ) from None
    except (BSONError, OverflowError):
        raise Invalid(
            "The query holds a value that MongoDB has no type for.",
            "Whole numbers may have 64 bits at most.",
        ) from None


def _unreachable(hosts: str, words: str) -> Unavailable:
    low = words.lower()
    if "certificate" in low or "ssl" in low or "tls" in low:
        reason = "did not agree with us on TLS"
        remedy = "Check the tls options of the connection string and the server's certificate."
    elif "name or service" in low or "nodename" in low or "getaddrinfo" in low:
        reason = "could not be found: there is no such host"
        remedy = "Check the host in the connection string."
    elif "refused" in low or "connect call failed" in low:
        reason = "refused the connection"
        remedy = "Check the host and port, and that MongoDB is running there."
    else:
        reason = "did not answer"
        remedy = "Check the host, and that the bot's address is on the network access list (Atlas)."
    return Unavailable(f"MongoDB at {hosts} {reason}.", remedy, sent=False)


def _misconfigured(hosts: str, words: str) -> ConnectorError:
    low = words.lower()
    if "dns" in low or "resolution" in low or "nameserver" in low:
        return Unavailable(
            f"MongoDB's hosts behind {hosts} could not be found.",
            "Check the host in the connection string; mongodb+srv:// needs an SRV record.",
            sent=False,
        )
    return Invalid(
        "The driver cannot use the connection string.",
        "Copy it again from where your database is run, such as Atlas: Connect, Drivers.",
    )


def _refused(error: OperationFailure) -> ConnectorError:
    words = str((error.details or {}).get("errmsg") or "")[:400]
    said = f' It says: "{words}".' if words else ""
    code = error.code or 0
    if code in NOT_AUTHORISED or (code == 8000 and "not allowed" in words.lower()):
        return NotAllowed(
            f"The database user may not do this.{said}",
            "Give the user the role read on this database.",
        )
    if code in WRONG_SIGN_IN:
        return NotSignedIn(
            "MongoDB does not accept the user or the password.",
            "Check both in the connection string, and authSource if the user is of another "
            "database.",
        )
    if code in OUT_OF_TIME:
        return _too_slow()
    if code in OUT_OF_MEMORY:
        return TooBig(
            f"The question needs more memory than one may use.{said}",
            "Put $match first, use an index for the sorting, or ask for fewer fields.",
        )
    if code in NO_SUCH_NAMESPACE:
        return NotFound(f"MongoDB knows no such collection.{said}", "list_collections has them.")
    if code in SHUTTING_DOWN:
        return Unavailable("MongoDB is just changing its servers.", "Try again in a moment.")
    return Invalid(f"MongoDB refused the query.{said}")


def _too_slow() -> Unavailable:
    return Unavailable(
        f"MongoDB did not finish within {MAX_TIME_MS // 1000} seconds.",
        "Filter by a field that has an index, put $match first, or ask for a shorter period.",
    )
