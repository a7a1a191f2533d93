"""Values find their arguments in a schema that nobody here has seen, or the call is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.better_stack import BetterStack
from bot.connectors.better_stack.hosted import routes
from bot.connectors.better_stack.hosted.answers import Prose, body, parsed, refusal
from bot.connectors.better_stack.hosted.arguments import fill, unfilled
from bot.connectors.errors import Conflict, ConnectorError, Invalid, NotFound, Unavailable

NAMES = st.sampled_from(["incident_id", "from", "to", "content", "resolved", "policy_id", "page"])
PROPS = st.sampled_from(
    ["id", "incidentId", "from_date", "end", "comment", "resolved", "status", "limit", "x"]
)
TYPES = st.sampled_from(["string", "integer", "boolean"])


def schema(required: tuple[str, ...] = (), **types: str) -> dict[str, Any]:
    props = {name: {"type": kind} for name, kind in types.items()}
    return {"type": "object", "properties": props, "required": list(required)}


@pytest.mark.parametrize("name", ["id", "incident_id", "incidentId", "INCIDENT_ID"])
def test_an_id_is_found_under_each_of_its_names(name: str) -> None:
    filled = fill(
        "incident", schema((name,), **{name: "integer"}), {"incident_id": "7"}, ["incident_id"]
    )
    assert filled == {name: 7}


def test_only_the_last_of_several_ids_is_meant_by_id() -> None:
    ids = {"dashboard_id": "1", "chart_id": "2"}
    assert fill("remove_chart", schema(id="string"), ids, list(ids)) == {"id": "2"}


def test_open_incidents_are_asked_for_by_status_where_that_is_how_it_is_said() -> None:
    asked = {"properties": {"status": {"type": "string", "enum": ["open", "resolved"]}}}
    assert fill("incidents", asked, {"resolved": False}) == {"status": "open"}
    assert fill("incidents", asked, {"resolved": True}) == {"status": "resolved"}


def test_a_required_argument_without_a_value_is_named() -> None:
    strange = schema(("team", "id"), team="string", id="string")
    assert unfilled(strange, {"incident_id"}, ["incident_id"]) == ["team"]
    with pytest.raises(Invalid):
        fill("incident", strange, {"incident_id": "7"}, ["incident_id"])


@given(
    st.dictionaries(NAMES, st.one_of(st.text(max_size=5), st.booleans())),
    st.dictionaries(PROPS, TYPES),
)
def test_nothing_is_invented_and_nothing_that_matters_is_dropped(
    values: dict[str, Any], types: dict[str, str]
) -> None:
    try:
        filled = fill("tool", schema((), **types), values)
    except Invalid:
        return
    assert set(filled) <= set(types)
    assert len(filled) >= len([name for name in values if name != "page"])


def offered(*names: str, access: int = 1, **types: str) -> dict[str, dict[str, Any]]:
    return {name: {"schema": schema((), **types), "access": access} for name in names}


def test_the_old_names_carry_the_same_requests() -> None:
    tools = list(BetterStack.tools.values())
    acknowledge = BetterStack.tools["acknowledge_incident"]
    old = offered("uptime_acknowledge_incident_tool", access=2, id="string")
    path = "/api/v3/incidents/7/acknowledge"
    way = routes.route("POST", path, tools, acknowledge, old)
    assert way is not None
    assert (way.tool, dict(way.ids)) == ("uptime_acknowledge_incident_tool", {"incident_id": "7"})
    assert routes.route("POST", path, tools, None, old) is None


def test_a_tool_that_says_it_writes_never_serves_as_a_read() -> None:
    tools = list(BetterStack.tools.values())
    assert routes.route("GET", "/api/v2/monitors", tools, None, offered("monitors")) is not None
    writing = offered("monitors", access=2)
    assert routes.route("GET", "/api/v2/monitors", tools, None, writing) is None
    assert "list_monitors" in routes.closed(tools, writing)


def test_an_alert_is_not_toggled_blindly() -> None:
    """A tool that only flips the state would resume what was to be paused."""
    name = "telemetry_toggle_chart_alert_pause_tool"
    blind = schema(("id",), id="integer")
    ids = ["dashboard_id", "chart_id", "alert_id"]
    with pytest.raises(Invalid):
        fill(name, blind, {**dict.fromkeys(ids, "1"), "paused": True}, ids)


class Part:
    type = "text"

    def __init__(self, text: str) -> None:
        self.text = text


class Told:
    """An answer of a tool."""

    def __init__(self, text: str = "", structured: Any = None) -> None:
        self.content = [Part(text)]
        self.structured_content = structured


@pytest.mark.parametrize(
    "answer",
    [
        Told('[{"id": 7, "name": "Down"}]'),
        Told(structured={"result": [{"id": 7, "name": "Down"}]}),
        Told(structured={"incidents": [{"id": 7, "name": "Down"}]}),
        Told('{"data": [{"id": "7", "type": "incident", "attributes": {"name": "Down"}}]}'),
        Told('{"id": 7, "name": "Down"}\n{"id": 8, "name": "Up"}'),
    ],
)
def test_a_list_is_read_in_each_of_its_forms(answer: Told) -> None:
    first = body(answer, "incident", many=True)["data"][0]
    assert (str(first["id"]), first["attributes"]["name"]) == ("7", "Down")


def test_words_are_passed_on_as_words() -> None:
    with pytest.raises(Prose) as told:
        parsed(Told("# Incidents\nNone."))
    assert told.value.text == "# Incidents\nNone."


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("404: Resource not found", NotFound),
        ("Incident was already resolved", Conflict),
        ("upstream timed out", Unavailable),
        ("status must be one of up, down", Invalid),
    ],
)
def test_a_refusal_keeps_its_meaning(words: str, kind: type[ConnectorError]) -> None:
    assert type(refusal(words)) is kind
