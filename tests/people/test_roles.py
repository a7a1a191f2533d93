"""Roles: owner everything; editor everything but people, plan and organisation; viewer asks."""

from __future__ import annotations

import pytest

from bot.people.accounts import Outside
from bot.store.rights import HOLDERS, Right, may
from bot.store.tables import Member, Role
from tests.fixtures_store import START
from tests.support.desk import Desk

VIEWING = {Right.SEE, Right.ASK, Right.INVESTIGATE, Right.DISCUSS_REPORTS, Right.PIN}
OWNING = {
    Right.ALLOW_TICKETS,
    Right.ADD_MODELS,
    Right.READ_PRIVATE_AUDIT,
    Right.KEEP_AUDIT,
    Right.SET_ACCESS,
    Right.MANAGE_PEOPLE,
    Right.SET_PLAN,
    Right.MANAGE_ORGANISATION,
}


def person(role: Role) -> Member:
    return Member(user_id="U1", name="One", role=role, outsider="", joined_at=START)


def test_an_owner_may_do_everything() -> None:
    assert all(may(person(Role.OWNER), right) for right in Right)


def test_an_editor_may_do_everything_but_people_plan_organisation_and_access() -> None:
    assert {right for right in Right if not may(person(Role.EDITOR), right)} == OWNING


def test_a_viewer_sees_asks_investigates_chats_about_reports_and_pins() -> None:
    assert {right for right in Right if may(person(Role.VIEWER), right)} == VIEWING


def test_every_right_is_in_the_table() -> None:
    assert set(HOLDERS) == set(Right)


@pytest.mark.parametrize("why", [*Outside])
def test_whoever_is_not_served_has_no_right_whatever_their_role(why: Outside) -> None:
    outside = person(Role.OWNER)
    outside.outsider = why
    assert not any(may(outside, right) for right in Right)


def test_whoever_was_removed_has_no_right() -> None:
    removed = person(Role.OWNER)
    removed.removed_at = START
    assert not any(may(removed, right) for right in Right)


@pytest.mark.parametrize(
    "typed",
    [
        "team invite <@UCHIDI|chidi>",
        "team remove <@UANA|ana>",
        "team role <@UBO|bo> owner",
        "team revoke <@UCHIDI>",
        "org rename Mine",
        "org invited-only on",
        "guests allow",
        "plan explore",
        "budget 5",
    ],
)
@pytest.mark.parametrize("role", ["viewer", "editor"])
async def test_people_plan_and_organisation_are_for_owners(
    desk: Desk, typed: str, role: str
) -> None:
    if role == "editor":
        await desk.command("UANA", "team role <@UBO> editor")
    before = len(await desk.harbor.record())
    told = await desk.command("UBO", typed)
    assert "Only owners may" in told
    assert "Ask <@UANA>." in told
    assert len(await desk.harbor.record()) == before


async def test_reports_are_set_up_by_owners_and_editors(desk: Desk) -> None:
    told = await desk.command("UBO", "subscribe daily incidents at 09:00")
    assert "Only owners and editors may set up reports, and you are a viewer" in told
    await desk.command("UANA", "team role <@UBO> editor")
    assert "comes to this channel at 09:00" in await desk.command(
        "UBO", "subscribe daily incidents at 09:00"
    )
