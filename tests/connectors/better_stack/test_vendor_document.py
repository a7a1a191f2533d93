"""Every request to the Uptime API is one that the vendor documents."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.better_stack import BetterStack
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.samples import SAMPLES
from tests.connectors.helpers import look_ahead, run
from tests.vendor_documents import check_request, operation, vendor_document

NAME = "better_stack/betterstack-uptime.openapi.json"


UPTIME = sorted(v for v, one in BetterStack.tools.items() if one.area != "telemetry")
"""The vendor's document is of the Uptime API; Telemetry is held against the sandbox alone."""


@pytest.mark.parametrize("verb", UPTIME)
async def test_requests_are_as_documented(everywhere: Any, sandbox: Sandbox, verb: str) -> None:
    document = vendor_document(NAME)
    if BetterStack.tools[verb].has_preview:
        await look_ahead(everywhere, verb, **SAMPLES[verb])
    await run(everywhere, verb, **SAMPLES[verb])
    for entry in sandbox.journal:
        check_request(document, entry.method, entry.path, dict(entry.query), entry.body)


def test_declared_paths_are_documented() -> None:
    document = vendor_document(NAME)
    for tool in map(BetterStack.tools.__getitem__, UPTIME):
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
