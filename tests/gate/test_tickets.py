"""Tickets that a report makes by itself: exactly what an owner allowed, and not one more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.connectors.errors import Unavailable
from bot.gate import approvals
from bot.gate.calls import Caller, CallerKind
from bot.gate.presses import Outcome, Pressing
from bot.people.refusals import Refused
from bot.reports import standing
from bot.reports.standing import Terms
from bot.store.tables import Approval, Member, Role, Slot, StandingApproval, Subscription
from tests.fixtures_store import ORGANISATION, on_both_databases
from tests.support.harbor import CHANNEL, Harbor

TERMS = Terms("Quay", "OPS", 2)


class Died(BaseException):
    """The process is gone."""


@pytest.fixture
async def quay(harbor: Harbor) -> str:
    """A daily report with a slot, and a tracker called Quay. Returns the connection's id."""
    async with harbor.store.writing(ORGANISATION) as session:
        session.add(
            Subscription(
                id="daily",
                channel_id=CHANNEL,
                report="incidents",
                hour=9,
                minute=0,
                timezone="UTC",
                created_by=harbor.ana.id,
                created_at=harbor.clock(),
            )
        )
        await session.flush()
        for slot in ("today", "tomorrow"):
            session.add(
                Slot(id=slot, subscription_id="daily", slot=slot, created_at=harbor.clock())
            )
    return (await harbor.connect("Quay", "tracker")).id


async def allow(harbor: Harbor, terms: Terms = TERMS) -> str:
    return await standing.give(harbor.store, harbor.ana, CHANNEL, "incidents", terms)


async def open_ticket(
    harbor: Harbor,
    connection_id: str,
    number: int = 1,
    *,
    project: str = "OPS",
    slot: str = "today",
    verb: str = "create_ticket",
) -> Pressing:
    caller = Caller(CallerKind.REPORT, ORGANISATION, "daily", "The incidents report")
    arguments: dict[str, Any] = {"project": project, "title": f"Leak {number}"}
    if verb == "close_all":
        del arguments["title"]
    return await harbor.gate.open_ticket(
        caller, slot, connection_id, verb, arguments, key=f"{slot}:{verb}:{project}:{number}"
    )


def written(harbor: Harbor) -> list[str]:
    return [str(arguments.get("title")) for _, arguments in harbor.service.writes]


async def test_what_an_owner_allowed_is_made_and_on_record(harbor: Harbor, quay: str) -> None:
    told = await allow(harbor)
    assert told == (
        "Recorded: the incidents report of <#C1> to open up to 2 tickets each time in project OPS "
        "of Tracker (Quay), without asking. `/ops tickets` lists and revokes this."
    )
    made = await open_ticket(harbor, quay)
    assert (made.outcome, written(harbor)) == (Outcome.DONE, ["Leak 1"])
    assert (await harbor.sentences())[-1] == (
        "The incidents report opened ticket “Leak 1” in OPS in Tracker (Quay) "
        "under the standing approval of Ana, 09:00 UTC."
    )


async def test_without_a_standing_approval_nothing_is_made(harbor: Harbor, quay: str) -> None:
    made = await open_ticket(harbor, quay)
    assert (made.outcome, written(harbor)) == (Outcome.REFUSED, [])
    assert "An owner can allow it with `/ops tickets`." in made.words
    assert await harbor.sentences() == [
        "The incidents report was refused to create ticket in Tracker (Quay): "
        "no standing approval of an owner covers this, 09:00 UTC."
    ]


async def test_it_covers_exactly_the_connection_the_project_and_the_tool(
    harbor: Harbor, quay: str
) -> None:
    await allow(harbor)
    other = (await harbor.connect("Pier", "tracker")).id
    tries = [
        await open_ticket(harbor, quay, project="SECRET"),
        await open_ticket(harbor, other),
        await open_ticket(harbor, quay, verb="close_all"),
    ]
    assert {one.outcome for one in tries} == {Outcome.REFUSED}
    assert written(harbor) == []


async def test_the_number_counts_for_each_report_anew(harbor: Harbor, quay: str) -> None:
    await allow(harbor)
    made = [await open_ticket(harbor, quay, number) for number in (1, 2, 3)]
    assert [one.outcome for one in made] == [Outcome.DONE, Outcome.DONE, Outcome.REFUSED]
    assert "is for 2 in one report" in made[2].words
    assert (await open_ticket(harbor, quay, 4, slot="tomorrow")).outcome is Outcome.DONE
    assert written(harbor) == ["Leak 1", "Leak 2", "Leak 4"]


@on_both_databases
async def test_many_at_once_do_not_get_past_the_number(harbor: Harbor, quay: str) -> None:
    await allow(harbor)
    await asyncio.gather(*(open_ticket(harbor, quay, number) for number in range(6)))
    assert len(written(harbor)) == 2


@pytest.mark.parametrize("point", ["claim", "settle"])
async def test_a_crash_gets_nobody_past_the_number_and_nothing_is_sent_twice(
    harbor: Harbor, quay: str, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    await allow(harbor, Terms("Quay", "OPS", 1))

    async def die(*_: Any, **__: Any) -> Any:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(approvals, point, die)
        with pytest.raises(Died):
            await open_ticket(harbor, quay)
    again = await open_ticket(harbor, quay)
    # This service cannot be asked, so after the request left it is honestly unknown.
    assert again.outcome is (Outcome.DONE if point == "claim" else Outcome.UNKNOWN)
    assert (await open_ticket(harbor, quay, 2)).outcome is Outcome.REFUSED
    assert written(harbor) == ["Leak 1"]


async def test_an_answer_that_was_lost_still_counts(harbor: Harbor, quay: str) -> None:
    await allow(harbor, Terms("Quay", "OPS", 1))

    def lose() -> None:
        raise Unavailable("No answer.")

    harbor.service.after = lose
    assert (await open_ticket(harbor, quay)).outcome is Outcome.UNKNOWN
    assert (await open_ticket(harbor, quay, 2)).outcome is Outcome.REFUSED
    async with harbor.store.reading(ORGANISATION) as session:
        assert await session.scalar(select(func.count()).select_from(Approval)) == 1


async def test_a_revoked_one_covers_nothing_any_more(harbor: Harbor, quay: str) -> None:
    await allow(harbor)
    [given] = await standing.given(harbor.store, ORGANISATION)
    told = await standing.revoke(harbor.store, harbor.ana, given.id)
    assert told.startswith("Revoked: the incidents report of <#C1> to open up to 2 tickets")
    assert (await open_ticket(harbor, quay)).outcome is Outcome.REFUSED
    assert await standing.given(harbor.store, ORGANISATION) == []
    with pytest.raises(Refused, match="already"):
        await standing.revoke(harbor.store, harbor.ana, given.id)


async def test_one_of_somebody_who_is_no_owner_any_more_covers_nothing(
    harbor: Harbor, quay: str
) -> None:
    await allow(harbor)
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, harbor.ana.id)).role = Role.EDITOR
    made = await open_ticket(harbor, quay)
    assert made.outcome is Outcome.REFUSED
    assert "Ana, who gave the standing approval, is no longer an owner" in made.words


async def test_given_again_it_replaces_the_one_before(harbor: Harbor, quay: str) -> None:
    await allow(harbor)
    await allow(harbor, Terms("quay", "OPS", 5))
    [given] = await standing.given(harbor.store, ORGANISATION)
    assert "up to 5 tickets" in given.terms
    async with harbor.store.reading(ORGANISATION) as session:
        assert await session.scalar(select(func.count()).select_from(StandingApproval)) == 2


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (Terms("Quay", "OPS", 0), "Allow 1 to 20"),
        (Terms("Quay", "OPS", 21), "Allow 1 to 20"),
        (Terms("Keel", "OPS", 1), "no connection “Keel”. Those that open tickets: Quay."),
        (Terms("Demo", "OPS", 1), r"Lamp \(Demo\) cannot open tickets"),
    ],
)
async def test_what_cannot_be_allowed_is_said(
    harbor: Harbor, quay: str, terms: Terms, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        await allow(harbor, terms)


async def test_only_owners_allow_and_revoke(harbor: Harbor, quay: str) -> None:
    with pytest.raises(Refused, match="Only owners"):
        await standing.give(harbor.store, harbor.bo, CHANNEL, "incidents", TERMS)
    await allow(harbor)
    [given] = await standing.given(harbor.store, ORGANISATION)
    with pytest.raises(Refused, match="Only owners"):
        await standing.revoke(harbor.store, harbor.bo, given.id)


async def test_a_report_has_no_other_way_to_write(harbor: Harbor, quay: str) -> None:
    await allow(harbor)
    person = Caller(CallerKind.PERSON, ORGANISATION, harbor.ana.id, "Ana")
    arguments = {"project": "OPS", "title": "Leak"}
    with pytest.raises(ValueError, match="only reports"):
        await harbor.gate.open_ticket(person, "today", quay, "create_ticket", arguments, key="k")
    other = Caller(CallerKind.REPORT, ORGANISATION, "another", "Another report")
    with pytest.raises(ValueError, match="another subscription"):
        await harbor.gate.open_ticket(other, "today", quay, "create_ticket", arguments, key="k")
    assert written(harbor) == []
