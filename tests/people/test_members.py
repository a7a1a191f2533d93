"""Members: listed with roles and dates, given roles, removed; and never none who owns."""

from __future__ import annotations

import pytest

from bot.agents.permit import Permit
from bot.handlers.team import REMOVE
from bot.people.organisations import resolve
from bot.store.people import find_member
from bot.store.tables import Conversation, Member
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import TEAM


async def member(desk: Desk, user_id: str) -> Member:
    async with desk.harbor.store.reading(ORGANISATION) as session:
        found = await find_member(session, user_id)
    assert found is not None
    return found


async def test_the_team_is_shown_with_roles_and_join_dates(desk: Desk) -> None:
    told = await desk.command("UANA", "team")
    joined = int(desk.harbor.clock().timestamp())
    assert "*Harbor* · 2 members" in told
    assert f"*Ana* · owner · since <!date^{joined}^" in told
    assert f"*Bo* · viewer · since <!date^{joined}^" in told


async def test_a_viewer_sees_the_buttons_marked_and_a_press_says_who_can(desk: Desk) -> None:
    assert "🔒 Remove" in await desk.command("UBO", "team")
    assert "🔒" not in await desk.command("UANA", "team")
    told = await desk.press("UBO", REMOVE, f"{ORGANISATION}:UANA")
    assert "Only owners may change who belongs to the organisation" in told
    assert "Ask <@UANA>" in told
    assert (await member(desk, "UANA")).removed_at is None


async def test_a_big_team_is_shown_in_pages(desk: Desk) -> None:
    for number in range(30):
        desk.slack.add(f"U{number:02}", f"Crew{number:02}")
        await desk.services.acquaintance.member(ORGANISATION, TEAM, f"U{number:02}")
    first, second = await desk.command("UANA", "team"), await desk.command("UANA", "team list 2")
    assert "32 members" in first
    assert "Page 1 of 2" in first
    assert "Crew29" in second
    assert "Crew29" not in first


async def test_removing_takes_effect_on_the_next_event(desk: Desk) -> None:
    told = await desk.press("UANA", REMOVE, f"{ORGANISATION}:UBO")
    assert "Bo is no longer a member." in told
    assert "*Bo*" not in told
    told = await desk.command("UBO", "agents")
    assert "you are no longer a member of this organisation" in told
    assert "no longer a member" in await desk.open_home("UBO")
    assert await desk.harbor.sentences() == ["Ana removed Bo from the organisation, 09:00 UTC."]


async def test_a_run_of_a_removed_person_stops_at_its_next_step(desk: Desk) -> None:
    harbor = desk.harbor
    run = await harbor.ask()
    permit = Permit(harbor.store, harbor.queue, default_model="claude-sonnet-5-5")
    async with harbor.store.reading(ORGANISATION) as session:
        conversation = await session.get_one(Conversation, run.conversation_id)
    assert await permit.halt(run, conversation, harbor.debugger) is None
    await desk.command("UANA", "team role <@UBO> owner")
    await desk.command("UBO", "team remove <@UANA>")
    halt = await permit.halt(run, conversation, harbor.debugger)
    assert halt is not None
    assert "you are no longer a member of this organisation" in halt.words


async def test_a_run_stops_when_its_channel_goes_to_another_organisation(desk: Desk) -> None:
    harbor = desk.harbor
    run = await harbor.ask()
    permit = Permit(harbor.store, harbor.queue, default_model="")
    async with harbor.store.reading(ORGANISATION) as session:
        conversation = await session.get_one(Conversation, run.conversation_id)
    await desk.command("UANA", "org create Night shift", channel="DANA")
    await desk.command("UANA", "org channel Night shift")
    halt = await permit.halt(run, conversation, harbor.debugger)
    assert halt is not None
    assert "This channel belongs to another organisation now" in halt.words


async def test_other_organisations_of_a_removed_person_are_untouched(desk: Desk) -> None:
    await desk.command("UBO", "org create Night shift", channel="DBO")
    await desk.command("UANA", "team remove <@UBO|bo>")
    told = await desk.command("UBO", "org list", channel="DBO")
    assert "You are in 1 organisations *Night shift*" in told.replace(" section mrkdwn", "")


async def test_direct_messages_of_a_removed_person_go_back_to_the_default_one(desk: Desk) -> None:
    await desk.command("UANA", "org create Night shift", channel="DANA")
    await desk.command("UANA", "team invite <@UBO>", channel="DANA")
    await desk.command("UBO", "team accept", channel="DBO")
    await desk.command("UBO", "org switch Night shift", channel="DBO")
    assert "no longer a member" in await desk.command("UANA", "team remove <@UBO>", channel="DANA")
    site = await resolve(desk.harbor.store, TEAM, "DBO", "UBO", direct=True)
    assert site is not None
    assert site.organisation_id == ORGANISATION


async def test_several_owners_are_possible_and_never_none(desk: Desk) -> None:
    for typed in ("team remove <@UANA>", "team role <@UANA> editor"):
        assert "Ana is the only owner" in await desk.command("UANA", typed)
    await desk.command("UANA", "team role <@UBO> owner")
    assert "Ana is viewer now" in await desk.command("UBO", "team role <@UANA> viewer")
    assert "Bo is the only owner" in await desk.command("UBO", "team role <@UBO> viewer")


async def test_an_owner_who_left_the_workspace_does_not_count(desk: Desk) -> None:
    await desk.command("UANA", "team role <@UBO> owner")
    desk.slack.add("UBO", "Bo", deleted=True)
    desk.harbor.clock.forward(hours=25)
    await desk.services.acquaintance.member(ORGANISATION, TEAM, "UBO")
    assert "Ana is the only owner" in await desk.command("UANA", "team role <@UANA> editor")


async def test_a_press_on_the_list_of_another_organisation_does_nothing(desk: Desk) -> None:
    told = await desk.press("UANA", REMOVE, "labs:UBO")
    assert "That list is of another organisation" in told
    assert (await member(desk, "UBO")).removed_at is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("team remove", "Name one person"),
        ("team remove <@UNOBODY>", "<@UNOBODY> is not a member here"),
        ("team role <@UBO> captain", "one of: owner, editor, viewer"),
        ("team role <@UBO> viewer", "Bo is a viewer already"),
        ("team dance", "Write `/ops team"),
    ],
)
async def test_mistakes_are_explained(desk: Desk, typed: str, words: str) -> None:
    assert words in await desk.command("UANA", typed)
