"""Whatever is asked, of whatever tools: it ends, calls only what is offered, and only validly."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.agents.messages import Asked, Replied, Request, Returned, ToolReturn, ToolSpec, Turn
from bot.agents.offline import NOTICE, OfflinePlanner
from bot.agents.offline.desk import MOST_CALLS
from bot.connectors.base import Access
from tests.agents.offline.world import NOW, everything

FORMATS = jsonschema.FormatChecker()
KNOWN = [tool.spec for tool in everything()]
WORDS = st.sampled_from(
    """which incidents are open and who is on call acknowledge resolve the checkout incident it them
    second one first all ones yesterday since monday last 24h between 9 11 delete create a ticket :
    high priority titled "Rotate keys" comment on payments in eu failed orders table run `select 1`
    from logs errors ? , . ! #8101 pay_1 not don't please can you only how many tables describe
    monitor availability pause resume update what about its of this week 2026-03-01 @ ada <@U1> >
    last 12 limit 99 things search for abcdef thing x
    """.split()
)
TALK = st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=60)

NAMES = st.sampled_from(
    """list_things get_thing search_things create_thing delete_thing thing update_thing who_has
    things acme_list_incidents acme_get_incident acme_acknowledge_incident listOrders orders.get
    x _ --""".split()
)
SCALARS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({"type": "string"}),
    st.just({"type": "string", "format": "date"}),
    st.just({"type": "string", "format": "date-time"}),
    st.just({"type": "string", "pattern": "^[a-z]+$", "minLength": 2}),
    st.just({"type": "string", "enum": ["open", "closed", "high"]}),
    st.just({"type": "integer", "minimum": 1, "maximum": 9}),
    st.just({"type": "integer", "exclusiveMinimum": 0}),
    st.just({"type": "number"}),
    st.just({"type": "boolean"}),
    st.just({"enum": [1, "a", None]}),
    st.just({"const": "fixed"}),
    st.just({"type": ["string", "null"], "maxLength": 5}),
    st.just({"type": "object", "properties": {"a": {"type": "integer"}}}),
    st.just({"$ref": "#/$defs/Level"}),
    st.just({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}], "default": None}),
    st.just({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    st.just({"type": "string", "multipleOf": 2}),
    st.just({}),
)
SCHEMAS = SCALARS | st.builds(lambda item: {"type": "array", "items": item, "minItems": 1}, SCALARS)
PARAMS = st.sampled_from(
    """id thing_id incident_id name query q from to since until date period days limit resolved
    status title content email url connection table sql number_of_legs who""".split()
)


@st.composite
def specs(draw: st.DrawFn) -> list[ToolSpec]:
    found = []
    for name in draw(st.lists(NAMES, max_size=6, unique=True)):
        properties = draw(st.dictionaries(PARAMS, SCHEMAS, max_size=4))
        required = [one for one in properties if draw(st.booleans())]
        schema = {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
            "$defs": {"Level": {"type": "string", "enum": ["low", "high"]}},
        }
        access = draw(st.sampled_from([Access.READ, Access.READ, Access.WRITE, Access.FULL]))
        found.append(ToolSpec(name, draw(st.text(max_size=20)), schema, access))
    return found


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.just("2026-03-04T10:00:00Z")
)
ROWS = st.lists(
    st.dictionaries(st.sampled_from(["id", "name", "status", "link", "at", "x", "table"]), VALUES),
    max_size=4,
)
DATA = st.one_of(
    st.none(),
    ROWS.map(lambda found: {"rows": found, "title": "Rows", "cut": "", "link": ""}),
    ROWS.map(lambda found: {"data": found[0] if found else {}, "title": "One"}),
    st.just({"rows": None, "data": None, "title": None}),
)


async def converse(tools: list[ToolSpec], questions: list[str], draw: Any) -> None:
    turns: list[Turn] = []
    offered = {tool.name: tool for tool in tools}
    for question in questions:
        turns.append(Asked(question, "Ada"))
        made: list[str] = []
        for step in range(9):
            assert step < 8, "more than eight steps"
            reply = await respond(tools, turns)
            assert reply == await respond(tools, turns), "not the same answer twice"
            turns.append(reply)
            if not reply.calls:
                assert reply.text.endswith(f"_{NOTICE}_")
                break
            assert reply.text == ""
            for call in reply.calls:
                schema = offered[call.name].schema
                jsonschema.validate(call.arguments, schema, format_checker=FORMATS)
                made.append(json.dumps([call.name, call.arguments], sort_keys=True))
            returns = []
            for call in reply.calls:
                data = draw(DATA)
                failed = data is None and draw(st.booleans())
                returns.append(ToolReturn(call.id, call.name, "Denied or not.", data, failed))
            turns.append(Returned(returns))
        assert len(made) == len(set(made)), "the same call twice"
        assert len(made) <= MOST_CALLS


async def respond(tools: list[ToolSpec], turns: list[Turn]) -> Replied:
    async def hear(said: str) -> None:
        assert said

    request = Request("", list(turns), tools, NOW, "Europe/Berlin")
    return await OfflinePlanner().respond(request, hear)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    tools=st.lists(st.sampled_from(KNOWN), unique_by=lambda tool: tool.name),
    questions=st.lists(TALK, min_size=1, max_size=3),
    data=st.data(),
)
async def test_any_question_of_any_of_the_invented_tools(
    tools: list[ToolSpec], questions: list[str], data: st.DataObject
) -> None:
    await converse(tools, questions, data.draw)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(tools=specs(), questions=st.lists(TALK, min_size=1, max_size=2), data=st.data())
async def test_any_question_of_tools_with_any_schema(
    tools: list[ToolSpec], questions: list[str], data: st.DataObject
) -> None:
    await converse(tools, questions, data.draw)


NO_ORDERS = st.lists(
    st.sampled_from(
        """which incidents are open who is on call acknowledged resolved the checkout incident it
        them yesterday payments failed tickets monitors paused tables""".split()
    ),
    max_size=10,
).map(lambda words: " ".join(["which", *words]) + "?")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(questions=st.lists(NO_ORDERS, min_size=1, max_size=3), data=st.data())
async def test_without_an_order_nothing_is_ever_written(
    questions: list[str], data: st.DataObject
) -> None:
    reads = [tool.name for tool in KNOWN if tool.access is Access.READ]
    turns: list[Turn] = []
    for question in questions:
        turns.append(Asked(question, "Ada"))
        while True:
            reply = await respond(KNOWN, turns)
            turns.append(reply)
            if not reply.calls:
                break
            assert all(call.name in reads for call in reply.calls)
            turns.append(
                Returned(
                    [ToolReturn(call.id, call.name, "", data.draw(DATA)) for call in reply.calls]
                )
            )
