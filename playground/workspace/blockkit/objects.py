"""Composition objects: text, options, confirmation, files, dispatch settings."""

from __future__ import annotations

from typing import Any

from playground.workspace.blockkit.limits import CONFIRM, OPTION, TEXT_MAX
from playground.workspace.blockkit.schema import (
    Check,
    Report,
    array,
    boolean,
    choice,
    may,
    need,
    number,
    record,
    string,
    url,
    variant,
)


def plain(most: int = TEXT_MAX, least: int = 1) -> Check:
    shape = record({"text": need(string(most, least)), "emoji": may(boolean)})
    return variant({"plain_text": shape})


def mrkdwn(most: int = TEXT_MAX) -> Check:
    shape = record({"text": need(string(most)), "verbatim": may(boolean)})
    return variant({"mrkdwn": shape})


def text(most: int = TEXT_MAX) -> Check:
    return variant(
        {
            "plain_text": record({"text": need(string(most)), "emoji": may(boolean)}),
            "mrkdwn": record({"text": need(string(most)), "verbatim": may(boolean)}),
        }
    )


def _option(label: Check) -> Check:
    return record(
        {
            "text": need(label),
            "value": need(string(OPTION["value_max"])),
            "description": may(text(OPTION["description_max"])),
            "url": may(url(OPTION["url_max"])),
        }
    )


OPTION_PLAIN = _option(plain(OPTION["text_max"]))
OPTION_ANY = _option(text(OPTION["text_max"]))
OPTION_GROUP = record(
    {"label": need(plain(OPTION["text_max"])), "options": need(array(OPTION_PLAIN, 1, 100))}
)

CONFIRMATION = record(
    {
        "title": need(plain(CONFIRM["title_max"])),
        "text": need(text(CONFIRM["text_max"])),
        "confirm": need(plain(CONFIRM["confirm_max"])),
        "deny": need(plain(CONFIRM["deny_max"])),
        "style": may(choice("primary", "danger")),
    }
)
DISPATCH = record(
    {"trigger_actions_on": need(array(choice("on_enter_pressed", "on_character_entered"), 1, 2))}
)
FILTER = record(
    {
        "include": may(array(choice("im", "mpim", "private", "public"))),
        "exclude_bot_users": may(boolean),
        "exclude_external_shared_channels": may(boolean),
    }
)


def _file_known(value: Any, pointer: str, report: Report) -> None:
    if ("id" in value) == ("url" in value):
        report.add("must provide exactly one of id, url", pointer)
    elif "id" in value and not report.file_exists(value["id"]):
        report.add("invalid slack file", pointer)


SLACK_FILE = record({"id": may(string()), "url": may(url())}, _file_known)


def one_of(*names: str) -> Check:
    """Exactly one of these fields."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if sum(value.get(name) is not None for name in names) != 1:
            report.add(f"must provide exactly one of {', '.join(names)}", pointer)

    return check


def some_of(*names: str) -> Check:
    """At least one of these fields."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not any(value.get(name) is not None for name in names):
            report.add(f"missing required field: {' or '.join(names)}", pointer)

    return check


IMAGE_ELEMENT = record(
    {
        "alt_text": need(string(2000)),
        "image_url": may(url()),
        "slack_file": may(SLACK_FILE),
    },
    one_of("image_url", "slack_file"),
)
IMAGE = variant({"image": IMAGE_ELEMENT})
SOURCE = variant({"url": record({"url": need(url()), "text": need(string())})})
RAW_TEXT = record({"text": need(string())})
RAW_NUMBER = record({"value": need(number(whole=False)), "text": may(string())})
