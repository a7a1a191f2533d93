"""What ClickHouse's errors mean. They come as text with a number, in any HTTP status.

Source: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
"""

from __future__ import annotations

import re

from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TooBig,
    Unavailable,
)

READONLY = 164
UNKNOWN_SETTING = 115
_SIGN_IN = frozenset({192, 193, 194, 516})
_NO_RIGHT = frozenset({READONLY, 291, 392, 497})
_NOT_THERE = frozenset({60, 81})
_TOO_SLOW = frozenset({159, 160, 394})
_TOO_BIG = frozenset({158, 241, 307, 396})
_BUSY = frozenset({202, 203})


def code_of(text: str) -> int | None:
    """The number of a ClickHouse error: `Code: 60. DB::Exception: …`, `Code: 60, e.display…`."""
    found = re.search(r"Code:\s*(\d+)[.,]", text)
    return int(found[1]) if found else None


def meaning(code: int, text: str) -> ConnectorError:
    said = _said(text)
    if code in _SIGN_IN:
        return NotSignedIn(
            "ClickHouse does not accept this connection's username or password.",
            "Reconnect it with a current password.",
        )
    if code in _NO_RIGHT:
        return NotAllowed(
            f"The ClickHouse user may not do this.{said}",
            "Ask for GRANT SELECT on that table, or use another.",
        )
    if code in _NOT_THERE:
        return NotFound(f"ClickHouse knows no such table.{said}", "Use list_tables to see them.")
    if code in _TOO_SLOW:
        return TooBig(
            "The query took too long and was cancelled.",
            "Ask for a shorter period and filter by the table's sorting key (describe_table).",
        )
    if code in _TOO_BIG:
        return TooBig(
            f"The query needed more than ClickHouse allows.{said}",
            "Select fewer columns, a shorter period, or use approximate functions such as uniq.",
        )
    if code in _BUSY:
        return Throttled("ClickHouse runs too many queries now.", "Try again in a minute.")
    return Invalid(
        f"ClickHouse refused the query.{said}", "Check names with list_tables and describe_table."
    )


def strange(status: int) -> ConnectorError:
    return Unavailable(
        f"What answered (HTTP status {status}) is not ClickHouse's HTTP interface.",
        "Check the URL and port of the connection: 8443 with https, 8123 with http.",
    )


def _said(text: str) -> str:
    found = re.search(r"DB::Exception:\s*(.*)", text, re.DOTALL)
    words = re.sub(r"\s+", " ", found[1] if found else "")
    words = re.sub(r"(: While|\. \(|, Stack trace| \(version).*", "", words).strip().rstrip(".:")
    return f' It says: "{words[:300]}".' if words else ""
