"""A workspace's organisations: which one an event belongs to, and what people do with them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.handlers.commands.org import SWITCH
from bot.people.organisations import resolve
from bot.store.people import ensure_workspace, find_member, organisations
from bot.store.tables import Agent, Conversation, Member, Organisation, Role, Subscription
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, add_member
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL, TEAM, Harbor


async def found(harbor: Harbor, channel: str, user: str = "UANA") -> str:
    direct = channel.startswith("D")
    site = await resolve(harbor.store, TEAM, channel, user, direct=direct)
    assert site is not None
    return site.organisation_id


async def called(desk: Desk, name: str) -> Organisation:
    every = await organisations(desk.harbor.store)
    return next(one for one in every if one.name == name)


async def member_of(harbor: Harbor, organisation_id: str, user_id: str) -> Member | None:
    async with harbor.store.reading(organisation_id) as session:
        return await find_member(session, user_id)


async def test_a_workspace_starts_with_an_organisation_named_after_it(harbor: Harbor) -> None:
    made = await ensure_workspace(
        harbor.store, team_id="T9", name="Pier", bot_user_id="U9", plan="scale", now=harbor.clock()
    )
    async with harbor.store.installation() as session:
        organisation = await session.get_one(Organisation, made.organisation_id)
    assert (organisation.name, organisation.plan) == ("Pier", "scale")


async def test_the_first_who_administers_the_workspace_owns_it_and_no_later_one(
    desk: Desk,
) -> None:
    store = desk.harbor.store
    pier = await ensure_workspace(
        store, team_id="T9", name="Pier", bot_user_id="U9", plan="scale", now=desk.harbor.clock()
    )
    for user, name in (("UEVA", "Eva"), ("UFAY", "Fay")):
        desk.slack.add(user, name, team_id="T9", is_admin=True)
    know = desk.services.acquaintance
    assert (await know.member(pier.organisation_id, "T9", "UEVA")).role == Role.OWNER
    assert (await know.member(pier.organisation_id, "T9", "UFAY")).role == Role.VIEWER


async def test_whatever_belongs_to_nobody_else_belongs_to_the_default_organisation(
    harbor: Harbor,
) -> None:
    assert await found(harbor, CHANNEL) == ORGANISATION
    assert await found(harbor, "DANA") == ORGANISATION
    assert await found(harbor, "") == ORGANISATION
    assert await resolve(harbor.store, "TSTRANGE", CHANNEL, "UANA", direct=False) is None


async def test_creating_one_makes_it_empty_on_the_default_plan_and_switches_to_it(
    desk: Desk,
) -> None:
    told = await desk.command("UBO", "org create Night shift", channel="DBO")
    assert "you own it" in told
    made = await called(desk, "Night shift")
    assert made.plan == "scale"
    assert await found(desk.harbor, "DBO", "UBO") == made.id
    assert await found(desk.harbor, "DANA", "UANA") == ORGANISATION
    assert await found(desk.harbor, CHANNEL, "UBO") == ORGANISATION
    bo = await member_of(desk.harbor, made.id, "UBO")
    assert bo is not None
    assert bo.role == Role.OWNER
    assert "There are no agents yet" in await desk.command("UBO", "agents", channel="DBO")


async def test_there_is_no_limit_on_their_number_and_the_list_shows_role_and_active(
    desk: Desk,
) -> None:
    for number in range(47):
        await desk.command("UBO", f"org create Crew {number:02}", channel="DBO")
    told = await desk.command("UBO", "org list", channel="DBO")
    assert "You are in 48 organisations" in told
    assert "*Crew 00* · owner" in told
    assert "And 3 more" in told
    await desk.command("UBO", "org switch crew 00", channel="DBO")
    assert "*Crew 00* · owner · *active*" in await desk.command("UBO", "org list", channel="DBO")


async def test_switching_is_remembered_and_can_be_pressed(desk: Desk) -> None:
    await desk.command("UBO", "org create Night shift", channel="DBO")
    assert "*Harbor*" in await desk.press("UBO", SWITCH, ORGANISATION, channel="DBO")
    assert await found(desk.harbor, "DBO", "UBO") == ORGANISATION


async def test_nobody_switches_to_an_organisation_that_is_not_theirs(desk: Desk) -> None:
    told = await desk.command("UBO", "org switch Labs", channel="DBO")
    assert "You are in no organisation called “Labs”" in told
    told = await desk.press("UBO", SWITCH, OTHER_ORGANISATION, channel="DBO")
    assert "You are in no organisation" in told
    assert await found(desk.harbor, "DBO", "UBO") == ORGANISATION


async def test_owners_rename_and_viewers_are_told_who_can(desk: Desk) -> None:
    told = await desk.command("UBO", "org rename Pier")
    assert "Only owners may change the organisation, and you are a viewer. Ask <@UANA>." in told
    assert "*Harbor* is called *Pier &amp; Quay* now" in await desk.command(
        "UANA", "org rename Pier &amp; Quay"
    )
    assert (await called(desk, "Pier & Quay")).id == ORGANISATION


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("org create", "Give the organisation a name"),
        ("org create " + "x" * 81, "at most 80 characters"),
        ("org create HARBOR", "You are in an organisation called HARBOR already"),
        ("org what", "Write `/ops org"),
        ("org invited-only maybe", "invited-only on"),
    ],
)
async def test_mistakes_are_explained(desk: Desk, typed: str, words: str) -> None:
    assert words in await desk.command("UANA", typed)


async def test_a_channel_is_given_by_somebody_who_owns_both(desk: Desk) -> None:
    await desk.command("UANA", "org create Night shift", channel="DANA")
    told = await desk.command("UANA", "org channel Night shift", channel="CNIGHT")
    assert "belongs to *Night shift* from the next message on" in told
    assert await found(desk.harbor, "CNIGHT") == (await called(desk, "Night shift")).id
    assert "belongs to *Night shift*" in await desk.command("UANA", "org channel", channel="CNIGHT")
    told = await desk.command("UBO", "org channel", channel="CNIGHT")
    assert "you are not invited to this organisation" in told
    assert "Night" not in told


async def test_an_owner_of_only_one_side_cannot_move_a_channel(desk: Desk) -> None:
    await desk.command("UBO", "org create Night shift", channel="DBO")
    told = await desk.command("UBO", "org channel Night shift", channel="CNIGHT")
    assert "Only owners may change the organisation" in told
    assert await found(desk.harbor, "CNIGHT") == ORGANISATION
    told = await desk.command("UANA", "org channel Night shift", channel="DANA")
    assert "You are in no organisation called “Night shift”" in told


async def test_a_channel_that_moves_takes_nothing_along(desk: Desk) -> None:
    await desk.command("UANA", "subscribe daily incidents at 09:00", channel="CNIGHT")
    await desk.command("UANA", "org create Night shift", channel="DANA")
    await desk.command("UANA", "org channel Night shift", channel="CNIGHT")
    async with desk.harbor.store.reading(ORGANISATION) as session:
        assert (await only(session, Subscription)).cancelled_at == desk.harbor.clock()
    for organisation_id in (ORGANISATION, (await called(desk, "Night shift")).id):
        entries = await desk.harbor.sentences() if organisation_id == ORGANISATION else []
        assert not any("Night shift" in sentence for sentence in entries)


async def test_a_thread_goes_on_anew_in_the_organisation_that_its_channel_moved_to(
    desk: Desk,
) -> None:
    await desk.say("UANA", "@debugger is the mast lamp on?", channel="CNIGHT", ts="7.1")
    await desk.command("UANA", "org create Night shift", channel="DANA")
    night = (await called(desk, "Night shift")).id
    async with desk.harbor.store.writing(night) as session:
        session.add(await hired(desk))
    await desk.command("UANA", "org channel Night shift", channel="CNIGHT")
    more = {"thread_ts": "7.1", "ts": "7.2"}
    await desk.say("UANA", "@debugger and the bow lamp?", channel="CNIGHT", **more)
    for organisation_id in (ORGANISATION, night):
        async with desk.harbor.store.reading(organisation_id) as session:
            assert (await only(session, Conversation)).thread_ts == "7.1"


async def test_takeover_needs_that_every_owner_left_the_workspace(desk: Desk) -> None:
    desk.slack.add("UDEE", "Dee", is_admin=True)
    assert "There is no organisation here whose owners" in await desk.command(
        "UDEE", "org takeover"
    )
    desk.slack.add("UANA", "Ana", deleted=True)
    assert "Only admins of the Slack workspace" in await desk.command("UBO", "org takeover")
    assert "You are an owner of *Harbor* now" in await desk.command("UDEE", "org takeover")
    dee = await member_of(desk.harbor, ORGANISATION, "UDEE")
    assert dee is not None
    assert dee.role == Role.OWNER
    assert any("took over" in sentence for sentence in await desk.harbor.sentences())


async def test_takeover_says_nothing_of_organisations_that_have_owners(desk: Desk) -> None:
    await add_member(desk.harbor.store, "zoe", "Zoe", "UTC", OTHER_ORGANISATION)
    desk.slack.add("UDEE", "Dee", is_admin=True)
    asked = " users_info"  # what Slack was asked follows what the person was told
    existing, _, _ = (await desk.command("UDEE", "org takeover Labs")).partition(asked)
    missing, _, _ = (await desk.command("UDEE", "org takeover Nothing")).partition(asked)
    assert existing.replace("Labs", "X") == missing.replace("Nothing", "X")


async def test_takeover_waits_while_slack_does_not_say(desk: Desk) -> None:
    desk.slack.add("UDEE", "Dee", is_admin=True)
    del desk.slack.users["UANA"]
    assert "There is no organisation" in await desk.command("UDEE", "org takeover")


async def only(session: Any, table: Any) -> Any:
    return (await session.scalars(select(table))).one()


async def hired(desk: Desk) -> Any:
    return Agent(
        name="Debugger", handle="debugger", type="debugger", icon="", created_at=desk.harbor.clock()
    )
