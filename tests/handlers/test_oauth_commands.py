"""`/ops oauth` and `/ops tools`."""

from __future__ import annotations

import pytest

from bot.connectors.oauth import vendors
from bot.connectors.toolset import merge
from bot.store.tables import Connection
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk

TIDE = {"name": "tide", "title": "Tide", "description": "The tide.", "read_only": True}
RING = {"name": "ring", "title": "Ring", "description": "Rings <b> & tells."}


async def an_mcp_server(desk: Desk) -> None:
    """One that has listed a tool, and then another one beside it."""
    toolset = merge(None, [TIDE], "mcp_harbour", "Harbour")
    toolset = merge(toolset, [TIDE, RING], "mcp_harbour", "Harbour")
    async with desk.harbor.store.writing(ORGANISATION) as session:
        session.add(
            Connection(
                id="mcp1",
                connector="mcp",
                label="Harbour",
                settings={"url": "https://mcp.example.com/mcp", "category": "monitoring"},
                credentials=b"",
                created_at=desk.harbor.clock(),
                toolset=toolset,
            )
        )


async def toolset_of(desk: Desk) -> dict[str, object]:
    async with desk.harbor.store.reading(ORGANISATION) as session:
        row = await session.get_one(Connection, "mcp1")
        assert row.toolset is not None
        return row.toolset


async def test_every_service_is_listed_with_what_it_needs(desk: Desk) -> None:
    told = await desk.command("UANA", "oauth")
    for oauth in vendors().values():
        assert f"*{oauth.title}*" in told
    assert "needs an OAuth app" in told


async def test_an_owner_gets_the_steps_and_a_link(desk: Desk) -> None:
    told = await desk.command("UANA", "oauth gitlab")
    assert "https://ops.example/oauth/gitlab/callback" in told
    assert "https://ops.example/connect/harbor/" in told
    assert "Add new application" in told


async def test_others_may_not_register_an_app(desk: Desk) -> None:
    told = await desk.command("UBO", "oauth gitlab")
    assert "connect/harbor" not in told


async def test_a_wrong_name_is_told_with_the_nearest(desk: Desk) -> None:
    assert "/ops oauth gitlab" in await desk.command("UANA", "oauth gitlub")


async def test_what_waits_is_shown_and_accepted_as_it_was_shown(desk: Desk) -> None:
    await an_mcp_server(desk)
    told = await desk.command("UANA", "tools Harbour")
    assert "Tide" in told
    assert "Rings &lt;b&gt; &amp; tells." in told
    toolset = await toolset_of(desk)
    code = str(toolset["digest"])[:8]
    assert f"/ops tools Harbour accept {code}" in told
    assert "Accepted: Ring." in await desk.command("UANA", f"tools Harbour accept {code}")
    assert (await toolset_of(desk))["changed"] == []


@pytest.mark.parametrize("code", ["00000000", "", "x"])
async def test_another_code_accepts_nothing(desk: Desk, code: str) -> None:
    await an_mcp_server(desk)
    await desk.command("UANA", f"tools Harbour accept {code}")
    assert (await toolset_of(desk))["changed"]


async def test_only_an_owner_accepts(desk: Desk) -> None:
    await an_mcp_server(desk)
    code = str((await toolset_of(desk))["digest"])[:8]
    told = await desk.command("UBO", f"tools Harbour accept {code}")
    assert "Accepted" not in told
    assert (await toolset_of(desk))["changed"]


async def test_without_a_server_it_says_how(desk: Desk) -> None:
    assert "Write `/ops tools <connection>`" in (await desk.command("UANA", "tools")).replace(
        "&lt;", "<"
    ).replace("&gt;", ">")
