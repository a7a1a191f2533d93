"""One good example of every block and element, for the tests of Block Kit's rules."""

from __future__ import annotations

from playground.workspace.model import Json
from tests.playground.workspace.helpers import button, plain


def mrkdwn(text: str = "*hello*") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a") -> Json:
    return {"text": plain(value.upper()), "value": value}


def rich_text(text: str = "hello") -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def image_element() -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A chart"}


def task_card() -> Json:
    return {
        "type": "task_card",
        "task_id": "1",
        "title": "Read logs",
        "status": "complete",
        "details": rich_text(),
        "sources": [{"type": "url", "url": "https://example.com", "text": "Logs"}],
    }


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def card() -> Json:
    return {"type": "card", "title": mrkdwn(), "body": mrkdwn(), "actions": [button()]}


def pie(*values: float) -> Json:
    segments = [{"label": f"S{n}", "value": value} for n, value in enumerate(values or (1, 2))]
    chart = {"type": "pie", "segments": segments}
    return {"type": "data_visualization", "title": "Errors", "chart": chart}


def bars(categories: list[str], *series: tuple[str, list[float]]) -> Json:
    data = [
        {
            "name": name,
            "data": [{"label": c, "value": v} for c, v in zip(categories, values, strict=True)],
        }
        for name, values in series
    ]
    axis = {"categories": categories, "x_label": "Day", "y_label": "Errors"}
    chart = {"type": "bar", "series": data, "axis_config": axis}
    return {"type": "data_visualization", "title": "Errors", "chart": chart}


ELEMENTS: dict[str, Json] = {
    "button": button(style="primary"),
    "checkboxes": {"type": "checkboxes", "options": [option()]},
    "radio_buttons": {"type": "radio_buttons", "options": [option(), option("b")]},
    "overflow": {"type": "overflow", "options": [option()]},
    "datepicker": {"type": "datepicker", "initial_date": "2026-01-31"},
    "timepicker": {"type": "timepicker", "initial_time": "23:05"},
    "datetimepicker": {"type": "datetimepicker", "initial_date_time": 1_790_000_000},
    "static_select": {
        "type": "static_select",
        "options": [option(), option("b")],
        "initial_option": option("b"),
    },
    "multi_static_select": {
        "type": "multi_static_select",
        "option_groups": [{"label": plain("Group"), "options": [option()]}],
    },
    "external_select": {"type": "external_select", "min_query_length": 0},
    "multi_external_select": {"type": "multi_external_select"},
    "users_select": {"type": "users_select"},
    "multi_users_select": {"type": "multi_users_select", "max_selected_items": 2},
    "channels_select": {"type": "channels_select"},
    "multi_channels_select": {"type": "multi_channels_select"},
    "conversations_select": {"type": "conversations_select", "filter": {"include": ["public"]}},
    "multi_conversations_select": {"type": "multi_conversations_select"},
    "plain_text_input": {"type": "plain_text_input", "multiline": True, "max_length": 100},
    "email_text_input": {"type": "email_text_input"},
    "url_text_input": {"type": "url_text_input"},
    "number_input": {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"},
    "rich_text_input": {"type": "rich_text_input"},
    "file_input": {"type": "file_input", "filetypes": ["csv"], "max_files": 10},
}

MESSAGE_BLOCKS: dict[str, Json] = {
    "section": {
        "type": "section",
        "text": mrkdwn(),
        "fields": [mrkdwn(), plain("b")],
        "accessory": button(),
    },
    "divider": {"type": "divider"},
    "header": {"type": "header", "text": plain("Title")},
    "image": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A chart"},
    "context": {"type": "context", "elements": [mrkdwn(), plain("b"), image_element()]},
    "actions": {"type": "actions", "elements": [button()]},
    "input": {
        "type": "input",
        "label": plain("Name"),
        "element": {"type": "plain_text_input"},
        "hint": plain("Yours"),
        "optional": True,
    },
    "rich_text": rich_text(),
    "markdown": {"type": "markdown", "text": "# Title"},
    "table": {
        "type": "table",
        "rows": [[raw("a"), raw("b")], [raw("1"), rich_text()]],
        "column_settings": [{"align": "right"}, {"is_wrapped": True}],
    },
    "data_table": {
        "type": "data_table",
        "caption": "Errors",
        "rows": [[raw("service")], [{"type": "raw_number", "value": 3, "text": "3"}]],
        "page_size": 10,
    },
    "data_visualization": pie(),
    "context_actions": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            },
            {"type": "icon_button", "icon": "trash", "text": plain("Delete")},
        ],
    },
    "task_card": task_card(),
    "plan": {"type": "plan", "title": "Plan", "tasks": [task_card()]},
    "card": card(),
    "carousel": {"type": "carousel", "elements": [card()]},
    "container": {"type": "container", "title": plain("More"), "child_blocks": [rich_text()]},
    "video": {
        "type": "video",
        "alt_text": "A film",
        "title": plain("Film"),
        "thumbnail_url": "https://example.com/t.png",
        "video_url": "https://example.com/v",
    },
}
ALERT: Json = {"type": "alert", "text": mrkdwn("Careful"), "level": "warning"}
