"""One example of every element, and a modal that has each input."""

from __future__ import annotations

from tests.playground.page.gallery_parts import Json, button, mrkdwn, plain


def option(value: str, description: str = "") -> Json:
    body: Json = {"text": plain(value.capitalize()), "value": value}
    return body | ({"description": plain(description)} if description else {})


SIZES = [option("small"), option("medium", "the usual one"), option("large")]
GROUPS = [
    {"label": plain("Errors"), "options": [option("sentry"), option("bugsnag")]},
    {"label": plain("Logs"), "options": [option("axiom"), option("loki")]},
]


def element(kind: str, **more: object) -> Json:
    return {"type": kind, "action_id": kind} | more


ELEMENTS: list[Json] = [
    element("static_select", placeholder=plain("A size"), options=SIZES),
    element("multi_static_select", placeholder=plain("Services"), option_groups=GROUPS),
    element("external_select", placeholder=plain("A project"), min_query_length=2),
    element("users_select", placeholder=plain("Somebody")),
    element("conversations_select", placeholder=plain("A conversation")),
    element("channels_select", placeholder=plain("A channel"), initial_channel="C0INCIDENTS"),
    element("datepicker", initial_date="2026-11-20", placeholder=plain("A date")),
    element("timepicker", initial_time="09:30"),
    element("datetimepicker", initial_date_time=1795170600),
    element("overflow", options=[option("edit"), option("remove")]),
]

ALL: dict[str, list[Json]] = {
    "buttons": [
        {
            "type": "actions",
            "block_id": "buttons",
            "elements": [
                button("Plain", "plain", value="v1"),
                button("Primary", "primary", style="primary"),
                button("Danger", "danger", style="danger"),
                button("Elsewhere", "elsewhere", url="https://example.com/there"),
                button("Mine only", "mine", visible_to_user_ids=["U0BO"]),
                button(
                    "Sure?",
                    "sure",
                    confirm={
                        "title": plain("Really?"),
                        "text": plain("It is final."),
                        "confirm": plain("Do it"),
                        "deny": plain("Stop"),
                    },
                ),
            ],
        }
    ],
    "menus": [{"type": "actions", "block_id": "menus", "elements": ELEMENTS[:6]}],
    "dates": [{"type": "actions", "block_id": "dates", "elements": ELEMENTS[6:]}],
    "choices": [
        {
            "type": "section",
            "block_id": "choose",
            "text": mrkdwn("Choose"),
            "accessory": element("checkboxes", options=SIZES, initial_options=[SIZES[1]]),
        },
        {
            "type": "section",
            "block_id": "choose-one",
            "text": mrkdwn("Choose one"),
            "accessory": element("radio_buttons", options=SIZES),
        },
    ],
    "input": [
        {
            "type": "input",
            "block_id": "note",
            "label": plain("Note"),
            "dispatch_action": True,
            "element": element("plain_text_input", placeholder=plain("Press Enter to save")),
        }
    ],
    "odd": [{"type": "actions", "block_id": "odd", "elements": [element("teleporter")]}],
}


def field(block_id: str, label: str, inner: Json, **more: object) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": inner} | more


def modal(
    view_id: str = "V0FORM", title: str = "New agent", blocks: list[Json] | None = None
) -> Json:
    return {
        "id": view_id,
        "type": "modal",
        "callback_id": "agent",
        "title": plain(title),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "hash": "1",
        "blocks": every_input() if blocks is None else blocks,
    }


def every_input() -> list[Json]:
    return [
        {
            "type": "section",
            "block_id": "intro",
            "text": mrkdwn("An agent is a *named colleague*."),
        },
        field(
            "name", "Name", element("plain_text_input", max_length=20), hint=plain("Without the @")
        ),
        field("about", "Instructions", element("plain_text_input", multiline=True), optional=True),
        field(
            "size",
            "Size",
            element("static_select", options=SIZES, placeholder=plain("Choose a size")),
        ),
        field(
            "tools", "Services", element("multi_static_select", option_groups=GROUPS), optional=True
        ),
        field("who", "Owner", element("users_select"), optional=True),
        field("where", "Channels", element("multi_channels_select"), optional=True),
        field("day", "From", element("datepicker"), optional=True),
        field("time", "At", element("timepicker"), optional=True),
        field("moment", "Moment", element("datetimepicker"), optional=True),
        field("flags", "Flags", element("checkboxes", options=SIZES), optional=True),
        field("one", "One of", element("radio_buttons", options=SIZES), optional=True),
        field(
            "count",
            "Count",
            element("number_input", is_decimal_allowed=False, min_value="1", max_value="9"),
            optional=True,
        ),
        field("mail", "E-mail", element("email_text_input"), optional=True),
        field("link", "Link", element("url_text_input"), optional=True),
        field("files", "Files", element("file_input", filetypes=["csv"]), optional=True),
        field("rich", "Notes", element("rich_text_input"), optional=True),
    ]
