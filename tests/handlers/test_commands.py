"""`/ops` and its subcommands, as they are typed: also wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.handlers.commands import COMMANDS
from bot.store.tables import Agent, Connection
from tests.fixtures_store import ORGANISATION
from tests.support.connectors import TOKEN
from tests.support.desk import Desk, text_of
from tests.support.harbor import ALL


@pytest.mark.parametrize("typed", ["", "help", "HELP", "  help  "])
async def test_help_lists_every_command_in_a_line(desk: Desk, typed: str) -> None:
    answer = await desk.command("UANA", typed)
    for command in COMMANDS.values():
        assert f"`/ops {command.name}` {command.summary}" in answer
    assert "There is no" not in answer


@pytest.mark.parametrize(
    ("typed", "ways"),
    [
        ("help incidents", ["`/ops incidents`", "`/ops incidents routes`"]),
        ("help TEAM", ["`/ops team invite @person|email [as editor]`", "`/ops team accept`"]),
        ("help audit", ["`/ops audit [agent | @person | connection] [since yesterday]`"]),
        ("help usage", ["`/ops usage`"]),
    ],
)
async def test_help_shows_all_ways_to_write_a_command(
    desk: Desk, typed: str, ways: list[str]
) -> None:
    answer = await desk.command("UANA", typed)
    assert all(f"• {way}" in answer for way in ways)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("agnets", "There is no `/ops agnets`. Did you mean `/ops agents`?"),
        ("subscirbe daily incidents", "Did you mean `/ops subscribe`?"),
        ("connect better stack", "Did you mean `/ops connections`?"),
        ("help agnets", "Did you mean `/ops agents`?"),
        ("dance", "There is no `/ops dance`."),
        ("<!channel>", "There is no `/ops &lt;!channel&gt;`."),
    ],
)
async def test_an_unknown_command_is_told_with_the_nearest(
    desk: Desk, typed: str, words: str
) -> None:
    answer = await desk.command("UANA", typed)
    assert words in answer
    assert "`/ops help` lists what there is" in answer


async def test_a_command_of_another_name_is_answered_too(desk: Desk) -> None:
    answers: list[Any] = []

    async def ack(*words: Any, **_: Any) -> None:
        answers.extend(words)

    await desk.listeners.get("command", "/opps")(ack=ack, body={"command": "/opps"})
    assert answers == ["I do not know `/opps`. Try `/ops help`."]


async def test_whatever_is_typed_has_an_answer(desk: Desk) -> None:
    for name in COMMANDS:
        for rest in ("", " nonsense", " @nobody", " \u2603 <@UBO> 99", " " + "x" * 3000):
            for user in ("UANA", "UBO"):
                assert await desk.command(user, f"{name}{rest}"), (user, name, rest)


async def test_agents_are_shown_with_what_they_may_look_into(desk: Desk) -> None:
    assert "no access yet" in await desk.command("UBO", "agents")
    await desk.harbor.grant(ALL)
    answer = await desk.command("UBO", "agents")
    assert "*Debugger*  `@debugger`" in answer
    assert "Lamp (Demo)" in answer


async def test_connections_are_shown_and_tested(desk: Desk) -> None:
    assert "not tested yet" in await desk.command("UANA", "connections")
    answer = await desk.command("UANA", "connections test Demo")
    assert "*Lamp (Demo)* · connected" in answer
    assert "harbor master" in answer
    assert TOKEN not in answer


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("connections test Nowhere", "There are: `Demo`."),
        ("connections prob Demo", "There is no `/ops connections prob`"),
        ("access", "Name an agent. You can write: `@debugger`."),
        ("access @detective", "There is no agent called “detective”."),
        ("subscribe", "incidents"),
        ("subscribe daily weather at 9", "incidents"),
        ("unsubscribe incidents", "does not get the daily incidents report"),
        ("subscriptions", "No channel gets a daily report yet."),
    ],
)
async def test_mistakes_are_told_with_what_to_write(desk: Desk, typed: str, words: str) -> None:
    assert words in await desk.command("UANA", typed)
    assert desk.slack.sent("views_open") == []


# Access.


async def open_grid(desk: Desk) -> dict[str, Any]:
    await desk.command("UANA", "access @debugger")
    [opened] = desk.slack.sent("views_open")
    view: dict[str, Any] = opened["view"]
    return view


def chosen(view: dict[str, Any], **levels: str) -> dict[str, Any]:
    """The state of the grid with these areas set."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        area = str(block.get("block_id", "")).split(":")[0]
        if area in levels:
            option = {"value": levels[area]}
            action = block["element"]["action_id"]
            values[block["block_id"]] = {action: {"selected_option": option}}
    return values


async def save(desk: Desk, view: dict[str, Any], user: str = "UANA", **levels: str) -> str:
    metadata = json.loads(view["private_metadata"])
    return await desk.submit(user, view["callback_id"], metadata, chosen(view, **levels))


async def offered(desk: Desk) -> list[str]:
    return [spec.name for spec in await desk.harbor.gate.offered(desk.harbor.caller())]


async def test_access_is_set_area_by_area_and_put_on_record(desk: Desk) -> None:
    view = await open_grid(desk)
    assert "no access yet" in text_of(view)
    answer = await save(desk, view, lamps="write", house="off")
    assert "Saved. Debugger works with the new access from the next question on." in answer
    assert await offered(desk) == ["lamp_get_lamp", "lamp_list_lamps", "lamp_switch_lamp"]
    assert "Ana set what Debugger may do in Lamp (Demo): " in (await desk.harbor.sentences())[-1]

    await save(desk, view, lamps="off", house="off")
    assert await offered(desk) == []


async def test_only_owners_set_access(desk: Desk) -> None:
    view = await open_grid(desk)
    assert "Only owners may" in await desk.command("UBO", "access @debugger")
    assert "Only owners may change access." in await save(desk, view, user="UBO", lamps="full")
    assert await offered(desk) == []


async def test_an_owner_who_became_a_guest_sets_no_access_any_more(desk: Desk) -> None:
    view = await open_grid(desk)
    desk.slack.add("UANA", "Ana", is_restricted=True)
    desk.harbor.clock.forward(hours=25)
    await save(desk, view, lamps="full")
    assert await offered(desk) == []


async def test_without_a_service_that_fits_there_is_nothing_to_set(desk: Desk) -> None:
    async with desk.harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Connection, desk.harbor.connection.id)).connector = "till"
        assert (await session.get_one(Agent, "debugger")).type == "debugger"
    answer = await desk.command("UANA", "access @debugger")
    assert "No service is connected yet that Debugger could use." in answer
    assert desk.slack.sent("views_open") == []
