"""Opens a stored connection for one call: unseals its credentials, builds its connector."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr, ValidationError

from bot.connectors.addresses import Reach
from bot.connectors.base import Connector, Form, Link, is_secret
from bot.connectors.errors import ConnectorError, Invalid, NotSignedIn
from bot.gate.kinds import kind_of, kind_or_key_error
from bot.gate.redaction import Redactor
from bot.store.columns import sealed_for
from bot.store.database import Clock
from bot.store.tables import Connection
from bot.store.vault import SealBroken, Vault


@dataclass(frozen=True)
class Opened:
    """A connector ready for one call, the redactor that knows its secrets, and the row of both."""

    connector: Connector
    redactor: Redactor
    connection: Connection

    def hushed(self, error: ConnectorError) -> ConnectorError:
        """The error without secrets: a service may repeat what it was sent."""
        error.message = self.redactor.text(error.message)
        error.remedy = self.redactor.text(error.remedy)
        if isinstance(error, Invalid):
            error.fields = self.redactor.values(error.fields)
        return error


class Opener:
    """Keeps one HTTP client a connection; the secrets are opened anew for each call."""

    def __init__(
        self,
        vault: Vault,
        clock: Clock = lambda: datetime.now(UTC),
        reach: Reach = Reach(),  # noqa: B008  (it never changes)
    ) -> None:
        """`reach` has the private hosts that connections may be led to."""
        self._vault = vault
        self._reach = reach
        self._clock = clock
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._tls: ssl.SSLContext | None = None

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def forget(self, connection_id: str) -> None:
        """Closes the client of a connection that is gone, or never came to be."""
        client = self._clients.pop(connection_id, None)
        if client is not None:
            await client.aclose()

    def open(self, connection: Connection) -> Opened:
        """Raises ConnectorError when the connection cannot be used as it is stored."""
        kind = kind_of(connection)
        if kind is None:
            raise ConnectorError(
                f"The connector {connection.connector!r} is not installed.",
                "Install the package that brings it, or remove the connection.",
            )
        try:
            secret = self._vault.open(connection.credentials, owner=owner_of(connection))
        except SealBroken as error:
            raise NotSignedIn(str(error)) from None
        credentials = parse_form(kind.Credentials, secret)
        settings = parse_form(kind.Settings, connection.settings)
        link = Link(client=self._client(connection.id), clock=self._clock, reach=self._reach)
        redactor = Redactor(secrets_in(credentials))
        return Opened(kind(credentials, settings, link), redactor, connection)

    def plain(self, connection: Connection) -> dict[str, Any]:
        """What stands in a connection's credentials beside its secrets: a region, a user's name."""
        kind = kind_of(connection)
        if kind is None:
            return {}
        try:
            values = self._vault.open(connection.credentials, owner=owner_of(connection))
        except SealBroken:
            return {}
        form = kind.Credentials
        named = {name: value for name, value in values.items() if name in form.model_fields}
        return {name: value for name, value in named.items() if not is_secret(form, name)}

    def _client(self, connection_id: str) -> httpx.AsyncClient:
        if connection_id not in self._clients:
            # Reading the certificates takes a quarter of a second: once for all clients.
            self._tls = self._tls or httpx.create_ssl_context()
            self._clients[connection_id] = httpx.AsyncClient(verify=self._tls)
        return self._clients[connection_id]

    def seal(self, connection: Connection, credentials: Mapping[str, Any]) -> bytes:
        """Credentials, checked against their form, as the row keeps them.

        Raises:
            Invalid: naming the fields that are missing or malformed.
        """
        kind = kind_or_key_error(connection)
        form = parse_form(kind.Credentials, credentials)
        return self._vault.seal(revealed(form), owner=owner_of(connection))


def owner_of(connection: Connection) -> str:
    """What a connection's sealed credentials are bound to."""
    return sealed_for(connection)


def parse_form(form: type[Form], values: Mapping[str, Any]) -> Form:
    """Raises Invalid with a message for each field; the values themselves are never repeated."""
    try:
        return form.model_validate(dict(values))
    except ValidationError as error:
        fields = {}
        for item in error.errors(include_url=False, include_input=False, include_context=False):
            name = str(item["loc"][0]) if item["loc"] else "form"
            info = form.model_fields.get(name)
            extra = info.json_schema_extra if info else None
            hint = extra.get("pattern_help") if isinstance(extra, dict) else None
            ours = item["type"] == "value_error"  # a validator's own words say more than the hint
            said = str(item["msg"]).removeprefix("Value error, ")
            fields[name] = said if ours else str(hint or said)
        raise Invalid("The connection's form is not filled in right.", fields=fields) from None


def revealed(form: Form) -> dict[str, Any]:
    """A form's values with its secrets in clear, to be sealed at once."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in form
        if value is not None
    }


def secrets_in(form: Form) -> list[str]:
    return [value.get_secret_value() for _, value in form if isinstance(value, SecretStr)]
