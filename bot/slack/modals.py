"""Builders of modals and of the fields in them, each within Slack's limits.

As in `blocks`: what people read is clipped, what a program reads is never cut. A menu refuses
more options than Slack takes, so whoever has more decides which are left out. Numbers:
docs.slack.dev, "Block Kit".
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack.blocks import MAX_ID, clip, counted, plain_text, whole
from bot.slack.messages import Block

MAX_BLOCKS = 100
MAX_TITLE = 24
"""Of the button that submits and of the one that closes, too."""

MAX_METADATA = 3000
MAX_LABEL = 2000
MAX_PLACEHOLDER = 150
MAX_INPUT = 3000
MAX_OPTIONS = 100
MAX_CHECKBOXES = 10
MAX_OPTION = 75
MAX_OPTION_VALUE = 150


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str = "",
    submit: str = "",
    close: str = "Cancel",
    metadata: str = "",
) -> Block:
    """A modal. Only one with a `submit` can be submitted, and then its `callback_id` is called.
    `metadata` comes back with it, and holds no secret."""
    counted("blocks in a modal", blocks, MAX_BLOCKS)
    made: Block = {"type": "modal", "title": plain_text(title, MAX_TITLE), "blocks": list(blocks)}
    made["close"] = plain_text(close, MAX_TITLE)
    if callback_id:
        made["callback_id"] = whole("callback_id", callback_id, MAX_ID)
    if submit:
        made["submit"] = plain_text(submit, MAX_TITLE)
    if metadata:
        made["private_metadata"] = whole("private_metadata", metadata, MAX_METADATA)
    return made


def input_field(
    block_id: str,
    label: str,
    element: Block,
    *,
    hint: str = "",
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """Something to fill in, under its label. `dispatch`: every change is told at once."""
    made: Block = {"type": "input", "label": plain_text(label, MAX_LABEL), "element": element}
    made["block_id"] = whole("block_id", block_id, MAX_ID)
    if hint:
        made["hint"] = plain_text(hint, MAX_LABEL)
    if optional:
        made["optional"] = True
    if dispatch:
        made["dispatch_action"] = True
    return made


def text_input(action_id: str, most: int, *, initial: str = "", multiline: bool = False) -> Block:
    """A text box for up to `most` characters."""
    if not 1 <= most <= MAX_INPUT:
        raise ValueError(f"Slack takes 1 to {MAX_INPUT} characters in a text box, not {most}")
    made = _element("plain_text_input", action_id) | {"max_length": most}
    if initial:
        made["initial_value"] = clip(initial, most)
    if multiline:
        made["multiline"] = True
    return made


def option(value: str, text: str, description: str = "") -> Block:
    """Something to choose. `description` stands under it in small letters."""
    made: Block = {"text": plain_text(text, MAX_OPTION)}
    made["value"] = whole("value of an option", value, MAX_OPTION_VALUE)
    return made | {"description": plain_text(description, MAX_OPTION)} if description else made


def option_group(label: str, options: Sequence[Block]) -> Block:
    """Options under a heading, for a menu that is made of such groups alone."""
    counted("options of a group", options, MAX_OPTIONS)
    return {"label": plain_text(label, MAX_OPTION), "options": list(options)}


def select(
    action_id: str, options: Sequence[Block], *, chosen: str = "", placeholder: str = ""
) -> Block:
    """A menu of options or of groups. `chosen` is the value of an option."""
    made = _menu("static_select", action_id, options, placeholder)
    return made | {"initial_option": _with(options, [chosen])[0]} if chosen else made


def multi_select(
    action_id: str,
    options: Sequence[Block],
    *,
    chosen: Sequence[str] = (),
    placeholder: str = "",
    most: int = 0,
) -> Block:
    """A menu of options or of groups to choose several from, at most `most`. What is `chosen`,
    as values of options, is shown in that order."""
    made = _menu("multi_static_select", action_id, options, placeholder)
    if chosen:
        made["initial_options"] = _with(options, chosen)
    if most:
        made["max_selected_items"] = most
    return made


def checkboxes(action_id: str, options: Sequence[Block], *, chosen: Sequence[str] = ()) -> Block:
    """Boxes to tick. What is `chosen`, as values of options, is ticked."""
    counted("checkboxes", options, MAX_CHECKBOXES)
    made = _element("checkboxes", action_id) | {"options": list(options)}
    return made | {"initial_options": _with(options, chosen)} if chosen else made


def _element(kind: str, action_id: str) -> Block:
    return {"type": kind, "action_id": whole("action_id", action_id, MAX_ID)}


def _menu(kind: str, action_id: str, options: Sequence[Block], placeholder: str) -> Block:
    counted("options or groups of a menu", options, MAX_OPTIONS)
    key = "option_groups" if "options" in options[0] else "options"
    made = _element(kind, action_id) | {key: list(options)}
    if placeholder:
        made["placeholder"] = plain_text(placeholder, MAX_PLACEHOLDER)
    return made


def _with(options: Sequence[Block], values: Sequence[str]) -> list[Block]:
    """The options of these values. One that is not offered would be lost when the modal is
    saved, so it is refused."""
    offered = {one["value"]: one for entry in options for one in entry.get("options", [entry])}
    if strange := [value for value in values if value not in offered]:
        raise ValueError(f"No option has the value {strange[0]!r}")
    return [offered[value] for value in values]
