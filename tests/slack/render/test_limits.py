"""Our numbers against the ones that were gathered from Slack's documents."""

from __future__ import annotations

from bot.slack import blocks, messages
from bot.slack.render import split, tables
from tests.vendor_documents import vendor_document


def test_no_limit_of_ours_is_above_slacks() -> None:
    limits = vendor_document("slack/block-kit/limits.json")
    kit, button = limits["blocks"], limits["elements"]["button"]
    ours_and_slacks = {
        "blocks": (messages.MAX_BLOCKS, limits["message"]["blocks_max"]),
        "text": (messages.MAX_TEXT, limits["message"]["chat_update_text_max"]),
        "section": (blocks.MAX_TEXT_OBJECT, kit["section"]["text_max"]),
        "fields": (blocks.MAX_FIELDS, kit["section"]["fields_max"]),
        "field": (blocks.MAX_FIELD, kit["section"]["field_text_max"]),
        "header": (blocks.MAX_HEADER, kit["header"]["text_max"]),
        "context": (blocks.MAX_CONTEXT, kit["context"]["elements_max"]),
        "actions": (blocks.MAX_ACTIONS, kit["actions"]["elements_max"]),
        "button": (blocks.MAX_BUTTON, button["text_max"]),
        "value": (blocks.MAX_VALUE, button["value_max"]),
        "url": (blocks.MAX_URL, button["url_max"]),
        "id": (blocks.MAX_ID, limits["ids"]["action_id_max"]),
        "piece": (split.MAX_PIECE, kit["section"]["text_max"]),
        "message": (split.MAX_MESSAGE, kit["markdown"]["text_max_cumulative_per_message"]),
        "rows": (tables.MAX_ROWS, kit["table"]["rows_max"]),
        "columns": (tables.MAX_COLUMNS, kit["table"]["columns_max"]),
        "table": (tables.MAX_CHARACTERS, kit["table"]["chars_max"]),
    }
    above = {name: pair for name, pair in ours_and_slacks.items() if pair[0] > pair[1]}
    assert above == {}
