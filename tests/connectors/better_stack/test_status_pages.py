"""Status pages: what customers are told."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connectors.better_stack.shaping.pages import status_page_link
from bot.connectors.results import Change
from playground.betterstack.server import Sandbox
from tests.connectors.helpers import look_ahead, rows, run


async def test_pages_are_listed_with_their_public_address(stack: Any) -> None:
    [page] = await rows(stack, "list_status_pages")
    assert page["company_name"] == "Harbor"
    assert page["link"] == "https://status.harbor.example"
    assert page["aggregate_state"] == "downtime"


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ({"subdomain": "acme", "custom_domain": "status.acme.example"}, "status.acme.example"),
        ({"subdomain": "acme", "custom_domain": None}, "acme.betteruptime.com"),
        ({}, None),
    ],
)
def test_the_own_domain_comes_before_the_subdomain(page: dict[str, Any], link: str | None) -> None:
    assert status_page_link(page) == (f"https://{link}" if link else None)


async def test_resources_have_their_availability_in_percent(stack: Any) -> None:
    found = await rows(stack, "list_status_page_resources", status_page_id="8001")
    by_name = {row["name"]: row for row in found}
    assert by_name["Checkout"]["status"] == "downtime"
    assert 90 < by_name["Checkout"]["availability_percent"] <= 100
    assert by_name["Checkout"]["resource_id"] == "3001"


async def test_a_resource_s_public_name_is_changed(stack: Any, sandbox: Sandbox) -> None:
    asked = {
        "status_page_id": "8001",
        "resource_id": "8202",
        "changes": {"public_name": "Checkout and payment"},
    }
    preview = await look_ahead(stack, "update_status_page_resource", **asked)
    assert preview.resource == "Checkout"
    assert list(preview.changes) == [Change("public_name", "Checkout", "Checkout and payment")]
    result = await run(stack, "update_status_page_resource", **asked)
    assert result.title == "Checkout and payment on status page 8001"
    assert sandbox.journal.writes()[0].body == {"public_name": "Checkout and payment"}
    assert (await look_ahead(stack, "update_status_page_resource", **asked)).done


async def test_a_page_is_created_once_and_not_public_unless_asked(
    stack: Any, sandbox: Sandbox
) -> None:
    asked = {
        "company_name": "Harbor Labs",
        "company_url": "https://labs.harbor.example",
        "subdomain": "harbor-labs",
        "timezone": "UTC",
    }
    preview = await look_ahead(stack, "create_status_page", **asked)
    assert Change("published", "not set", "no") in preview.changes
    result = await run(stack, "create_status_page", **asked)
    assert result.link == "https://harbor-labs.betteruptime.com"
    assert sandbox.journal.writes()[0].body == {**asked, "published": False}
    again = await look_ahead(stack, "create_status_page", **asked)
    assert again.obstacle == "a page with this subdomain exists already"
    assert again.done
