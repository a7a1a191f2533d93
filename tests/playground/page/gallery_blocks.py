"""One example of every block, as Slack documents its shape."""

from __future__ import annotations

from tests.playground.page.gallery_data import PIE, data_table, series_chart, table
from tests.playground.page.gallery_parts import Json, button, mrkdwn, picture, plain, rich, words

TASKS: list[Json] = [
    {
        "id": "t1",
        "title": "Read the errors of the last hour",
        "status": "complete",
        "details": "Sentry, project *checkout*",
        "output": "1,204 events in 3 issues",
        "sources": [{"type": "url", "url": "https://errors.example/1", "text": "CHECKOUT-8F2"}],
    },
    {"id": "t2", "title": "Compare with the deploys", "status": "complete"},
    {
        "id": "t3",
        "title": "Query the locks of the database",
        "status": "complete",
        "output": "1 blocked query",
    },
]


def incident_card() -> list[Json]:
    return [
        {"type": "header", "block_id": "h", "text": plain(":red_circle: Checkout is failing")},
        {
            "type": "section",
            "block_id": "facts",
            "fields": [
                mrkdwn("*Severity*\nHigh"),
                mrkdwn("*Since*\n<!date^1795168080^{time}|9:48>"),
                mrkdwn("*Service*\ncheckout-api"),
                mrkdwn("*Seen by*\nBetter Stack"),
            ],
        },
        {
            "type": "actions",
            "block_id": "incident",
            "elements": [
                button("Acknowledge", "ack", style="primary", value="inc-1"),
                button("Investigate", "investigate", value="inc-1"),
                button(
                    "Resolve",
                    "resolve",
                    style="danger",
                    value="inc-1",
                    confirm={
                        "title": plain("Resolve?"),
                        "text": mrkdwn("The monitor is *still red*."),
                        "confirm": plain("Resolve it"),
                        "deny": plain("Not yet"),
                        "style": "danger",
                    },
                ),
            ],
        },
        {
            "type": "context",
            "block_id": "c",
            "elements": [
                picture("dot.png", "red dot"),
                mrkdwn("Incident *inc-1* · on call: <@U0BO>"),
            ],
        },
    ]


def approval() -> list[Json]:
    return [
        {
            "type": "section",
            "block_id": "what",
            "text": mrkdwn(
                "*Debugger* wants to *create a ticket* in Linear\n>Lock on `orders` blocks checkout"
            ),
        },
        {
            "type": "actions",
            "block_id": "approve",
            "elements": [
                button("Approve", "approve", style="primary", value="ap-1"),
                button("Deny", "deny", style="danger", value="ap-1"),
            ],
        },
        {
            "type": "context_actions",
            "block_id": "fb",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "feedback",
                    "positive_button": {"text": plain("Good"), "value": "good"},
                    "negative_button": {"text": plain("Bad"), "value": "bad"},
                },
                {
                    "type": "icon_button",
                    "action_id": "bin",
                    "icon": "trash",
                    "text": plain("Remove"),
                },
            ],
        },
    ]


RICH_TEXT: Json = {
    "type": "rich_text",
    "block_id": "rich",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                words("Bold", bold=True),
                words(" italic", italic=True),
                words(" struck", strike=True),
                words(" code", code=True),
                words(" under", underline=True),
                words(" "),
                {"type": "user", "user_id": "U0BO"},
                words(" "),
                {"type": "channel", "channel_id": "C0INCIDENTS"},
                words(" "),
                {"type": "emoji", "name": "tada"},
                words(" "),
                {"type": "link", "url": "https://example.com", "text": "a link"},
                words(" "),
                {"type": "broadcast", "range": "here"},
                words(" "),
                {"type": "usergroup", "usergroup_id": "S0ONCALL"},
                words(" "),
                {
                    "type": "date",
                    "timestamp": 1795170600,
                    "format": "{date_num}",
                    "fallback": "then",
                },
                words(" "),
                {"type": "color", "value": "#2eb67d"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [
                {"type": "rich_text_section", "elements": [words("one")]},
                {"type": "rich_text_section", "elements": [words("two")]},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "elements": [{"type": "rich_text_section", "elements": [words("two and a half")]}],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [{"type": "rich_text_section", "elements": [words("three")]}],
        },
        {"type": "rich_text_quote", "elements": [words("quoted")]},
        {"type": "rich_text_preformatted", "elements": [words("let x = 1;\n<b>not bold</b>")]},
    ],
}


def card(title: str) -> Json:
    return {
        "type": "card",
        "title": mrkdwn(title),
        "subtitle": mrkdwn("errors · last seen today"),
        "body": mrkdwn("Lock timeout in `orders.create`"),
        "icon": picture("icon.png", "service"),
        "hero_image": picture("chart.png", "errors over time"),
        "actions": [button("Open", f"open-{title}", value=title)],
    }


def task(status: str) -> Json:
    return {
        "type": "task_card",
        "task_id": f"task-{status}",
        "title": f"A step that is {status}",
        "status": status,
        "details": rich(words("what it does")),
        "output": rich(words("what came out")),
        "sources": [{"type": "url", "url": "https://example.com/s", "text": "Source"}],
    }


CONTAINER: Json = {
    "type": "container",
    "block_id": "box",
    "title": plain("Details"),
    "subtitle": mrkdwn("2 parts"),
    "is_collapsible": True,
    "default_collapsed": True,
    "has_header_divider": True,
    "child_blocks": [
        {"type": "section", "text": mrkdwn("Inside the container")},
        {"type": "divider"},
    ],
}

ALL: dict[str, list[Json]] = {
    "section": [
        {
            "type": "section",
            "block_id": "s1",
            "text": mrkdwn("Section with a *picture*"),
            "accessory": picture("p.png", "a graph"),
        },
        {"type": "divider"},
        {"type": "section", "block_id": "s2", "fields": [mrkdwn("*One*\n1"), plain("Two *plain*")]},
    ],
    "header and context": incident_card(),
    "image": [picture("graph.png", "Errors by hour") | {"title": plain("Errors by hour")}],
    "rich_text": [RICH_TEXT],
    "table": [table()],
    "data_table": [data_table()],
    "bar": [series_chart("bar")],
    "line": [series_chart("line")],
    "area": [series_chart("area")],
    "pie": [PIE],
    "card": [card("CHECKOUT-8F2") | {"block_id": "card"}],
    "carousel": [
        {
            "type": "carousel",
            "block_id": "car",
            "elements": [card("A"), card("B"), card("C"), card("D")],
        }
    ],
    "container": [CONTAINER],
    "alert": [
        {
            "type": "alert",
            "block_id": f"al-{level}",
            "level": level,
            "text": mrkdwn(f"This is *{level}*"),
        }
        for level in ("default", "info", "warning", "error", "success")
    ],
    "task_card": [
        task(status) | {"block_id": status}
        for status in ("pending", "in_progress", "complete", "error")
    ],
    "plan": [
        {
            "type": "plan",
            "block_id": "plan",
            "title": "Find the cause",
            "tasks": [task("complete"), task("in_progress")],
        }
    ],
    "context_actions": approval(),
    "video": [
        {
            "type": "video",
            "block_id": "v",
            "title": plain("How to roll back"),
            "title_url": "https://example.com/film",
            "video_url": "https://example.com/embed",
            "alt_text": "first frame",
            "thumbnail_url": "http://w.example/files/F1/t.png",
            "author_name": "Bo",
        }
    ],
    "file": [{"type": "file", "block_id": "f", "external_id": "X1", "source": "remote"}],
    "unknown": [
        {"type": "hologram", "block_id": "u"},
        {"type": "section", "block_id": "after", "text": mrkdwn("still here")},
    ],
}

HOME: Json = {
    "id": "V0HOME",
    "type": "home",
    "callback_id": "home",
    "hash": "1",
    "blocks": [
        {"type": "header", "block_id": "hh", "text": plain("Good morning, Ana")},
        {
            "type": "section",
            "block_id": "hs",
            "text": mrkdwn("Connect a service, then ask in a channel."),
            "accessory": button("Connect", "connect", style="primary"),
        },
        {"type": "divider"},
        {
            "type": "section",
            "block_id": "ha",
            "text": mrkdwn("*Debugger* · Sonnet · 3 connections"),
            "accessory": {
                "type": "overflow",
                "action_id": "agent",
                "options": [
                    {"text": plain("Edit"), "value": "edit"},
                    {"text": plain("Remove"), "value": "remove"},
                ],
            },
        },
        {
            "type": "context",
            "block_id": "hc",
            "elements": [mrkdwn("Answers may be wrong; check before you act.")],
        },
    ],
}
