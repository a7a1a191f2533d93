"""Interactive elements, and which of them may stand where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.workspace.blockkit import objects
from playground.workspace.blockkit.limits import AGENT_PROMPT_MAX, ELEMENTS, ID_MAX
from playground.workspace.blockkit.richtext import RICH_TEXT_BLOCK
from playground.workspace.blockkit.schema import (
    Check,
    Field,
    Report,
    array,
    boolean,
    choice,
    may,
    need,
    number,
    only_on,
    record,
    string,
    url,
)

_BUTTON = ELEMENTS["button"]
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"([01]\d|2[0-3]):[0-5]\d"
ID = may(string(ID_MAX))
USERS = may(array(string()))


def _element(fields: Mapping[str, Field], *also: Check) -> Check:
    common = {"action_id": ID, "confirm": may(objects.CONFIRMATION), "focus_on_load": may(boolean)}
    return record({**common, **fields}, *also)


def _placed(fields: Mapping[str, Field], *also: Check) -> Check:
    """An element that shows a placeholder."""
    hint = may(objects.plain(ELEMENTS["plain_text_input"]["placeholder_max"]))
    return _element({"placeholder": hint, **fields}, *also)


def _same_option(one: Any, other: Any) -> bool:
    return bool(one.get("value") == other.get("value"))


def _initial_known(value: Any, pointer: str, report: Report) -> None:
    """What is selected at first must be among the options."""
    options = list(value.get("options") or ())
    for group in value.get("option_groups") or ():
        options += group["options"]
    initial = [value["initial_option"]] if value.get("initial_option") else []
    name = "initial_option" if initial else "initial_options"
    for chosen in initial or value.get("initial_options") or ():
        if not any(_same_option(chosen, option) for option in options):
            report.add("must be one of the provided options", f"{pointer}/{name}")


def _lengths_fit(value: Any, pointer: str, report: Report) -> None:
    low, high = value.get("min_length"), value.get("max_length")
    if low is not None and high is not None and low > high:
        report.add("must be less than or equal to max_length", f"{pointer}/min_length")


def _chosen(option: Check, kind: str, *, several: bool = False) -> dict[str, Field]:
    limit = ELEMENTS[kind]["options_max"]
    fields = {"options": need(array(option, 1, limit))}
    initial = may(array(option)) if several else may(option)
    return fields | {"initial_options" if several else "initial_option": initial}


def _select(*, several: bool) -> Check:
    options = may(array(objects.OPTION_PLAIN, 1, ELEMENTS["static_select"]["options_max"]))
    groups = may(array(objects.OPTION_GROUP, 1, ELEMENTS["static_select"]["option_groups_max"]))
    return _placed(
        {"options": options, "option_groups": groups}
        | _initial("option", objects.OPTION_PLAIN, several=several),
        objects.one_of("options", "option_groups"),
        _initial_known,
    )


def _initial(what: str, check: Check, *, several: bool) -> dict[str, Field]:
    if several:
        return {f"initial_{what}s": may(array(check)), "max_selected_items": may(number(1))}
    return {f"initial_{what}": may(check)}


def _external(*, several: bool) -> Check:
    initial = _initial("option", objects.OPTION_PLAIN, several=several)
    return _placed({"min_query_length": may(number(0))} | initial)


def _picker(what: str, *, several: bool) -> Check:
    fields = _initial(what, string(), several=several)
    if what == "conversation":
        fields |= {"default_to_current_conversation": may(boolean), "filter": may(objects.FILTER)}
    if what != "user" and not several:
        fields |= {"response_url_enabled": may(boolean)}
    return _placed(fields)


def _typed(fields: Mapping[str, Field], *also: Check) -> Check:
    shared = {"dispatch_action_config": may(objects.DISPATCH), "initial_value": may(string())}
    return _placed({**shared, **fields}, *also)


_FEEDBACK = record(
    {
        "text": need(objects.plain(75)),
        "value": need(string(2000)),
        "accessibility_label": may(string(75)),
    }
)
_TEXT_INPUT = ELEMENTS["plain_text_input"]

INTERACTIVE: dict[str, Check] = {
    "button": _element(
        {
            "text": need(objects.plain(_BUTTON["text_max"])),
            "value": may(string(_BUTTON["value_max"], least=0)),
            "url": may(url(_BUTTON["url_max"])),
            "style": may(choice("primary", "danger")),
            "accessibility_label": may(string(_BUTTON["accessibility_label_max"])),
            "agent_prompt": may(string(AGENT_PROMPT_MAX)),
            "agent_prompt_display": may(string()),
            "visible_to_user_ids": USERS,
        }
    ),
    "checkboxes": _element(_chosen(objects.OPTION_ANY, "checkboxes", several=True), _initial_known),
    "radio_buttons": _element(_chosen(objects.OPTION_ANY, "radio_buttons"), _initial_known),
    "overflow": _element(
        {"options": need(array(objects.OPTION_PLAIN, 1, ELEMENTS["overflow"]["options_max"]))}
    ),
    "datepicker": _placed({"initial_date": may(string(pattern=_DATE))}),
    "timepicker": _placed({"initial_time": may(string(pattern=_TIME)), "timezone": may(string())}),
    "datetimepicker": _element({"initial_date_time": may(number(1_000_000_000, 9_999_999_999))}),
    "static_select": _select(several=False),
    "multi_static_select": _select(several=True),
    "external_select": _external(several=False),
    "multi_external_select": _external(several=True),
    "users_select": _picker("user", several=False),
    "multi_users_select": _picker("user", several=True),
    "channels_select": _picker("channel", several=False),
    "multi_channels_select": _picker("channel", several=True),
    "conversations_select": _picker("conversation", several=False),
    "multi_conversations_select": _picker("conversation", several=True),
    "workflow_button": _element(
        {
            "text": need(objects.plain(75)),
            "workflow": need(
                record(
                    {
                        "trigger": need(
                            record(
                                {
                                    "url": need(url()),
                                    "customizable_input_parameters": may(
                                        array(
                                            record(
                                                {"name": need(string()), "value": need(string())}
                                            )
                                        )
                                    ),
                                }
                            )
                        )
                    }
                )
            ),
            "style": may(choice("primary", "danger")),
            "accessibility_label": may(string(75)),
        }
    ),
    "plain_text_input": _typed(
        {
            "multiline": may(boolean),
            "min_length": may(number(0, _TEXT_INPUT["min_length_max"])),
            "max_length": may(number(1, _TEXT_INPUT["max_length_max"])),
        },
        _lengths_fit,
    ),
    "email_text_input": _typed({}),
    "url_text_input": _typed({}),
    "number_input": _typed(
        {
            "is_decimal_allowed": need(boolean),
            "min_value": may(string()),
            "max_value": may(string()),
        }
    ),
    "rich_text_input": _typed(
        {
            "initial_value": may(RICH_TEXT_BLOCK),
            "min_lines": may(number(1)),
            "max_lines": may(number(1)),
        }
    ),
    "file_input": only_on(
        frozenset({"modal"}),
        record(
            {
                "action_id": ID,
                "filetypes": may(array(string())),
                "max_files": may(number(1, ELEMENTS["file_input"]["max_files_max"])),
            }
        ),
    ),
    "feedback_buttons": record(
        {"action_id": ID, "positive_button": need(_FEEDBACK), "negative_button": need(_FEEDBACK)}
    ),
    "icon_button": record(
        {
            "action_id": ID,
            "icon": need(choice("trash")),
            "text": need(objects.plain(75)),
            "value": may(string(2000, least=0)),
            "accessibility_label": may(string(75)),
            "visible_to_user_ids": USERS,
            "confirm": may(objects.CONFIRMATION),
        }
    ),
}

_PICKERS = {
    "datepicker", "timepicker", "static_select", "external_select", "users_select",
    "channels_select", "conversations_select", "checkboxes", "radio_buttons",
}  # fmt: skip
_MULTI = {name for name in INTERACTIVE if name.startswith("multi_")}
_INPUTS = {name for name in INTERACTIVE if name.endswith("_input")}


def _only(names: set[str]) -> dict[str, Check]:
    return {name: INTERACTIVE[name] for name in names}


IN_ACTIONS = _only(
    _PICKERS | _MULTI | {"button", "overflow", "workflow_button", "datetimepicker"}
    | {"rich_text_input"}
)  # fmt: skip
IN_SECTION = _only(_PICKERS | _MULTI | {"button", "overflow", "workflow_button"}) | {
    "image": objects.IMAGE_ELEMENT
}
IN_INPUT = _only(_PICKERS | _MULTI | _INPUTS | {"datetimepicker"})
IN_CONTEXT_ACTIONS = _only({"feedback_buttons", "icon_button"})
