"""Invitations: seven days, for one person alone, by Slack account or confirmed address."""

from __future__ import annotations

import pytest

from bot.handlers.invitations import ACCEPT
from bot.handlers.team import REVOKE
from bot.people.invitations import open_ones
from bot.store.people import find_member, organisations
from bot.store.tables import Invitation, Member
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk, text_of


async def night_shift(desk: Desk) -> str:
    """Ana's second organisation, which her direct messages belong to now."""
    await desk.command("UANA", "org create Night shift", channel="DANA")
    every = await organisations(desk.harbor.store)
    return next(one.id for one in every if one.name == "Night shift")


async def invite(desk: Desk, whom: str) -> Invitation:
    await desk.command("UANA", f"team invite {whom}", channel="DANA")
    organisation_id = await active(desk)
    async with desk.harbor.store.reading(organisation_id) as session:
        return (await open_ones(session, desk.harbor.clock()))[-1]


async def active(desk: Desk) -> str:
    return next(
        one.id for one in await organisations(desk.harbor.store) if one.name == "Night shift"
    )


async def member(desk: Desk, organisation_id: str, user_id: str) -> Member | None:
    async with desk.harbor.store.reading(organisation_id) as session:
        return await find_member(session, user_id)


async def test_an_invited_person_accepts_with_the_button_of_the_direct_message(desk: Desk) -> None:
    night = await night_shift(desk)
    told = await desk.command("UANA", "team invite <@UCHIDI|chidi> as editor", channel="DANA")
    assert "<@UCHIDI> is invited as editor" in told
    await desk.bring_invitations()
    letter = desk.slack.sent("chat_postMessage")[-1]
    assert letter["channel"] == "DUCHIDI"
    assert "<@UANA> invites you to *Night shift* as editor" in text_of(letter)
    button = letter["blocks"][1]["elements"][0]
    assert button["action_id"] == ACCEPT
    told = await desk.press("UCHIDI", ACCEPT, button["value"], channel="DUCHIDI")
    assert "You are in *Night shift* now, as editor" in told
    chidi = await member(desk, night, "UCHIDI")
    assert chidi is not None
    assert (chidi.role, chidi.outsider) == ("editor", "")


async def test_nobody_else_can_accept_whatever_they_press(desk: Desk) -> None:
    night = await night_shift(desk)
    invitation = await invite(desk, "<@UCHIDI|chidi>")
    told = await desk.press("UBO", ACCEPT, f"{night}:{invitation.id}", channel="DBO")
    assert "This invitation is not for you." in told
    assert "There is no open invitation for you" in await desk.command(
        "UBO", "team accept", channel="DBO"
    )
    assert await member(desk, night, "UBO") is None


async def test_one_by_email_is_for_the_account_with_that_address_without_case(desk: Desk) -> None:
    night = await night_shift(desk)
    await invite(desk, "<mailto:CHIDI@Harbor.Example|CHIDI@Harbor.Example> as editor")
    assert "no open invitation" in await desk.command("UBO", "team accept", channel="DBO")
    told = await desk.command("UCHIDI", "team accept", channel="DCHIDI")
    assert "You are in *Night shift* now" in told
    chidi = await member(desk, night, "UCHIDI")
    assert chidi is not None
    assert chidi.role == "editor"


async def test_an_address_that_slack_has_not_confirmed_accepts_nothing(desk: Desk) -> None:
    await night_shift(desk)
    await invite(desk, "chidi@harbor.example")
    desk.slack.add("UCHIDI", "Chidi", is_email_confirmed=False)
    told = await desk.command("UCHIDI", "team accept", channel="DCHIDI")
    assert "There is no open invitation for you" in told


async def test_one_by_email_is_brought_to_its_account_if_there_is_one(desk: Desk) -> None:
    await night_shift(desk)
    await invite(desk, "chidi@harbor.example")
    await invite(desk, "nobody@harbor.example")
    await desk.bring_invitations()
    assert [one["channel"] for one in desk.slack.sent("chat_postMessage")] == ["DUCHIDI"]


async def test_an_invitation_lasts_seven_days(desk: Desk) -> None:
    night = await night_shift(desk)
    invitation = await invite(desk, "<@UCHIDI>")
    desk.harbor.clock.forward(days=6, hours=23)
    assert "invited as viewer" in await desk.command("UANA", "team", channel="DANA")
    desk.harbor.clock.forward(hours=1)
    assert "invited as viewer" not in await desk.command("UANA", "team", channel="DANA")
    told = await desk.press("UCHIDI", ACCEPT, f"{night}:{invitation.id}", channel="DCHIDI")
    assert "This invitation has expired: it lasted seven days." in told
    assert await member(desk, night, "UCHIDI") is None


async def test_a_revoked_invitation_cannot_be_accepted(desk: Desk) -> None:
    night = await night_shift(desk)
    invitation = await invite(desk, "<@UCHIDI>")
    told = await desk.press("UANA", REVOKE, f"{night}:{invitation.id}", channel="DANA")
    assert "The invitation of <@UCHIDI> is taken back." in told
    told = await desk.press("UCHIDI", ACCEPT, f"{night}:{invitation.id}", channel="DCHIDI")
    assert "This invitation was taken back" in told


async def test_an_accepted_invitation_cannot_be_accepted_again(desk: Desk) -> None:
    night = await night_shift(desk)
    invitation = await invite(desk, "<@UCHIDI>")
    await desk.command("UCHIDI", "team accept", channel="DCHIDI")
    await desk.command("UANA", "team remove <@UCHIDI>", channel="DANA")
    told = await desk.press("UCHIDI", ACCEPT, f"{night}:{invitation.id}", channel="DCHIDI")
    assert "accepted this invitation already" in told
    chidi = await member(desk, night, "UCHIDI")
    assert chidi is not None
    assert chidi.removed_at is not None


async def test_whoever_was_removed_can_be_invited_again(desk: Desk) -> None:
    night = await night_shift(desk)
    await invite(desk, "<@UCHIDI> as editor")
    await desk.command("UCHIDI", "team accept", channel="DCHIDI")
    await desk.command("UANA", "team remove <@UCHIDI>", channel="DANA")
    await invite(desk, "<@UCHIDI>")
    await desk.command("UCHIDI", "team accept", channel="DCHIDI")
    chidi = await member(desk, night, "UCHIDI")
    assert chidi is not None
    assert (chidi.role, chidi.removed_at, chidi.outsider) == ("viewer", None, "")


async def test_of_several_invitations_one_is_chosen(desk: Desk) -> None:
    await night_shift(desk)
    await invite(desk, "<@UCHIDI>")
    await desk.command("UANA", "team invite chidi@harbor.example")
    told = await desk.command("UCHIDI", "team accept", channel="DCHIDI")
    assert "You have 2 open invitations" in told
    assert "*Night shift*" in told
    assert "*Harbor*" in told


async def test_inviting_again_replaces_the_open_invitation(desk: Desk) -> None:
    night = await night_shift(desk)
    first = await invite(desk, "<@UCHIDI>")
    await invite(desk, "<@UCHIDI> as editor")
    told = await desk.press("UCHIDI", ACCEPT, f"{night}:{first.id}", channel="DCHIDI")
    assert "taken back" in told
    assert "as editor" in await desk.command("UCHIDI", "team accept", channel="DCHIDI")


async def test_guests_are_not_invited_and_could_not_accept(desk: Desk) -> None:
    night = await night_shift(desk)
    invitation = await invite(desk, "<@UCHIDI>")
    desk.slack.add("UCHIDI", "Chidi", is_restricted=True)
    told = await desk.command("UANA", "team invite <@UCHIDI>", channel="DANA")
    assert "Only full members of this workspace can be invited" in told
    told = await desk.press("UCHIDI", ACCEPT, f"{night}:{invitation.id}", channel="DCHIDI")
    assert "Only full members of the Slack workspace can join" in told


async def test_an_address_is_shown_to_owners_and_never_on_record(desk: Desk) -> None:
    await desk.command("UANA", "team invite chidi@harbor.example")
    assert "chidi@harbor.example" in await desk.command("UANA", "team")
    assert "chidi@harbor.example" not in await desk.command("UBO", "team")
    assert not any("chidi@" in sentence for sentence in await desk.harbor.sentences())


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("team invite", "Name one person"),
        ("team invite bo", "Name one person"),
        ("team invite <@UBO|bo>", "Bo is a member already, as viewer"),
        ("team revoke <@UCHIDI>", "There is no such open invitation"),
        ("team revoke", "Name one person"),
    ],
)
async def test_mistakes_are_explained(desk: Desk, typed: str, words: str) -> None:
    assert words in await desk.command("UANA", typed)


async def test_everything_is_on_record_in_plain_english(desk: Desk) -> None:
    await desk.command("UANA", "team invite <@UCHIDI> as editor")
    await desk.command("UCHIDI", "team accept", channel="DCHIDI")
    assert await desk.harbor.sentences() == [
        "Ana invited <@UCHIDI> as editor, 09:00 UTC.",
        "Chidi accepted an invitation and is editor now, 09:00 UTC.",
    ]


async def test_members_of_the_workspace_are_viewers_of_its_default_organisation(
    desk: Desk,
) -> None:
    assert "Debugger" in await desk.command("UCHIDI", "agents")
    chidi = await member(desk, ORGANISATION, "UCHIDI")
    assert chidi is not None
    assert (chidi.role, chidi.outsider) == ("viewer", "")


async def test_unless_the_owner_sets_invited_only(desk: Desk) -> None:
    await desk.command("UANA", "team invite <@UCHIDI>")
    told = await desk.command("UANA", "org invited-only on")
    assert "1 person who was never invited is out" in told
    assert "you are not invited" in await desk.command("UBO", "agents")
    assert "you are not invited" in await desk.command("UCHIDI", "agents")
    await desk.command("UCHIDI", "team accept")
    assert "Debugger" in await desk.command("UCHIDI", "agents")
    assert "*Bo*" not in await desk.command("UANA", "team")
    await desk.command("UANA", "org invited-only off")
    assert "Debugger" in await desk.command("UBO", "agents")


async def test_other_organisations_always_need_an_invitation(desk: Desk) -> None:
    await night_shift(desk)
    await desk.command("UANA", "org channel Night shift", channel="CNIGHT")
    told = await desk.command("UBO", "agents", channel="CNIGHT")
    assert "Only members of this organisation may do that, and you are not invited" in told
    told = await desk.command("UANA", "org invited-only off", channel="CNIGHT")
    assert "others need invitations" in told
