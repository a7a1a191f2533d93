"""Turns a tool's result into what the run keeps and what a model reads."""

from __future__ import annotations

import json
from typing import Any

from bot.connectors.results import Result, Row, Rows

MAX_TEXT = 12_000
"""Characters of one result that a model gets."""

MAX_CELL = 600
"""Characters of one value in it."""


def as_data(result: Result) -> dict[str, Any]:
    """The whole result as plain JSON values, for charts, attachments and the offline planner."""
    shape: dict[str, Any] = {"title": result.title, "cut": result.cut, "link": result.link}
    if isinstance(result, Rows):
        shape["rows"] = [_plain(row) for row in result.rows]
    else:
        shape["data"] = _plain(result.data)
        if result.text:
            shape["text"] = result.text
    return shape


def as_text(data: dict[str, Any]) -> str:
    """The bounded form for a model: a header line, then a JSON line a row; the cut is named."""
    rows = data.get("rows")
    lines = [_clip(json.dumps(_short(row), ensure_ascii=False), MAX_TEXT) for row in _items(data)]
    kept, length = 0, 0
    for line in lines:
        if kept and length + len(line) > MAX_TEXT:
            break
        kept, length = kept + 1, length + len(line)
    count = f" ({len(lines)} rows)" if rows is not None else ""
    out = [f"{data['title']}{count}", *lines[:kept]]
    if kept < len(lines):
        out.append(f"[cut: {len(lines) - kept} more rows are not shown; ask for fewer or narrower]")
    if data.get("text"):
        out.append(_clip(data["text"], MAX_TEXT))
    if data["cut"]:
        out.append(f"[cut: {data['cut']}]")
    if data["link"]:
        out.append(f"link: {data['link']}")
    return "\n".join(out)


def summary(data: dict[str, Any]) -> str:
    """A few words for a thinking step: how much came back."""
    rows = data.get("rows")
    if rows is None:
        return str(data["title"])
    count = "nothing" if not rows else "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    return f"{count}, more not shown" if data["cut"] and rows else count


def _items(data: dict[str, Any]) -> list[Row]:
    rows = data.get("rows")
    return list(rows) if rows is not None else [data["data"]]


def _plain(row: Row) -> Row:
    plain: Row = json.loads(json.dumps(row, default=str))
    return plain


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return _clip(value, MAX_CELL)
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    return value


def _clip(text: str, limit: int) -> str:
    left_out = len(text) - limit
    return text if left_out <= 0 else f"{text[:limit]}… [cut: {left_out} characters]"
