"""What Supabase's errors mean: PostgREST's codes, and SQL errors of the Management API."""

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
from bot.connectors.http import Json

_LIST = "Use list_tables and describe_table to see what there is."


def judge_tables(status: int, body: Json) -> ConnectorError | None:
    """Errors of PostgREST: https://docs.postgrest.org/en/stable/references/errors.html"""
    code = str(body.get("code") or "") if isinstance(body, dict) else ""
    said = _said(body)
    if status == 540:
        return Unavailable("This Supabase project is paused.", "Resume it in Supabase.")
    if code in ("PGRST301", "PGRST302", "PGRST303"):
        return NotSignedIn(f"Supabase does not accept the key.{said}", "Reconnect with a new key.")
    if code == "PGRST202":
        return NotFound(
            "Supabase knows no SQL function of the configured name.",
            "Create it as docs/sql.md shows, or correct its name in the connection.",
        )
    return _sql_error(code, said)


def judge_management(status: int, body: Json) -> ConnectorError | None:
    """The Management API answers SQL errors as HTTP 400 or 500 with PostgreSQL's text."""
    if status not in (400, 500):
        return None
    text = str(body.get("message") or "") if isinstance(body, dict) else ""
    found = re.search(r"ERROR:\s*([0-9A-Z]{5}):", text)
    return _sql_error(found[1], _said(body)) if found else None


def _sql_error(code: str, said: str) -> ConnectorError | None:
    if code == "57014":
        return TooBig(
            "The query took too long and was cancelled.",
            "Ask for a shorter period, or filter by an indexed column.",
        )
    if code == "42501":
        return NotAllowed(f"The role may not read this.{said}", "Grant it SELECT.")
    if code == "25006":
        return NotAllowed("The database refused, because the query would write.")
    if code in ("42P01", "PGRST205", "PGRST106"):
        return NotFound(f"There is no such table here.{said}", _LIST)
    if re.fullmatch("(22|42|21|PGRST1).*", code):
        return Invalid(f"The database refused the query.{said}", _LIST)
    return None


def _said(body: Json) -> str:
    words = str(body.get("message") or "") if isinstance(body, dict) else ""
    words = re.sub(r"\s+", " ", words).strip().rstrip(".")
    return f' It says: "{words[:300]}".' if words else ""
