"""Every request that any tool sends is one that the vendor documents, and none is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.better_stack import BetterStack
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.samples import SAMPLES
from tests.connectors.helpers import look_ahead, run
from tests.vendor_documents import check_request, operation, vendor_document

NAME = "better_stack/betterstack-uptime.openapi.json"


def test_each_tool_has_a_sample() -> None:
    assert set(SAMPLES) == set(BetterStack.tools)


@pytest.mark.parametrize("verb", sorted(BetterStack.tools))
async def test_requests_are_as_documented(everywhere: Any, sandbox: Sandbox, verb: str) -> None:
    document = vendor_document(NAME)
    if BetterStack.tools[verb].has_preview:
        await look_ahead(everywhere, verb, **SAMPLES[verb])
    await run(everywhere, verb, **SAMPLES[verb])
    for entry in sandbox.journal:
        check_request(document, entry.method, entry.path, dict(entry.query), entry.body)


@pytest.mark.parametrize("verb", sorted(BetterStack.tools))
async def test_the_declared_request_is_the_one_that_is_sent(
    stack: Any, sandbox: Sandbox, verb: str
) -> None:
    tool = BetterStack.tools[verb]
    await run(stack, verb, **SAMPLES[verb])
    sent = [(entry.method, _shape(entry.path)) for entry in sandbox.journal]
    assert (tool.method, _shape(tool.path)) in sent


def _shape(path: str) -> list[str]:
    return [
        "*" if part.isdigit() or part == "default" or part.startswith("{") else part
        for part in path.split("/")
    ]


def test_declared_paths_are_documented() -> None:
    document = vendor_document(NAME)
    for tool in BetterStack.tools.values():
        assert operation(document, tool.method, tool.path.replace("{", "").replace("}", ""))


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/api/v9/monitors", {}, None),
        ("PUT", "/api/v2/monitors", {}, None),
        ("GET", "/api/v2/monitors", {"color": "red"}, None),
        ("GET", "/api/v2/monitors", {"page": "1.5"}, None),
        ("POST", "/api/v3/incidents", {}, {"summary": "x"}),
        ("POST", "/api/v3/incidents", {}, {"summary": 1, "requester_email": "a@b"}),
        ("POST", "/api/v2/monitors", {}, {"colour": "red"}),
    ],
)
def test_the_check_finds_what_the_vendor_does_not_know(
    method: str, path: str, query: dict[str, str], body: object
) -> None:
    document = vendor_document(NAME)
    with pytest.raises(
        Exception, match=r"no GET|no PUT|no parameter|no fields|is not of type|is a required"
    ):
        check_request(document, method, path, query, body)
