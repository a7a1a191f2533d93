"""Opening a connection to MySQL so that it can do less than aiomysql's own."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

import pymysql  # type: ignore[import-untyped]
from aiomysql.connection import Connection  # type: ignore[import-untyped]
from pymysql.constants import CLIENT, FIELD_TYPE  # type: ignore[import-untyped]
from pymysql.converters import conversions  # type: ignore[import-untyped]

from bot.connectors.generic_sql.address import Address

CONVERSIONS: dict[Any, Any] = {**conversions, FIELD_TYPE.JSON: json.loads}


class Link(Connection):  # type: ignore[misc]
    """A connection that takes one statement at a time, and keeps its word on TLS.

    aiomysql asks for several statements at once, and falls back to a connection in clear without a
    word where the server does not offer TLS.
    """

    needs_tls = False

    async def show_warnings(self) -> None:
        """Not asked for: aiomysql would make Python warnings of them, after another round trip."""

    async def _request_authentication(self) -> None:
        self.client_flag &= ~CLIENT.MULTI_STATEMENTS
        if self.needs_tls and not self.server_capabilities & CLIENT.SSL:
            raise pymysql.OperationalError(2026, "SSL is required, but the server has none")
        await super()._request_authentication()


async def open_link(address: Address, patience: int) -> Link:
    """A connection, signed in.

    Raises:
        pymysql.Error, OSError, TimeoutError: it was not possible.
    """
    context = await asyncio.to_thread(_context, address)
    link = Link(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        db=address.database,
        connect_timeout=patience,
        charset="utf8mb4",
        autocommit=True,
        ssl=context,
        conv=CONVERSIONS,
        program_name="quarterdeck",
    )
    link.needs_tls = address.tls in ("require", "verify-ca", "verify-full")
    try:
        await link._connect()
    except BaseException:
        link.close()
        raise
    return link


def _context(address: Address) -> ssl.SSLContext | None:
    if address.tls == "disable":
        return None
    file = address.authority if address.authority not in ("", "system") else None
    context = ssl.create_default_context(cafile=file)
    if address.tls != "verify-full":
        context.check_hostname = False
    if address.tls in ("prefer", "require"):
        context.verify_mode = ssl.CERT_NONE
    return context
