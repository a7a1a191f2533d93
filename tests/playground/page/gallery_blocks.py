"""One example of every block, as Slack documents its shape."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id} | more


def rich(*elements: Json) -> Json:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": list(elements)}],
    }


def words(text: str, **style: bool) -> Json:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def picture(name: str, alt: str) -> Json:
    return {
        "type": "image",
        "image_url": f"http://workspace.example/files/F1/{name}",
        "alt_text": alt,
    }


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


def table() -> Json:
    def row(*cells: str) -> list[Json]:
        return [{"type": "raw_text", "text": cell} for cell in cells]

    numbers: list[Json] = [
        {"type": "raw_text", "text": "refunds"},
        {"type": "raw_number", "value": 12.5, "text": "12.50 €"},
        rich(
            words("up ", bold=True), {"type": "link", "url": "https://example.com", "text": "why"}
        ),
    ]
    return {
        "type": "table",
        "block_id": "table",
        "rows": [row("Area", "Cost", "Trend"), numbers, row("logs", "3.10 €", "flat")],
        "column_settings": [{"align": "left"}, {"align": "right"}, {"is_wrapped": True}],
    }


def data_table(rows: int = 12) -> Json:
    head = [{"type": "raw_text", "text": name} for name in ("Endpoint", "Errors")]
    body = [
        [
            {"type": "raw_text", "text": f"/api/v{n}"},
            {"type": "raw_number", "value": (n * 7) % 11, "text": str((n * 7) % 11)},
        ]
        for n in range(1, rows + 1)
    ]
    return {
        "type": "data_table",
        "block_id": "dt",
        "caption": "Errors by endpoint",
        "page_size": 5,
        "row_header_column_index": 0,
        "rows": [head, *body],
    }


def series_chart(kind: str) -> Json:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    return {
        "type": "data_visualization",
        "block_id": f"chart-{kind}",
        "title": f"Signups ({kind})",
        "chart": {
            "type": kind,
            "series": [
                {
                    "name": name,
                    "data": [
                        {"label": day, "value": v} for day, v in zip(days, values, strict=True)
                    ],
                }
                for name, values in (
                    ("This week", [120, 132, 98, 141, 160]),
                    ("Last week", [110, 118, 125, 109, 131]),
                )
            ],
            "axis_config": {"categories": days, "x_label": "Day", "y_label": "Signups"},
        },
    }


PIE: Json = {
    "type": "data_visualization",
    "block_id": "pie",
    "title": "Revenue by plan",
    "chart": {
        "type": "pie",
        "segments": [
            {"label": "Scale", "value": 55},
            {"label": "Operate", "value": 30},
            {"label": "Explore", "value": 15},
        ],
    },
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
