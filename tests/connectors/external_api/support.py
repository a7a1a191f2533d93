"""Connections to an API of the tests."""

from __future__ import annotations

from typing import Any

import httpx

from bot.connectors.addresses import Resolver, resolve
from bot.connectors.base import Link
from bot.connectors.external_api import ExternalApi
from tests.connectors.helpers import NOW

KEY = "k3y-of-the-tests/+="


def connect(
    base_url: str,
    *,
    resolver: Resolver = resolve,
    allowed: str = "127.0.0.1",
    reads: str = "",
    **credentials: Any,
) -> Any:
    """A connection without sign-in, unless one is given; loopback is allowed."""
    given: dict[str, Any] = {"base_url": base_url, "auth": "none", **credentials}
    return ExternalApi(
        ExternalApi.Credentials(**given),
        ExternalApi.Settings(allowed_private_hosts=allowed, reads=reads),
        Link(httpx.AsyncClient(), clock=lambda: NOW, resolver=resolver),
    )
