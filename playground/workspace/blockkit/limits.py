"""Block Kit's counts and lengths (docs.slack.dev, "Block Kit reference"), in one place.

Where Slack's sources disagree the smaller figure stands, so that what passes here passes there.
"""

from __future__ import annotations

MESSAGE = {
    "blocks_max": 50,
    "tables_per_message_max": 1,
    "data_visualization_per_message_max": 2,
    "markdown_text_max": 12_000,
    "chunk_blocks_max": 50,
}
VIEW = {
    "blocks_max": 100,
    "title_max": 24,
    "submit_max": 24,
    "close_max": 24,
    "private_metadata_max": 3_000,
    "callback_id_max": 255,
    "external_id_max": 255,
}
ID_MAX = 255
TEXT_MAX = 3_000

BLOCKS: dict[str, dict[str, int]] = {
    "actions": {"elements_max": 25},
    "alert": {"text_max": 200},
    "card": {"title_max": 150, "subtitle_max": 150, "body_max": 200, "actions_max": 2},
    "carousel": {"elements_min": 1, "elements_max": 10},
    "container": {"title_max": 150, "subtitle_max": 150, "child_blocks_max": 10},
    "context": {"elements_max": 10},
    "context_actions": {"elements_max": 5},
    "data_table": {
        "rows_min": 2,
        "rows_max_safe": 101,
        "columns_max": 20,
        "page_size_min": 1,
        "page_size_max": 100,
        "chars_max_safe": 10_000,
    },
    "data_visualization": {
        "title_max": 50,
        "series_max_safe": 6,
        "pie_segments_max_safe": 6,
        "categories_max": 20,
        "label_max": 20,
        "axis_label_max": 50,
    },
    "header": {"text_max": 150},
    "image": {"image_url_max": 3_000, "alt_text_max": 2_000, "title_max": 2_000},
    "input": {"label_max": 2_000, "hint_max": 2_000},
    "markdown": {"text_max_cumulative_per_message": 12_000},
    "section": {"text_max": 3_000, "fields_max": 10, "field_text_max": 2_000},
    "table": {"rows_max": 100, "columns_max": 20, "column_settings_max": 20, "chars_max": 10_000},
    "video": {"title_max": 199, "author_name_max": 49},
}
ELEMENTS: dict[str, dict[str, int]] = {
    "button": {"text_max": 75, "value_max": 2_000, "url_max": 3_000, "accessibility_label_max": 75},
    "checkboxes": {"options_max": 10},
    "radio_buttons": {"options_max": 10},
    "overflow": {"options_min": 1, "options_max": 5},
    "static_select": {"options_max": 100, "option_groups_max": 100},
    "multi_select": {"options_max": 100},
    "plain_text_input": {"max_length_max": 3_000, "min_length_max": 3_000, "placeholder_max": 150},
    "file_input": {"max_files_max": 10},
}
OPTION = {"text_max": 75, "value_max": 150, "description_max": 75, "url_max": 3_000}
CONFIRM = {"title_max": 100, "text_max": 300, "confirm_max": 30, "deny_max": 30}
AGENT_PROMPT_MAX = 4_000
CHUNK_STRING_MAX = 256
"""Title, details and output of a task chunk: reported, not documented."""
