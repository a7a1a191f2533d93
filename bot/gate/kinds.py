"""The connector of a stored connection. For MCP servers it depends on the connection itself."""

from __future__ import annotations

from bot.connectors import catalogue
from bot.connectors.base import Connector
from bot.store.tables import Connection


def kind_of(connection: Connection) -> type[Connector] | None:
    """The connector with the tools of this connection; None if its package was removed."""
    return catalogue.kind_of(connection.connector, connection.settings, connection.toolset)


def kind_or_key_error(connection: Connection) -> type[Connector]:
    """The same, for where the connector has to be there. Raises KeyError."""
    kind = kind_of(connection)
    if kind is None:
        raise KeyError(connection.connector)
    return kind
