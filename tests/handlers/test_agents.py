"""Agents in Slack: made, shaped, copied, pinned and archived, by who may."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from bot.agents.types import TYPES
from bot.handlers.access import chosen_reach
from bot.store.tables import Agent, AgentLink, ChannelDefault, Grant
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk, text_of

Json = dict[str, Any]


def option(value: str) -> Json:
    return {"selected_option": {"value": value}}


def ticked(*values: str) -> Json:
    return {"selected_options": [{"value": one} for one in values]}


async def press(desk: Desk, user: str, action: str, key: str, channel: str = "C1") -> str:
    return await desk.press(user, action, f"{ORGANISATION}:{key}", channel=channel)


def shown(desk: Desk) -> Json:
    """The modal that was opened or changed last."""
    methods = ("views_open", "views_update", "views_push")
    view: Json = [sent["view"] for name, sent in desk.slack.calls if name in methods][-1]
    return view


def block(view: Json, block_id: str) -> Json:
    """A block by its id, or the first whose id begins so."""
    found = (one for one in view["blocks"] if one.get("block_id", "").startswith(block_id))
    made: Json = next(found, {})
    return made


def values_of(view: Json, **changed: Any) -> Json:
    """What would be submitted, with some fields changed; their states by block id."""
    state: Json = {}
    for one in view["blocks"]:
        element = one.get("element")
        if element is None:
            continue
        held = {
            "value": element.get("initial_value"),
            "selected_option": element.get("initial_option"),
            "selected_options": element.get("initial_options", []),
            "selected_conversations": element.get("initial_conversations", []),
        }
        name = one["block_id"].partition(":")[0]
        state[one["block_id"]] = {element["action_id"]: changed.get(name, held)}
    return state


async def save(desk: Desk, user: str = "UANA", **changed: Any) -> str:
    """Submits the form that is open."""
    view = shown(desk)
    metadata = json.loads(view["private_metadata"])
    return await desk.submit(user, "agent_form", metadata, values_of(view, **changed))


async def new(desk: Desk, name: str, kind: str = "custom", user: str = "UANA", **more: Any) -> str:
    await desk.command(user, "agents new")
    view = shown(desk)
    await desk.press_in_view(user, view, "agent_type_choose", f"{ORGANISATION}:{kind}")
    return await save(desk, user, name={"value": name}, **more)


async def edit(desk: Desk, handle: str, user: str = "UANA", **changed: Any) -> str:
    await desk.command(user, f"agents edit @{handle}")
    return await save(desk, user, **changed)


async def agent(desk: Desk, handle: str) -> Agent:
    async with desk.harbor.store.reading(ORGANISATION) as session:
        found = await session.scalar(select(Agent).where(Agent.handle == handle))
    assert found is not None
    return found


async def rows(desk: Desk, table: type[Any]) -> list[Any]:
    async with desk.harbor.store.reading(ORGANISATION) as session:
        return list(await session.scalars(select(table)))


@pytest.fixture
async def editor(desk: Desk) -> str:
    await desk.command("UANA", "team role <@UBO> editor")
    return "UBO"


# Making one


async def test_each_type_is_described_with_what_it_works_with(desk: Desk) -> None:
    await desk.command("UANA", "agents new")
    told = text_of(shown(desk))
    for kind in TYPES.values():
        assert kind.title in told
        assert kind.description in told
    assert "Works with monitoring, errors, logs, databases, ticketing, code" in told
    assert "Works with every kind of connection" in told


async def test_a_new_agent_can_be_asked(desk: Desk) -> None:
    told = await new(
        desk,
        "@Tony",
        "analyst",
        description={"value": "Knows the  numbers"},
        icon={"value": ":ship:"},
        model=option("gpt-5-mini"),
    )
    assert "*Tony* is here" in told
    made = await agent(desk, "tony")
    assert (made.name, made.type, made.icon, made.model) == (
        "Tony", "analyst", ":ship:", "gpt-5-mini",
    )  # fmt: skip
    assert made.created_by == "ana"
    listed = await desk.command("UBO", "agents")
    assert ":ship: *Tony*  `@tony` · Analyst\nKnows the numbers\n_no access yet_" in listed
    assert "Ana made the agent Tony (Analyst)" in await desk.command("UANA", "audit")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Debugger", "Debugger is mentioned as @debugger already"),
        ("  de-bugger! ", ""),
        ("DEBUGGER", "already"),
        ("here", "means somebody else in Slack"),
        ("@Everyone", "means somebody else"),
        ("🔥", "needs a letter or a digit"),
        ("", "needs a letter or a digit"),
        ("x" * 41, "at most 40"),
        ("Österreich 24/7", ""),
        ("日本", ""),
    ],
)
async def test_a_name_is_any_that_means_nobody_else(desk: Desk, name: str, words: str) -> None:
    told = await new(desk, name)
    if words:
        assert "errors" in told or words in told
        assert words in told
        assert len(await rows(desk, Agent)) == 1
    else:
        assert "is here" in told


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("icon", {"value": "mag"}, "between colons"),
        ("model", option("gpt-99"), "not offered"),
        ("type", option("poet"), "Choose a type"),
        ("colleagues", ticked("nobody"), "no such agent"),
    ],
)
async def test_what_cannot_be_is_said_at_its_field(
    desk: Desk, field: str, value: Json, words: str
) -> None:
    changed: dict[str, Any] = {field: value}
    told = await new(desk, "Tony", **changed)
    assert words in told
    assert len(await rows(desk, Agent)) == 1


async def test_custom_has_the_teams_own_instructions_and_others_have_not(desk: Desk) -> None:
    await new(desk, "Tony", prompt={"value": "Speak like a harbour master."})
    assert (await agent(desk, "tony")).prompt == "Speak like a harbour master."
    await desk.command("UANA", "agents edit @debugger")
    assert not block(shown(desk), "prompt")


async def test_the_plans_room_counts_and_archived_ones_do_not(desk: Desk) -> None:
    await new(desk, "Tony")
    await desk.command("UANA", "plan explore")
    told = await new(desk, "Third")
    assert "has room for 2 agents, and there are 2: Debugger, Tony." in told
    await desk.command("UANA", "agents archive @tony")
    view = shown(desk)
    metadata = json.loads(view["private_metadata"])
    assert "*Tony* is archived" in await desk.submit("UANA", "agent_archived", metadata, {})
    assert "is here" in await new(desk, "Third")
    assert "room for 2 agents" in await desk.command("UANA", "agents restore tony")


async def test_a_model_above_the_plan_is_not_offered(desk: Desk) -> None:
    await desk.command("UANA", "plan explore")
    await desk.command("UANA", "agents edit @debugger")
    offered = text_of(block(shown(desk), "model"))
    assert "Claude Haiku" in offered
    assert "Opus" not in offered


# Changing one


async def test_what_changed_is_on_record_in_a_sentence(desk: Desk) -> None:
    await new(desk, "Tony")
    await edit(desk, "tony", name={"value": "Night watch"}, model=option("gpt-5-mini"))
    told = await desk.command("UANA", "audit")
    assert (
        "Ana changed the agent Tony: the name is Night watch, mentioned as @night-watch; "
        "the model is GPT-5 mini" in told
    )


async def test_saving_without_a_change_is_not_on_record(desk: Desk) -> None:
    before = await desk.harbor.sentences()
    assert "*Debugger* is saved" in await edit(desk, "debugger")
    assert await desk.harbor.sentences() == before


async def test_another_type_shows_what_fits_it(desk: Desk) -> None:
    await desk.command("UANA", "agents edit @debugger")
    view = shown(desk)
    assert "Puts numbers" not in text_of(view)
    await desk.press_in_view("UANA", view, "type", "custom")
    assert block(shown(desk), "prompt")
    assert "team writes for it" in text_of(shown(desk))


async def test_connections_are_ticked_by_category_and_ask_for_a_preset_one_by_one(
    desk: Desk,
) -> None:
    second = await desk.harbor.connect("Second")
    await desk.command("UANA", "agents edit @debugger")
    boxes = block(shown(desk), "connections")
    assert len(boxes["element"]["options"]) == 2
    first = desk.harbor.connection.id
    told = await save(desk, connections=ticked(first, second.id))
    assert "update" in told
    assert await rows(desk, Grant) == [], "nothing is granted before somebody said how much"
    answer = desk.heard[-1][-1][-1]
    grid = answer["view"]
    assert chosen_reach({"state": {"values": values_of(grid)}}).levels
    metadata = json.loads(grid["private_metadata"])
    assert metadata["then"] == [second.id]
    await desk.submit("UANA", "access_grid", metadata, values_of(grid))
    following = desk.heard[-1][-1][-1]["view"]
    assert json.loads(following["private_metadata"])["connection"] == second.id
    assert {one.connection_id for one in await rows(desk, Grant)} == {first}


async def test_unticking_takes_the_access_away(desk: Desk) -> None:
    await desk.harbor.grant({"lamps": 1})  # type: ignore[dict-item]
    await edit(desk, "debugger", connections=ticked())
    assert await rows(desk, Grant) == []
    assert any("no access to" in one for one in await desk.harbor.sentences())


async def test_an_editor_shapes_agents_but_gives_and_takes_no_access(
    desk: Desk, editor: str
) -> None:
    await desk.harbor.grant({"lamps": 1})  # type: ignore[dict-item]
    await desk.command(editor, "agents edit @debugger")
    assert "🔒 Owners set what an agent may reach" in text_of(shown(desk))
    forged = {"connections:Monitoring:0": {"connections": ticked()}}
    view = shown(desk)
    values = values_of(view, name={"value": "Finder"}) | forged
    await desk.submit(editor, "agent_form", json.loads(view["private_metadata"]), values)
    assert (await agent(desk, "finder")).name == "Finder"
    assert len(await rows(desk, Grant)) == 1


# Viewers


@pytest.mark.parametrize("verb", ["settings", "access", "duplicate", "archive"])
async def test_a_viewer_sees_each_control_locked_and_a_press_says_who_can(
    desk: Desk, verb: str
) -> None:
    listed = await desk.command("UBO", "agents")
    for words in ("🔒 Settings", "🔒 Access", "🔒 Duplicate", "🔒 Archive", "🔒 New agent"):
        assert words in listed
    told = await press(desk, "UBO", "agent_more", f"{verb}:debugger")
    assert "and you are a viewer. Ask <@UANA>." in told
    assert "views_open" not in [name for name, _ in desk.slack.calls]


async def test_a_viewer_cannot_make_or_save_one(desk: Desk) -> None:
    assert "Only owners and editors may create or edit agents" in await desk.command(
        "UBO", "agents new"
    )
    await desk.command("UANA", "agents edit @debugger")
    assert "Only owners and editors" in await save(desk, "UBO", name={"value": "Mine"})
    assert (await agent(desk, "debugger")).name == "Debugger"


# Only me


@pytest.fixture
async def private(desk: Desk) -> Desk:
    await new(desk, "Secretary", visibility=option("only_me"))
    return desk


async def test_a_private_agent_is_there_for_its_maker_alone(private: Desk, editor: str) -> None:
    desk = private
    assert "only you see it" in await desk.command("UANA", "agents")
    for line in ("agents", "access @secretary", "approvals @secretary", "agents edit @secretary"):
        told = await desk.command(editor, line)
        assert "Secretary" not in told.replace("“@secretary”", "")
    assert "Secretary" in await desk.open_home("UANA")
    assert "Secretary" not in await desk.open_home(editor)
    told = await press(
        desk, editor, "agent_more", f"settings:{(await agent(desk, 'secretary')).id}"
    )
    assert "no such agent any more" in told


async def test_its_name_is_taken_without_saying_by_what(private: Desk, editor: str) -> None:
    told = await new(private, "Secretary", user=editor)
    assert "This name is taken. Choose another." in told


async def test_owners_see_its_audit_and_editors_do_not(private: Desk, editor: str) -> None:
    desk = private
    assert "Ana made the agent Secretary" in await desk.command("UANA", "audit")
    for line in ("audit", "audit @secretary"):
        told = await desk.command(editor, line)
        assert "Secretary" not in told
    await desk.command("UANA", "team role <@UBO> owner")
    assert "Ana made the agent Secretary" in await desk.command(editor, "audit")
    assert "Nothing is on record of Secretary" in await desk.command(editor, "audit @secretary")


async def test_it_counts_towards_the_plan_unnamed(private: Desk, editor: str) -> None:
    await private.command("UANA", "plan explore")
    told = await new(private, "Third", user=editor)
    assert "there are 2: Debugger and 1 more" in told


async def test_going_private_drops_it_from_others_agents_and_channels(
    desk: Desk, editor: str
) -> None:
    await new(desk, "Secretary", channels={"selected_conversations": ["C9"]})
    secretary = await agent(desk, "secretary")
    await new(desk, "Theirs", user=editor, colleagues=ticked(secretary.id))
    await new(desk, "Mine", colleagues=ticked(secretary.id))
    assert len(await rows(desk, AgentLink)) == 2
    assert "cannot answer for a channel" in await edit(
        desk, "secretary", visibility=option("only_me")
    )
    nowhere: Json = {"selected_conversations": []}
    await edit(desk, "secretary", visibility=option("only_me"), channels=nowhere)
    [link] = await rows(desk, AgentLink)
    assert link.agent_id == (await agent(desk, "mine")).id
    assert await rows(desk, ChannelDefault) == []


async def test_only_its_maker_is_shown_the_setting(desk: Desk, editor: str) -> None:
    await new(desk, "Tony", user=editor)
    await desk.command("UANA", "agents edit @tony")
    assert not block(shown(desk), "visibility")
    view = shown(desk)
    values = values_of(view) | {"visibility": {"visibility": option("only_me")}}
    told = await desk.submit("UANA", "agent_form", json.loads(view["private_metadata"]), values)
    assert "Only the person who made an agent" in told


async def test_somebody_elses_save_keeps_links_that_they_cannot_see(
    private: Desk, editor: str
) -> None:
    secretary = await agent(private, "secretary")
    await new(private, "Shared", colleagues=ticked(secretary.id))
    await edit(private, "shared", editor, description={"value": "Changed"})
    [link] = await rows(private, AgentLink)
    assert link.connected_id == secretary.id


# Connected agents, channels


async def test_two_agents_cannot_ask_each_other(desk: Desk) -> None:
    await new(desk, "Tony", colleagues=ticked("debugger"))
    tony = await agent(desk, "tony")
    told = await edit(desk, "debugger", colleagues=ticked(tony.id))
    assert "Tony may ask Debugger already" in told


async def test_at_most_ten_are_connected(desk: Desk) -> None:
    for number in range(11):
        await desk.harbor.hire(f"helper{number}")
    told = await edit(desk, "debugger", colleagues=ticked(*(f"helper{n}" for n in range(11))))
    assert "connected to 10 agents, which is the limit" in told
    assert await rows(desk, AgentLink) == []


async def test_a_channel_has_one_default_agent(desk: Desk) -> None:
    await new(desk, "Tony", channels={"selected_conversations": ["C8", "C9"]})
    assert "Answers in <#C8> <#C9> when nobody is named" in await desk.command("UBO", "agents")
    await edit(desk, "debugger", channels={"selected_conversations": ["C9"]})
    held = {one.channel_id: one.agent_id for one in await rows(desk, ChannelDefault)}
    assert held == {"C8": (await agent(desk, "tony")).id, "C9": "debugger"}


@pytest.mark.parametrize(
    ("action", "title", "words"),
    [
        ("agent_knowledge", "What it knows", "Debugger"),
        ("agent_access_details", "Access", "no access yet"),
        ("agent_approvers", "Who approves", "Debugger"),
    ],
)
async def test_the_settings_lead_to_the_modals_of_their_own(
    desk: Desk, action: str, title: str, words: str
) -> None:
    await desk.command("UANA", "agents edit @debugger")
    view = shown(desk)
    await desk.press_in_view("UANA", view, action, f"{ORGANISATION}:debugger")
    [pushed] = desk.slack.sent("views_push")
    assert pushed["view"]["title"]["text"] == title
    assert words in text_of(pushed)
    told = await desk.press_in_view("UBO", view, action, f"{ORGANISATION}:debugger")
    assert "and you are a viewer" in told
    assert len(desk.slack.sent("views_push")) == 1


# Copies and the archive


async def test_a_copy_has_everything_of_the_original(desk: Desk) -> None:
    await desk.harbor.grant({"lamps": 2})  # type: ignore[dict-item]
    await new(desk, "Tony")
    await edit(desk, "debugger", colleagues=ticked((await agent(desk, "tony")).id))
    assert "`@debugger-copy`" in await press(desk, "UANA", "agent_more", "duplicate:debugger")
    made = await agent(desk, "debugger-copy")
    assert (made.name, made.type) == ("Debugger copy", "debugger")
    assert {one.agent_id for one in await rows(desk, Grant)} == {"debugger", made.id}
    assert {one.agent_id for one in await rows(desk, AgentLink)} == {"debugger", made.id}
    await desk.command("UANA", "agents duplicate @debugger")
    assert (await agent(desk, "debugger-copy-2")).name == "Debugger copy 2"


async def test_an_editors_copy_begins_without_access(desk: Desk, editor: str) -> None:
    await desk.harbor.grant({"lamps": 2})  # type: ignore[dict-item]
    await press(desk, editor, "agent_more", "duplicate:debugger")
    assert {one.agent_id for one in await rows(desk, Grant)} == {"debugger"}
    assert "as Debugger copy, without its access" in (await desk.harbor.sentences())[-1]


async def test_an_archived_agent_is_gone_keeps_its_name_and_comes_back(desk: Desk) -> None:
    await new(desk, "Tony", channels={"selected_conversations": ["C9"]})
    tony = await agent(desk, "tony")
    await press(desk, "UANA", "agent_more", f"archive:{tony.id}")
    metadata = json.loads(shown(desk)["private_metadata"])
    await desk.submit("UANA", "agent_archived", metadata, {})
    listed = await desk.command("UBO", "agents")
    assert "*Tony*" not in listed
    assert "1 archived" in listed
    assert "Tony, which is archived, has this name" in await new(desk, "tony")
    assert await rows(desk, ChannelDefault) == []
    assert "🔒 Bring back" in await desk.command("UBO", "agents archived")
    assert "Only owners and editors" in await press(desk, "UBO", "agent_restore", tony.id)
    assert "*Tony* is back: `@tony`" in await press(desk, "UANA", "agent_restore", tony.id)
    assert "Ana brought the agent Tony back" in (await desk.harbor.sentences())[-1]


async def test_a_form_of_another_organisation_changes_nothing(desk: Desk) -> None:
    await desk.command("UANA", "agents edit @debugger")
    view = shown(desk)
    held = json.loads(view["private_metadata"]) | {"organisation": "labs"}
    values = values_of(view, name={"value": "Mine"})
    assert "another organisation" in await desk.submit("UANA", "agent_form", held, values)
    assert (await agent(desk, "debugger")).name == "Debugger"
