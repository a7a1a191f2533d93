"""Finding interactive elements in blocks, and the state that people's input makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from playground.workspace.model import Json

_ROWS = ("actions", "context_actions")
_VALUE_OF = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "file_input": "files",
}
_INITIAL_OF = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
}
_SEVERAL = (
    "selected_options",
    "selected_users",
    "selected_channels",
    "selected_conversations",
    "files",
)


def every_block(blocks: list[Json]) -> Iterator[Json]:
    """The blocks and those inside containers and carousels."""
    for block in blocks:
        yield block
        yield from every_block(block.get("child_blocks") or [])
        if block["type"] == "carousel":
            yield from every_block(block["elements"])


def interactive_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each block with each of its elements that a person can use."""
    for block in every_block(blocks):
        elements = list(block["elements"]) if block["type"] in _ROWS else []
        elements += block.get("actions") or []
        elements += [block.get("accessory"), block.get("element")]
        for element in elements:
            if isinstance(element, dict) and element.get("type") != "image":
                yield block, element


def fill_in_ids(blocks: list[Json], make: Callable[[], str]) -> None:
    """Gives each block and each interactive element the id that Slack would give it."""
    for block in every_block(blocks):
        block.setdefault("block_id", make())
    for _, element in interactive_elements(blocks):
        element.setdefault("action_id", make())


def blocks_of(body: Json) -> list[Json]:
    """A message's blocks, with those in its attachments."""
    blocks = list(body.get("blocks") or ())
    for attachment in body.get("attachments") or ():
        blocks += attachment.get("blocks") or ()
    return blocks


def find_element(
    blocks: list[Json], action_id: str, block_id: str | None = None
) -> tuple[Json, Json] | None:
    for block, element in interactive_elements(blocks):
        if element.get("action_id") == action_id and block_id in (None, block["block_id"]):
            return block, element
    return None


def value_field(element: Json) -> str | None:
    """The name under which Slack sends what was entered; None for buttons."""
    return _VALUE_OF.get(element["type"])


def state_of(blocks: list[Json], entered: Json) -> Json:
    """The `state` of these blocks: what was entered, else the initial values, else empty."""
    values: Json = {}
    for block, element in interactive_elements(blocks):
        field = value_field(element)
        if field is None or element["type"] == "overflow":
            continue
        given = entered.get(block["block_id"], {}).get(element["action_id"])
        value = given if given is not None else {field: _initial(element, field)}
        values.setdefault(block["block_id"], {})[element["action_id"]] = {
            "type": element["type"],
            **{name: entry for name, entry in value.items() if name != "type"},
        }
    return {"values": values}


def _initial(element: Json, field: str) -> Any:
    initial = element.get(_INITIAL_OF.get(field, ""))
    return [] if initial is None and field in _SEVERAL else initial


def as_entered(element: Json, value: object) -> Json:
    """A plain value (a text, an option's value, a user id) as Slack's state has it."""
    field = value_field(element)
    if field is None:
        return {"value": value}
    if field == "selected_option":
        return {field: _option(element, str(value))}
    if field == "selected_options":
        chosen = value if isinstance(value, (list, tuple)) else [value]
        return {field: [_option(element, str(one)) for one in chosen]}
    return {field: value}


def _option(element: Json, value: str) -> Json:
    options = list(element.get("options") or ())
    for group in element.get("option_groups") or ():
        options += group["options"]
    for option in options:
        if option["value"] == value:
            return dict(option)
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": value}, "value": value}
    raise LookupError(f"{element['action_id']} has no option with the value {value!r}.")


def input_errors(blocks: list[Json], state: Json) -> dict[str, str]:
    """What Slack itself objects to before an app hears of a submission."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = state["values"].get(block["block_id"], {}).get(element["action_id"], {})
        problem = _input_error(block, element, entry.get(value_field(element) or "value"))
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _input_error(block: Json, element: Json, value: Any) -> str | None:
    if not value:
        return None if block.get("optional") else "Please complete this required field."
    if isinstance(value, str):
        if len(value) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Please enter at most {element.get('max_length', 3000)} characters."
    return _format_error(element, value)


def _format_error(element: Json, value: Any) -> str | None:
    if element["type"] == "email_text_input" and "@" not in value:
        return "Please enter a valid email address."
    if element["type"] == "url_text_input" and "://" not in value:
        return "Please enter a valid URL."
    if element["type"] == "number_input":
        return _number_error(element, value)
    return None


def _number_error(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter at most {element['max_value']}."
    return None
