"""Rules for a whole message, a whole view, and the chunks of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.workspace.blockkit import objects
from playground.workspace.blockkit.blocks import BLOCK
from playground.workspace.blockkit.elements import ID
from playground.workspace.blockkit.limits import CHUNK_STRING_MAX, MESSAGE, VIEW
from playground.workspace.blockkit.schema import (
    Check,
    FileExists,
    Problem,
    Report,
    array,
    boolean,
    choice,
    may,
    need,
    record,
    string,
    variant,
)


def check_message_blocks(blocks: Any, pointer: str, file_exists: FileExists) -> list[Problem]:
    """What Slack would say about these blocks in a message; nothing if they are fine."""
    report = Report("message", file_exists)
    array(BLOCK, least=0, most=MESSAGE["blocks_max"])(blocks, pointer, report)
    if not report.problems:
        _unique_block_ids(blocks, pointer, report)
        _message_totals(blocks, pointer, report)
    return report.problems


def _unique_block_ids(blocks: list[Any], pointer: str, report: Report) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id and block_id in seen:
            report.add(f"`block_id` {block_id} already exists", f"{pointer}/{index}/block_id")
        seen.add(block_id)


def _everywhere(blocks: list[Any]) -> Iterator[Any]:
    for block in blocks:
        yield block
        yield from block.get("child_blocks") or ()


def _message_totals(blocks: list[Any], pointer: str, report: Report) -> None:
    kinds = [block["type"] for block in _everywhere(blocks)]
    if kinds.count("table") + kinds.count("data_table") > MESSAGE["tables_per_message_max"]:
        report.add("only_one_table_allowed", pointer)
    if kinds.count("data_visualization") > MESSAGE["data_visualization_per_message_max"]:
        report.add("no more than 2 data_visualization blocks allowed", pointer)
    written = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if written > MESSAGE["markdown_text_max"]:
        report.add(
            f"must be less than {MESSAGE['markdown_text_max'] + 1} characters in all markdown",
            pointer,
        )


def _view_fields(blocks: Check) -> dict[str, Any]:
    return {
        "blocks": need(blocks),
        "private_metadata": may(string(VIEW["private_metadata_max"], least=0)),
        "callback_id": may(string(VIEW["callback_id_max"], least=0)),
        "external_id": may(string(VIEW["external_id_max"], least=0)),
    }


_VIEW_BLOCKS = array(BLOCK, least=0, most=VIEW["blocks_max"])


def _submit_for_inputs(value: Any, pointer: str, report: Report) -> None:
    has_input = any(block["type"] == "input" for block in value["blocks"])
    if has_input and not value.get("submit"):
        report.add("missing required field: submit", pointer)


def _view_block_ids(value: Any, pointer: str, report: Report) -> None:
    _unique_block_ids(value["blocks"], f"{pointer}/blocks", report)


_VIEWS = {
    "modal": record(
        {
            **_view_fields(_VIEW_BLOCKS),
            "title": need(objects.plain(VIEW["title_max"])),
            "submit": may(objects.plain(VIEW["submit_max"])),
            "close": may(objects.plain(VIEW["close_max"])),
            "clear_on_close": may(boolean),
            "notify_on_close": may(boolean),
            "submit_disabled": may(boolean),
        },
        _view_block_ids,
        _submit_for_inputs,
    ),
    "home": record(_view_fields(_VIEW_BLOCKS), _view_block_ids),
}


def check_view(view: Any, kind: str, file_exists: FileExists) -> list[Problem]:
    """`kind` is modal or home."""
    report = Report(kind, file_exists)
    shapes = {kind: _VIEWS[kind]} if kind in _VIEWS else {}
    variant(shapes)(view, "/view", report)
    return report.problems


_CHUNK = variant(
    {
        "markdown_text": record({"text": need(string(MESSAGE["markdown_text_max"]))}),
        "plan_update": record({"title": need(string(CHUNK_STRING_MAX))}),
        "task_update": record(
            {
                "id": need(ID.check),
                "title": need(string(CHUNK_STRING_MAX)),
                "status": need(choice("pending", "in_progress", "complete", "error")),
                "details": may(string(CHUNK_STRING_MAX)),
                "output": may(string(CHUNK_STRING_MAX)),
                "sources": may(array(objects.SOURCE)),
            }
        ),
        "blocks": record({"blocks": need(array(BLOCK, 1, MESSAGE["chunk_blocks_max"]))}),
    }
)


def check_chunks(chunks: list[Any], file_exists: FileExists) -> list[Problem]:
    report = Report("message", file_exists)
    array(_CHUNK, least=0)(chunks, "/chunks", report)
    return report.problems
