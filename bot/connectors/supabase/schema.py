"""Tables and columns out of the OpenAPI document that PostgREST has of its schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.connectors.results import Row
from bot.connectors.sql.listing import key_words, without_nothing

_FOREIGN = re.compile(r"<fk table='([^']*)' column='([^']*)'/>")
_MARKS = re.compile(r"(Note:\s*)?(This is a (Primary|Foreign) Key[^<]*)?<(pk|fk)[^>]*/>")


def table_row(schema: str, name: str, definition: Mapping[str, Any]) -> Row:
    return {
        "schema": schema,
        "table": name,
        "kind": "table or view",
        "rows_estimate": None,
        "size": None,
        "comment": definition.get("description"),
    }


def table_page(schema: str, name: str, definition: Mapping[str, Any]) -> Row:
    columns = definition.get("properties") or {}
    primary = [column for column, about in columns.items() if "<pk/>" in _words(about)]
    foreign = [
        {"columns": [column], "references": f"{found[1]}({found[2]})"}
        for column, about in columns.items()
        if (found := _FOREIGN.search(_words(about)))
    ]
    required = definition.get("required") or []
    page = {
        "schema": schema,
        "table": name,
        "comment": definition.get("description"),
        "columns": [
            _column(column, about, column in required, key_words(column, primary, foreign))
            for column, about in columns.items()
        ],
        "primary_key": primary,
        "foreign_keys": foreign,
    }
    return without_nothing(page)


def _column(name: str, about: Mapping[str, Any], required: bool, key: str) -> Row:
    return without_nothing(
        {
            "name": name,
            "type": about.get("format") or about.get("type"),
            "nullable": not required,
            "default": about.get("default"),
            "comment": _MARKS.sub("", _words(about)).strip(),
            "key": key,
        }
    )


def _words(about: Mapping[str, Any]) -> str:
    return str(about.get("description") or "")
