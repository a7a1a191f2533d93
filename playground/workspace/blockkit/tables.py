"""Tables and data tables."""

from __future__ import annotations

from typing import Any

from playground.workspace.blockkit import objects
from playground.workspace.blockkit.elements import ID
from playground.workspace.blockkit.limits import BLOCKS
from playground.workspace.blockkit.richtext import RICH_TEXT
from playground.workspace.blockkit.schema import (
    Check,
    Report,
    array,
    boolean,
    choice,
    may,
    need,
    number,
    record,
    string,
    variant,
)

_CELL = variant(
    {
        "raw_text": objects.RAW_TEXT,
        "raw_number": objects.RAW_NUMBER,
        "rich_text": RICH_TEXT,
    }
)
_LIMITS, _DATA = BLOCKS["table"], BLOCKS["data_table"]


def text_size(value: Any) -> int:
    """Characters of all texts in there, however deep."""
    if isinstance(value, list):
        return sum(text_size(item) for item in value)
    if not isinstance(value, dict):
        return 0
    own = len(value["text"]) if isinstance(value.get("text"), str) else 0
    return own + sum(text_size(item) for item in value.values())


def _cells_fit(most: int) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if text_size(value["rows"]) > most:
            report.add(f"must be less than {most + 1} characters in all cells", f"{pointer}/rows")

    return check


def _header_is_text(value: Any, pointer: str, report: Report) -> None:
    for index, cell in enumerate(value["rows"][0]):
        if cell["type"] != "raw_text":
            report.add("the first row takes raw_text only", f"{pointer}/rows/0/{index}/type")


TABLE = record(
    {
        "block_id": ID,
        "rows": need(array(array(_CELL, 1, _LIMITS["columns_max"]), 1, _LIMITS["rows_max"])),
        "column_settings": may(
            array(
                record(
                    {
                        "align": may(choice("left", "center", "right")),
                        "is_wrapped": may(boolean),
                    }
                ),
                0,
                _LIMITS["column_settings_max"],
            )
        ),
    },
    _cells_fit(_LIMITS["chars_max"]),
)
DATA_TABLE = record(
    {
        "block_id": ID,
        "caption": need(string()),
        "rows": need(
            array(array(_CELL, 1, _DATA["columns_max"]), _DATA["rows_min"], _DATA["rows_max_safe"])
        ),
        "page_size": may(number(_DATA["page_size_min"], _DATA["page_size_max"])),
        "row_header_column_index": may(number(0)),
    },
    _cells_fit(_DATA["chars_max_safe"]),
    _header_is_text,
)
