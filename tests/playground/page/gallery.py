"""The world the page is tested with: a small team, an incident, every block and every element."""

from __future__ import annotations

from typing import Any

from tests.playground.page import gallery_blocks, gallery_elements, gallery_texts

Json = dict[str, Any]

ANA, BO, DANA, BOT = "U0ANA", "U0BO", "U0DANA", "U0BOT"
APP = "A0OPS"
INCIDENTS, BLOCKS, ELEMENTS, TEXTS, EMPTY, SECRET = (
    "C0INCIDENTS",
    "C0BLOCKS",
    "C0ELEMENTS",
    "C0TEXTS",
    "C0EMPTY",
    "C0SECRET",
)
DM_APP, DM_BO = "D0APP", "D0BO"
# 20 November 2026, 10:30 in Lisbon: the moment the pages under test believe it is.
NOW = 1795170600.0

USERS: list[Json] = [
    {
        "id": ANA,
        "name": "ana",
        "real_name": "Ana Marin",
        "is_bot": False,
        "tz": "Europe/Lisbon",
        "email": "ana@harbor.example",
        "avatar_color": "b2497b",
        "is_restricted": False,
    },
    {
        "id": BO,
        "name": "bo",
        "real_name": "Bo Chen",
        "is_bot": False,
        "tz": "America/New_York",
        "email": "bo@harbor.example",
        "avatar_color": "2d6fa8",
        "is_restricted": False,
    },
    {
        "id": DANA,
        "name": "dana",
        "real_name": "Dana Ruiz",
        "is_bot": False,
        "tz": "Europe/Madrid",
        "email": "dana@guest.example",
        "avatar_color": "c07a2c",
        "is_restricted": True,
    },
    {
        "id": BOT,
        "name": "ops",
        "real_name": "Quarterdeck",
        "is_bot": True,
        "tz": "America/Los_Angeles",
        "email": "",
        "is_restricted": False,
    },
]

CHANNELS: list[Json] = [
    {
        "id": INCIDENTS,
        "name": "incidents",
        "kind": "channel",
        "members": [ANA, BO, DANA, BOT],
        "topic": "What is on fire",
    },
    {"id": BLOCKS, "name": "blocks", "kind": "channel", "members": [ANA, BO, BOT], "topic": ""},
    {"id": ELEMENTS, "name": "elements", "kind": "channel", "members": [ANA, BO, BOT], "topic": ""},
    {"id": TEXTS, "name": "texts", "kind": "channel", "members": [ANA, BO, BOT], "topic": ""},
    {"id": EMPTY, "name": "quiet-place", "kind": "channel", "members": [ANA], "topic": ""},
    {"id": SECRET, "name": "on-call", "kind": "private", "members": [ANA, BO], "topic": ""},
    {"id": DM_APP, "name": "", "kind": "im", "members": [ANA, BOT], "with": BOT, "topic": ""},
    {"id": DM_BO, "name": "", "kind": "im", "members": [ANA, BO], "with": BO, "topic": ""},
]

OPS: Json = {
    "app_id": APP,
    "name": "Quarterdeck",
    "bot_user_id": BOT,
    "connected": True,
    "commands": [
        {
            "command": "/ops",
            "description": "Ask, connect, schedule",
            "usage_hint": "[help | agents | connect]",
        },
        {"command": "/oncall", "description": "Who is on call", "usage_hint": ""},
    ],
    "shortcuts": [
        {"type": "message", "name": "Investigate this", "callback_id": "investigate"},
        {"type": "global", "name": "New report", "callback_id": "new_report"},
    ],
    "suggested_prompts": [
        {"title": "What broke last night?", "message": "What broke last night, and is it over?"},
        {
            "title": "Compare this week's signups",
            "message": "Compare signups of this week and last.",
        },
    ],
}


def ts(minutes_ago: float, number: int = 0) -> str:
    return f"{NOW - minutes_ago * 60:.0f}.{number:06d}"


def person(user: str, minutes_ago: float, text: str, **more: Any) -> Json:
    return {"type": "message", "user": user, "ts": ts(minutes_ago), "text": text} | more


def bot(minutes_ago: float, text: str, blocks: list[Json] | None = None, **more: Any) -> Json:
    body = {"type": "message", "user": BOT, "bot_id": "B0BOT", "ts": ts(minutes_ago), "text": text}
    return body | ({"blocks": blocks} if blocks else {}) | more


ROOT = ts(42)
ASKED = ts(26)


def incident() -> list[Json]:
    return [
        person(
            BO,
            60 * 20,
            "Deploy of *checkout 4.12* is out :rocket: <@U0ANA> please keep an eye on it",
        ),
        person(
            BO,
            60 * 20 - 1,
            "Nothing odd so far, see <https://status.example/checkout|the board>",
            reactions=[
                {"name": "eyes", "users": [ANA], "count": 1},
                {"name": "white_check_mark", "users": [BO, DANA], "count": 2},
            ],
        ),
        bot(
            42,
            "Incident: checkout is failing",
            gallery_blocks.incident_card(),
            thread_ts=ROOT,
            username="Debugger",
            icons={"emoji": ":detective:"},
            reply_count=3,
            latest_reply=ts(30),
        ),
        bot(
            41,
            "Looking",
            thread_ts=ROOT,
            username="Debugger",
            icons={"emoji": ":detective:"},
            markdown_text=gallery_texts.FINDING,
            tasks=gallery_blocks.TASKS,
            streaming_state="completed",
        ),
        person(BO, 38, "Was that the migration of last night?", thread_ts=ROOT),
        bot(
            30,
            "Approve?",
            gallery_blocks.approval(),
            thread_ts=ROOT,
            username="Debugger",
            icons={"emoji": ":detective:"},
        ),
        person(ANA, 26, "<@U0BOT> why are refunds slow today?", thread_ts=ASKED),
    ]


def messages() -> dict[str, list[Json]]:
    return {
        INCIDENTS: incident(),
        BLOCKS: [
            bot(50 - i, name, blocks) for i, (name, blocks) in enumerate(gallery_blocks.ALL.items())
        ],
        ELEMENTS: [
            bot(50 - i, name, blocks)
            for i, (name, blocks) in enumerate(gallery_elements.ALL.items())
        ],
        TEXTS: [bot(60 - i, text) for i, text in enumerate(gallery_texts.MRKDWN)]
        + [
            bot(20 - i, "markdown", [{"type": "markdown", "text": text}])
            for i, text in enumerate(gallery_texts.MARKDOWN)
        ]
        + [person(ANA, 5, "My own words")],
        DM_BO: [person(BO, 300, "Lunch at one?")],
        SECRET: [person(BO, 200, "Swapped Tuesday with <@U0ANA>")],
    }


def snapshot(user: str | None) -> Json:
    """What the server sends when `user` connects; Ana when nobody is named."""
    me = next(one for one in USERS if one["id"] == (user or ANA))
    visible = [one for one in CHANNELS if me["id"] in one["members"] or one["kind"] == "channel"]
    channels = [
        one
        | (
            {"with": next(m for m in one["members"] if m != me["id"])}
            if one["kind"] == "im"
            else {}
        )
        for one in visible
    ]
    return {
        "type": "snapshot",
        "team": {"id": "T0HARBOR", "name": "Harbor"},
        "me": me,
        "users": USERS,
        "usergroups": [{"id": "S0ONCALL", "handle": "oncall", "name": "On call"}],
        "channels": channels,
        "messages": {one["id"]: messages().get(one["id"], []) for one in visible},
        "apps": [OPS],
        "homes": {APP: gallery_blocks.HOME if me["id"] == ANA else None},
        "statuses": [],
    }
