"""A client for one of Google's APIs, signed in with a connection's service account."""

from __future__ import annotations

from bot.connectors.base import Link
from bot.connectors.google.errors import Judge
from bot.connectors.google.forms import GoogleCredentials, GoogleSettings
from bot.connectors.google.tokens import access_token
from bot.connectors.http import ServiceClient

EMULATOR_TOKEN = "owner"  # noqa: S105  # the word by which emulators know an administrator


async def google_service(
    title: str,
    base_url: str,
    *,
    scope: str,
    role: str,
    credentials: GoogleCredentials,
    settings: GoogleSettings,
    link: Link,
) -> ServiceClient:
    """A client with a token. An emulator gets no token, as nothing may leave the machine then.

    Raises:
        ConnectorError: the account cannot be signed in.
    """
    token = EMULATOR_TOKEN
    if not settings.endpoint:
        key_file = credentials.service_account_json
        token = await access_token(key_file, scope, link.client, link.clock)
    return ServiceClient(
        service=title,
        base_url=settings.endpoint or base_url,
        client=link.client,
        headers={"Authorization": f"Bearer {token}"},
        judge=Judge(title, credentials.project_id, role),
    )
