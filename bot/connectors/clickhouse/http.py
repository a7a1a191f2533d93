"""ClickHouse's HTTP interface: one query a request, as text, answered in JSONCompact.

Source: https://clickhouse.com/docs/interfaces/http
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.connectors.clickhouse.problems import READONLY, UNKNOWN_SETTING, code_of, meaning, strange
from bot.connectors.errors import ConnectorError, TooBig, Unavailable
from bot.connectors.http import MAX_BODY
from bot.connectors.sql.reading import MAX_ROWS

SECONDS = 15
"""How long ClickHouse may work on one query."""
TIMEOUT = httpx.Timeout(SECONDS + 10.0, connect=5.0)
CLOUD_TIMEOUT = httpx.Timeout(75.0, connect=10.0)
"""A service of ClickHouse Cloud that sleeps takes up to a minute to wake."""

LIMITS = {
    "max_execution_time": str(SECONDS),
    "max_result_rows": str(MAX_ROWS + 1),
    "result_overflow_mode": "break",
    "wait_end_of_query": "1",
    "output_format_json_quote_64bit_integers": "0",
}
"""`max_result_rows` works by blocks, so the query has a LIMIT as well."""

READ_ONLY = {**LIMITS, "readonly": "1"}
CANCELLING = {**READ_ONLY, "cancel_http_readonly_queries_on_client_close": "1"}
"""With which closing the connection ends the query. Servers before 2019 do not know it."""

SETTINGS: tuple[Mapping[str, str], ...] = (CANCELLING, READ_ONLY, LIMITS, {})
"""What is sent with a query, in the order of trying. A user whose profile is read-only already may
send less, or nothing (error 164); then the profile's own limits hold."""


class _CannotSet(Exception):
    """The user's profile lets no settings be sent."""


@dataclass(frozen=True)
class Interface:
    """Where ClickHouse is, and how to sign in."""

    url: str
    user: str
    password: str
    database: str
    client: httpx.AsyncClient

    async def query(self, sql: str) -> dict[str, Any]:
        """The answer: `meta` with names and types, `data` with rows, perhaps `totals`.

        Raises:
            ConnectorError: in words for people.
        """
        for settings in SETTINGS:
            try:
                return await self._query(sql, settings)
            except _CannotSet:
                continue
        raise meaning(READONLY, "")

    async def ping(self) -> None:
        """Asks whether this is ClickHouse; no password is needed for that."""
        status, content = await self._send("GET", "/ping", {}, "")
        if status != 200 or content.strip() != b"Ok.":
            raise strange(status)

    async def _query(self, sql: str, settings: Mapping[str, str]) -> dict[str, Any]:
        parameters = {"database": self.database, "default_format": "JSONCompact", **settings}
        status, content = await self._send("POST", "/", parameters, sql)
        text = content[-20_000:].decode(errors="replace")
        if status == 200 and not _broke_off(content):
            return _parsed(content)
        code = code_of(text)
        if code is None:
            raise _not_signed_in(status) or strange(status)
        if _is_about_settings(code, text, settings):
            raise _CannotSet
        raise meaning(code, text)

    async def _send(
        self, method: str, path: str, parameters: Mapping[str, str], body: str
    ) -> tuple[int, bytes]:
        cloud = httpx.URL(self.url).host.endswith(".clickhouse.cloud")
        try:
            async with self.client.stream(
                method,
                self.url.rstrip("/") + path,
                params=dict(parameters),
                content=body.encode(),
                headers=self._headers() if method == "POST" else {},
                timeout=CLOUD_TIMEOUT if cloud else TIMEOUT,
                follow_redirects=False,
            ) as response:
                return response.status_code, await _read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise self._unreachable() from None
        except httpx.TimeoutException:
            raise Unavailable(
                "ClickHouse did not answer in time.",
                "A sleeping cloud service needs a minute to wake; try again then.",
            ) from None
        except httpx.HTTPError:
            raise Unavailable(
                "The connection to ClickHouse broke off.", "Try again in a moment."
            ) from None

    def _headers(self) -> dict[str, str]:
        """Never in the address, which is logged on the way."""
        return {
            "X-ClickHouse-User": self.user,
            "X-ClickHouse-Key": self.password,
            "Content-Type": "text/plain; charset=utf-8",
        }

    def _unreachable(self) -> ConnectorError:
        return Unavailable(
            f"ClickHouse could not be reached at {httpx.URL(self.url).host}.",
            "Check the URL and port of the connection: 8443 with https, 8123 with http.",
            sent=False,
        )


async def _read(response: httpx.Response) -> bytes:
    content = b""
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_BODY:
            raise TooBig(
                f"ClickHouse answered with more than {MAX_BODY // 1024 // 1024} MB.",
                "Select only the columns that you need, or fewer rows.",
            )
    return content


def _broke_off(content: bytes) -> bool:
    """An error after the answer had begun comes at the end of a body with status 200."""
    return not content.rstrip().endswith(b"}")


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        raise strange(200) from None
    if not isinstance(answer, dict) or "meta" not in answer or "data" not in answer:
        raise strange(200)
    return answer


def _is_about_settings(code: int, text: str, settings: Mapping[str, str]) -> bool:
    """Whether less should be sent. Only the newest setting may be unknown, never `readonly`."""
    if code == UNKNOWN_SETTING:
        return settings is CANCELLING
    refused = "Cannot modify" in text or "Cannot override" in text
    return code == READONLY and bool(settings) and refused


def _not_signed_in(status: int) -> ConnectorError | None:
    return meaning(516, "") if status in (401, 403) else None
