"""The blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.workspace.blockkit import objects
from playground.workspace.blockkit.charts import CHART
from playground.workspace.blockkit.elements import (
    ID,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    INTERACTIVE,
)
from playground.workspace.blockkit.limits import BLOCKS
from playground.workspace.blockkit.richtext import RICH_TEXT, RICH_TEXT_BLOCK
from playground.workspace.blockkit.schema import (
    Check,
    Field,
    Report,
    array,
    boolean,
    choice,
    may,
    need,
    only_on,
    record,
    string,
    url,
    variant,
)
from playground.workspace.blockkit.tables import DATA_TABLE, TABLE

MESSAGE_ONLY = frozenset({"message"})
MODAL_ONLY = frozenset({"modal"})
MESSAGE_AND_HOME = frozenset({"message", "home"})


def _block(fields: Mapping[str, Field], *also: Check) -> Check:
    return record({"block_id": ID, **fields}, *also)


def unique_actions(value: Any, pointer: str, report: Report) -> None:
    """No two elements of one block share an action_id."""
    seen: set[str] = set()
    for index, element in enumerate(value.get("elements") or ()):
        action_id = element.get("action_id")
        if action_id and action_id in seen:
            report.add(
                f'`action_id` "{action_id}" already exists for another action/element',
                f"{pointer}/elements/{index}/action_id",
            )
        seen.add(action_id)


def _focus_free(value: Any, pointer: str, report: Report) -> None:
    if value.get("dispatch_action") and value["element"]["type"] == "file_input":
        report.add("must be false for a file_input", f"{pointer}/dispatch_action")


_TASK_CARD = _block(
    {
        "task_id": need(string()),
        "title": need(string()),
        "status": need(choice("pending", "in_progress", "complete", "error")),
        "details": may(RICH_TEXT_BLOCK),
        "output": may(RICH_TEXT_BLOCK),
        "sources": may(array(objects.SOURCE)),
    }
)
_CARD = _block(
    {
        "title": may(objects.text(BLOCKS["card"]["title_max"])),
        "subtitle": may(objects.text(BLOCKS["card"]["subtitle_max"])),
        "body": may(objects.text(BLOCKS["card"]["body_max"])),
        "icon": may(objects.IMAGE),
        "hero_image": may(objects.IMAGE),
        "actions": may(
            array(variant({"button": INTERACTIVE["button"]}), 1, BLOCKS["card"]["actions_max"])
        ),
    },
    objects.some_of("title", "body", "hero_image", "actions"),
)
_IMAGE = BLOCKS["image"]
_SECTION = BLOCKS["section"]

BLOCK_TYPES: dict[str, Check] = {
    "section": _block(
        {
            "text": may(objects.text(_SECTION["text_max"])),
            "fields": may(
                array(objects.text(_SECTION["field_text_max"]), 1, _SECTION["fields_max"])
            ),
            "accessory": may(variant(IN_SECTION)),
            "expand": may(boolean),
        },
        objects.some_of("text", "fields"),
    ),
    "divider": _block({}),
    "header": _block({"text": need(objects.plain(BLOCKS["header"]["text_max"]))}),
    "image": _block(
        {
            "alt_text": need(string(_IMAGE["alt_text_max"])),
            "image_url": may(url(_IMAGE["image_url_max"])),
            "slack_file": may(objects.SLACK_FILE),
            "title": may(objects.plain(_IMAGE["title_max"])),
        },
        objects.one_of("image_url", "slack_file"),
    ),
    "context": _block(
        {
            "elements": need(
                array(
                    variant(
                        {
                            "image": objects.IMAGE_ELEMENT,
                            "mrkdwn": objects.text(),
                            "plain_text": objects.text(),
                        }
                    ),
                    1,
                    BLOCKS["context"]["elements_max"],
                )
            )
        }
    ),
    "actions": _block(
        {"elements": need(array(variant(IN_ACTIONS), 1, BLOCKS["actions"]["elements_max"]))},
        unique_actions,
    ),
    "input": _block(
        {
            "label": need(objects.plain(BLOCKS["input"]["label_max"])),
            "element": need(variant(IN_INPUT)),
            "hint": may(objects.plain(BLOCKS["input"]["hint_max"])),
            "optional": may(boolean),
            "dispatch_action": may(boolean),
        },
        _focus_free,
    ),
    "rich_text": RICH_TEXT,
    "markdown": only_on(MESSAGE_ONLY, _block({"text": need(string())})),
    "table": only_on(MESSAGE_ONLY, TABLE),
    "data_table": only_on(MESSAGE_ONLY, DATA_TABLE),
    "data_visualization": only_on(
        MESSAGE_ONLY,
        _block(
            {
                "title": need(string(BLOCKS["data_visualization"]["title_max"])),
                "chart": need(CHART),
            }
        ),
    ),
    "context_actions": only_on(
        MESSAGE_ONLY,
        _block(
            {
                "elements": need(
                    array(variant(IN_CONTEXT_ACTIONS), 1, BLOCKS["context_actions"]["elements_max"])
                )
            },
            unique_actions,
        ),
    ),
    "task_card": only_on(MESSAGE_ONLY, _TASK_CARD),
    "plan": only_on(
        MESSAGE_ONLY,
        _block({"title": need(string()), "tasks": may(array(variant({"task_card": _TASK_CARD})))}),
    ),
    "alert": only_on(
        MODAL_ONLY,
        _block(
            {
                "text": need(objects.text(BLOCKS["alert"]["text_max"])),
                "level": may(choice("default", "info", "warning", "error", "success")),
            }
        ),
    ),
    "card": _CARD,
    "carousel": only_on(
        MESSAGE_AND_HOME,
        _block(
            {
                "elements": need(
                    array(variant({"card": _CARD}), 1, BLOCKS["carousel"]["elements_max"])
                )
            }
        ),
    ),
    "video": _block(
        {
            "alt_text": need(string()),
            "title": need(objects.plain(BLOCKS["video"]["title_max"])),
            "thumbnail_url": need(url()),
            "video_url": need(url()),
            "title_url": may(url()),
            "description": may(objects.plain()),
            "provider_icon_url": may(url()),
            "provider_name": may(string()),
            "author_name": may(string(BLOCKS["video"]["author_name_max"])),
        }
    ),
}

_IN_CONTAINER = (
    "actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table",
    "video",
)  # fmt: skip

BLOCK_TYPES["container"] = only_on(
    MESSAGE_ONLY,
    _block(
        {
            "title": may(objects.plain(BLOCKS["container"]["title_max"])),
            "rich_text_title": may(RICH_TEXT_BLOCK),
            "subtitle": may(objects.text(BLOCKS["container"]["subtitle_max"])),
            "icon": may(objects.IMAGE),
            "width": may(choice("narrow", "standard", "wide", "full")),
            "is_collapsible": may(boolean),
            "default_collapsed": may(boolean),
            "has_header_divider": may(boolean),
            "child_blocks": need(
                array(
                    variant({name: BLOCK_TYPES[name] for name in _IN_CONTAINER}),
                    1,
                    BLOCKS["container"]["child_blocks_max"],
                )
            ),
        }
    ),
)

BLOCK = variant(BLOCK_TYPES)
