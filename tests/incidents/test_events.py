"""What webhooks say, as their documentation has it and as nobody expected it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.incidents.events import About, read


def said(body: Any) -> tuple[str, str, str]:
    heard = read(json.dumps(body).encode())
    return (heard.about, heard.verb, heard.external_id)


@pytest.mark.parametrize(
    ("event", "verb"),
    [
        ("created", "created"),
        ("started", "created"),
        ("incident.started", "created"),
        ("acknowledged", "acknowledged"),
        ("unacknowledged", "reopened"),
        ("resolved", "resolved"),
        ("reopened", "reopened"),
        ("comment", "commented"),
        ("incident_commented", "commented"),
        ("deleted", "deleted"),
    ],
)
def test_events_of_incidents_are_told_apart_however_they_are_spelled(event: str, verb: str) -> None:
    body = {"event": event, "data": {"id": "7", "type": "incident", "attributes": {}}}
    assert said(body) == (About.INCIDENT, verb, "7")


@pytest.mark.parametrize(
    ("moments", "verb"),
    [
        ({"started_at": "2026-11-22T08:00:00Z"}, "created"),
        ({"acknowledged_at": "2026-11-22T08:01:00Z"}, "acknowledged"),
        ({"acknowledged_at": "x", "resolved_at": "2026-11-22T08:02:00Z"}, "resolved"),
        ({"acknowledged_at": None, "resolved_at": None}, "created"),
    ],
)
def test_an_event_without_a_name_is_told_by_its_moments(moments: Any, verb: str) -> None:
    body = {"data": {"id": 7, "type": "incident", "attributes": moments}}
    assert said(body) == (About.INCIDENT, verb, "7")


@pytest.mark.parametrize(
    ("event", "verb"),
    [
        ("created", "created"),
        ("monitor.updated", "updated"),
        ("paused", "paused"),
        ("unpaused", "unpaused"),
        ("resumed", "unpaused"),
        ("deleted", "deleted"),
    ],
)
def test_events_of_monitors_are_told_apart(event: str, verb: str) -> None:
    body = {"event": event, "data": {"id": "3001", "type": "monitor", "attributes": {}}}
    assert said(body) == (About.MONITOR, verb, "3001")


def test_a_change_of_who_is_on_call_is_heard_without_an_event_name() -> None:
    body = {"data": {"id": "6001", "type": "on_call_calendar", "relationships": {}}}
    assert said(body) == (About.ON_CALL, "changed", "6001")


def test_a_template_of_ones_own_is_understood_if_it_names_the_incident() -> None:
    assert said({"incident_id": 5101, "event": "resolved"}) == (
        About.INCIDENT,
        "resolved",
        "5101",
    )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON object"),
        (b"ping", "no JSON object"),
        (b"[1, 2]", "no JSON object"),
        (b'"incident"', "no JSON object"),
        (b"\xff\xfe\x00", "no JSON object"),
        (b'{"a": NaN}', "no JSON object"),
        (b'{"a": 1e999}', "no JSON object"),
        (b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", "no JSON object"),
        (b'{"hello": "world"}', "what it is about"),
        (b'{"event": "created", "data": {"type": "incident"}}', "no incident by its number"),
        (b'{"event": "created", "data": {"type": "incident", "id": "../1"}}', "by its number"),
        (b'{"event": "created", "data": {"type": "incident", "id": true}}', "by its number"),
        (b'{"event": {"x": 1}, "data": [1]}', "what it is about"),
    ],
)
def test_what_cannot_be_made_out_is_kept_with_the_reason(body: bytes, why: str) -> None:
    heard = read(body)
    assert heard.about is About.UNKNOWN
    assert why in heard.note
    assert heard.payload, "it is kept"


def test_the_same_body_has_the_same_key_however_it_is_written() -> None:
    one, other = read(b'{"a": 1, "b": [2]}'), read(b'{ "b":[2], "a":1 }')
    assert one.key == other.key
    assert one.key != read(b'{"a": 1, "b": [3]}').key


anything = some.recursive(
    some.none() | some.booleans() | some.floats() | some.integers() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=8,
)
shaped = some.fixed_dictionaries(
    {},
    optional={
        "event": anything | some.sampled_from(["created", "resolved"]),
        "incident_id": anything,
        "data": anything
        | some.fixed_dictionaries(
            {},
            optional={
                "id": anything,
                "type": anything | some.sampled_from(["incident", "monitor"]),
                "attributes": anything,
            },
        ),
    },
)


@given(some.binary() | shaped.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_heard_and_fits_the_table(body: bytes) -> None:
    heard = read(body)
    json.dumps(heard.payload, allow_nan=False)
    assert heard.about in About
    assert len(heard.verb) <= 32
    assert len(heard.external_id) <= 19
    assert heard.external_id.isdecimal() or not heard.external_id
    assert heard.external_id or heard.about is not About.INCIDENT
    assert bool(heard.note) == (heard.about is About.UNKNOWN)
