"""The workspace against Slack's own tables and schemas, where those are at hand."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from playground.workspace.blockkit import check_message_blocks, limits
from playground.workspace.model import Json
from playground.workspace.webapi.table import METHODS
from tests.playground.workspace.conftest import MANIFEST
from tests.playground.workspace.samples import ALERT, ELEMENTS, MESSAGE_BLOCKS
from tests.vendor_documents import vendor_document


@cache
def document(name: str) -> Json:
    return vendor_document(f"slack/{name}")


# limits


def test_our_limits_are_the_collected_ones() -> None:
    collected = document("block-kit/limits.json")
    ours = {
        "message": limits.MESSAGE,
        "view": limits.VIEW,
        "option": limits.OPTION,
        "confirm": limits.CONFIRM,
    }
    for name, numbers in ours.items():
        assert {key: collected[name][key] for key in numbers} == numbers

    for name, table in (("blocks", limits.BLOCKS), ("elements", limits.ELEMENTS)):
        for kind, numbers in table.items():
            assert {key: collected[name][kind][key] for key in numbers} == numbers, kind
    assert collected["text_object"]["max"] == limits.TEXT_MAX
    assert collected["ids"]["block_id_max"] == limits.ID_MAX


def test_no_collected_limit_is_forgotten() -> None:
    collected = document("block-kit/limits.json")
    newest = ("_newest", "_default")
    for kind, numbers in collected["blocks"].items():
        ours = limits.BLOCKS.get(kind, {})
        wanted = {
            key
            for key, value in numbers.items()
            if isinstance(value, int) and not isinstance(value, bool) and not key.endswith(newest)
        }
        assert wanted <= ours.keys(), kind


# shapes


@cache
def validator(definition: str) -> Draft202012Validator:
    types = document("block-kit/slack-types-3.2.0.schema.json")
    return Draft202012Validator(
        {"$ref": f"#/definitions/{definition}", "definitions": types["definitions"]}
    )


NOT_IN_TYPES = ("data_visualization",)
"""Newer than the type package."""


@pytest.mark.parametrize("kind", [k for k in MESSAGE_BLOCKS if k not in NOT_IN_TYPES])
def test_our_good_blocks_are_good_for_slacks_types(kind: str) -> None:
    validator("KnownBlock").validate(MESSAGE_BLOCKS[kind])


def test_our_good_alert_is_good_for_slacks_types() -> None:
    validator("KnownBlock").validate(ALERT)


@pytest.mark.parametrize("kind", [k for k in ELEMENTS if k not in ("button", "overflow")])
def test_our_good_elements_are_good_for_slacks_types(kind: str) -> None:
    validator("InputBlockElement").validate(ELEMENTS[kind])


@cache
def definitions_of_type() -> dict[str, set[str]]:
    """The property names of each block, by its `type`."""
    found: dict[str, set[str]] = {}
    for definition in document("block-kit/slack-types-3.2.0.schema.json")["definitions"].values():
        for shape in definition.get("anyOf", [definition]):
            kind = shape.get("properties", {}).get("type", {}).get("const")
            if kind in MESSAGE_BLOCKS or kind in ELEMENTS:
                found.setdefault(kind, set()).update(shape["properties"])
    return found


@pytest.mark.parametrize("kind", [k for k in MESSAGE_BLOCKS if k not in NOT_IN_TYPES])
def test_every_field_of_slacks_types_is_known_to_us(kind: str) -> None:
    for name in definitions_of_type()[kind]:
        block = copy.deepcopy(MESSAGE_BLOCKS[kind])
        block.setdefault(name, object())
        found = check_message_blocks([block], "/blocks", lambda file_id: True)
        assert not [p for p in found if p.text.startswith("invalid additional property")], name


# methods

OWN_READING: dict[str, str] = {
    "apps.connections.open": "the scope is that of app-level tokens, which the page leaves out",
    "assistant.threads.setStatus": "assistant:write opened it before chat:write did",
    "agents.sessions.setStatus": "not in the table",
    "agents.sessions.rename": "not in the table",
}
NOT_REQUIRED_BY_US = {
    ("assistant.threads.setSuggestedPrompts", "thread_ts"),  # agent apps leave it out
    ("assistant.threads.setStatus", "status"),  # may be empty, which clears
    ("chat.appendStream", "markdown_text"),  # or chunks
}


def pages() -> dict[str, Any]:
    methods: dict[str, Any] = document("methods/web-api-methods.json")["methods"]
    return methods


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_of_ours_is_a_method_of_slacks(name: str) -> None:
    assert name in pages()


@pytest.mark.parametrize("name", sorted(METHODS.keys() - OWN_READING.keys()))
def test_scopes_are_those_of_the_method_pages(name: str) -> None:
    assert set(METHODS[name].scopes) == set((pages()[name].get("scopes") or {}).get("bot", []))


@pytest.mark.parametrize("name", sorted(METHODS))
def test_what_slack_requires_we_require(name: str) -> None:
    required = {arg for arg, about in pages()[name]["args"].items() if about.get("required")}
    forgiven = {arg for method, arg in NOT_REQUIRED_BY_US if method == name}

    assert required - forgiven == set(METHODS[name].required)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_limits_are_no_wider_than_slacks_tiers(name: str) -> None:
    label = pages()[name].get("rate_limit") or ""
    tiers = {"Tier 1": 1, "Tier 2": 20, "Tier 3": 50, "Tier 4": 100}
    allowed = next((number for tier, number in tiers.items() if label.startswith(tier)), None)

    assert allowed is None or METHODS[name].per_minute <= allowed


# the manifest of these tests


def test_the_manifest_of_these_tests_is_one_that_slack_takes() -> None:
    schema = document("manifest/manifest.schema.2.0.0.json")

    Draft202012Validator(schema).validate(yaml.safe_load(MANIFEST.read_text()))
