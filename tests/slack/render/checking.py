"""What holds for every message that is sent, with Slack's numbers as its documents give them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import jsonschema

from bot.slack.messages import Block, Message
from playground.workspace.blockkit.surfaces import check_message_blocks
from tests.vendor_documents import vendor_document

NOT_A_WEB_LINK = re.compile(r"<(?!https?://)")

DEFINITIONS = {
    "rich_text": "RichTextBlock",
    "section": "SectionBlock",
    "header": "HeaderBlock",
    "divider": "DividerBlock",
    "context": "ContextBlock",
    "table": "TableBlock",
}


def check(message: Message) -> None:
    """Fails where Slack would refuse a form of the message, or where it could ping someone."""
    assert 1 <= len(message.text) <= 4000
    assert not NOT_A_WEB_LINK.search(message.text)
    assert len(message.forms) == 3, "native blocks, plain blocks, text alone"
    for blocks in message.forms:
        assert len(blocks) <= 50
        assert characters(blocks) <= 12_000
        assert check_message_blocks(list(blocks), "/blocks", lambda name: True) == []
        for block in blocks:
            check_block(block)


def check_block(block: Block) -> None:
    assert block["type"] in DEFINITIONS
    if block["type"] == "header":
        assert len(block["text"]["text"]) <= 150
    if block["type"] == "table":
        check_table(block)
    for part in everything(block):
        if part.get("type") == "mrkdwn":
            assert 1 <= len(part["text"]) <= 3000
            assert not NOT_A_WEB_LINK.search(part["text"])
            assert part["text"].count("```") % 2 == 0, "a code block is closed where it was opened"
        if part.get("type") == "link":
            assert part["url"].startswith(("http://", "https://"))
        assert part.get("type") not in ("broadcast", "user", "usergroup", "image", "markdown")


def check_table(table: Block) -> None:
    assert len(table["rows"]) <= 100
    assert {len(row) for row in table["rows"]} == {len(table["column_settings"])}
    assert len(table["column_settings"]) <= 20
    assert characters(table["rows"]) <= 10_000
    for row in table["rows"]:
        for cell in row:
            assert words_of(cell).strip(), "Slack refuses empty cells"


def check_schema(message: Message) -> None:
    """Holds the blocks against Slack's own types."""
    for blocks in message.forms:
        for block in blocks:
            validator(DEFINITIONS[block["type"]]).validate(_without_offsets(block))


@cache
def validator(definition: str) -> jsonschema.Draft7Validator:
    document = vendor_document("slack/block-kit/slack-types-3.2.0.schema.json")
    wanted = {"definitions": document["definitions"], "$ref": f"#/definitions/{definition}"}
    return jsonschema.Draft7Validator(wanted)


def _without_offsets(value: Any) -> Any:
    """Slack's types forgot the `offset` of lists, which its documents and its SDK have."""
    if isinstance(value, dict):
        return {key: _without_offsets(each) for key, each in value.items() if key != "offset"}
    return [_without_offsets(each) for each in value] if isinstance(value, list) else value


def everything(value: Any) -> Iterator[dict[str, Any]]:
    """Each object in there, however deep."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from everything(each)


def characters(value: Any) -> int:
    return sum(len(part["text"]) for part in everything(value) if isinstance(part.get("text"), str))


def words_of(value: Any) -> str:
    parts = everything(value)
    return " ".join(part["text"] for part in parts if isinstance(part.get("text"), str))


def links_of(value: Any) -> list[str]:
    return [part["url"] for part in everything(value) if part.get("type") == "link"]


def as_json(messages: Sequence[Message]) -> str:
    """The messages as they stand in a golden file; characters without width are spelled out."""
    plain = [
        {"text": each.text, "blocks": each.blocks, "plainer": each.plainer} for each in messages
    ]
    dumped = json.dumps(plain, indent=1, ensure_ascii=False)
    return dumped.replace("\u200b", "\\u200b") + "\n"
