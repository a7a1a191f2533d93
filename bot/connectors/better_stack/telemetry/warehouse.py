"""The SQL endpoint of Telemetry: ClickHouse over HTTP, with a sign-in of its own.

One query a request, as text, answered in a JSON object a line. It only reads, and closing the
connection ends a query. Source: https://betterstack.com/docs/logs/query-api/connect-remotely/
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import httpx

from bot.connectors.errors import ConnectorError, Invalid, NotAllowed, TooBig, Unavailable
from bot.connectors.http import MAX_BODY, TIMEOUT
from bot.connectors.results import Row

SERVICE = "Better Stack's SQL endpoint"
SETTINGS = {
    "output_format_pretty_row_numbers": "0",
    # Else whole numbers of 64 bits, which every count is, come as texts.
    "output_format_json_quote_64bit_integers": "0",
}
_SAID = re.compile(r"DB::Exception:\s*(.+?)(?:\s*\(version|\. \(|, Stack trace|$)", re.DOTALL)


@dataclass(frozen=True)
class Warehouse:
    """Where the region's endpoint is, and how to sign in."""

    url: str
    username: str
    password: str
    client: httpx.AsyncClient

    async def rows(self, sql: str) -> list[Row]:
        """The rows of a query that was found to only read.

        Raises:
            Invalid: the endpoint did not understand it; its words are in the message.
            ConnectorError: of another kind, in words for people.
        """
        try:
            async with self.client.stream(
                "POST",
                self.url.rstrip("/") + "/",
                params=SETTINGS,
                content=f"{sql} FORMAT JSONEachRow".encode(),
                headers={"Content-Type": "text/plain; charset=utf-8"},
                auth=(self.username, self.password),
                timeout=TIMEOUT,
                follow_redirects=False,
            ) as response:
                content = await _read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise Unavailable(
                f"{SERVICE} could not be reached at {httpx.URL(self.url).host}.",
                "Check the connection's SQL address.",
                sent=False,
            ) from None
        except httpx.HTTPError:
            raise Unavailable(
                f"{SERVICE} did not answer in time, or broke off.", "Ask for a shorter period."
            ) from None
        if not response.is_success:
            raise _failure(response.status_code, content.decode(errors="replace"))
        return _parsed(content)


async def _read(response: httpx.Response) -> bytes:
    content = b""
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_BODY:
            raise TooBig(
                f"{SERVICE} answered with more than {MAX_BODY // 1024 // 1024} MB.",
                "Ask for a shorter period, or for counts.",
            )
    return content


def _parsed(content: bytes) -> list[Row]:
    lines = [line for line in content.decode(errors="replace").splitlines() if line.strip()]
    try:
        rows: list[Row] = [json.loads(line) for line in lines]
    except ValueError:
        raise Unavailable(
            "What answered is not Better Stack's SQL endpoint.",
            "Check the connection's SQL address; it is that of the team's region.",
        ) from None
    return rows


def _failure(status: int, text: str) -> ConnectorError:
    if status in (401, 403):
        return NotAllowed(
            f"{SERVICE} does not accept the connection's SQL username and password.",
            "Make a new pair in Better Stack (Integrations, Connect ClickHouse HTTP client).",
        )
    found = _SAID.search(text)
    if found:
        words = re.sub(r"\s+", " ", found[1]).strip().rstrip(".")[:300]
        return Invalid(f'{SERVICE} refused the query. It says: "{words}".')
    if status == 404:
        return Unavailable(
            f"{SERVICE} is not at this address.", "Use the SQL address of the team's region."
        )
    return Unavailable(f"{SERVICE} failed with HTTP status {status}.", "Try again in a moment.")
