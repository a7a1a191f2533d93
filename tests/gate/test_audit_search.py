"""The audit log is searched by words: an agent, a person, a connection, a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.gate import audit, audit_search
from bot.gate.audit_search import (
    NotUnderstood,
    chosen,
    count,
    moment,
    newest,
    oldest_first,
    understand,
)
from bot.gate.calls import Caller, CallerKind
from bot.store.tables import Agent, Member
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, add_member
from tests.support.harbor import Harbor

LISBON = ZoneInfo("Europe/Lisbon")
BERLIN = ZoneInfo("Europe/Berlin")


async def put(
    harbor: Harbor, caller: Caller, sentence: str, *, ago: float = 0, connection_id: str = ""
) -> None:
    async with harbor.store.writing(caller.organisation_id) as session:
        audit.record(
            session,
            caller,
            at=harbor.clock() - timedelta(hours=ago),
            action="test",
            outcome="done",
            sentence=sentence,
            connection_id=connection_id,
        )


def person(member: Member) -> Caller:
    return Caller(CallerKind.PERSON, ORGANISATION, member.id, member.name)


@pytest.fixture
async def told(harbor: Harbor) -> Harbor:
    """Five entries: two of the debugger's for Ana, one each of Bo, a report and another's agent."""
    await harbor.ask("run1")
    north = await harbor.connect("North Sea")
    await put(harbor, harbor.caller(), "old read", ago=72, connection_id=harbor.connection.id)
    await put(harbor, person(harbor.bo), "bo", ago=30)
    report = Caller(CallerKind.REPORT, ORGANISATION, "s1", "The incidents report")
    await put(harbor, report, "report", ago=20, connection_id=north.id)
    await put(harbor, harbor.caller(), "new read", ago=2, connection_id=north.id)
    theirs = Caller(CallerKind.AGENT, OTHER_ORGANISATION, harbor.debugger.id, "Debugger", "Ana")
    await put(harbor, theirs, "theirs")
    return harbor


async def found(harbor: Harbor, words: str) -> list[str]:
    """The first words of what is found, newest first."""
    async with harbor.store.reading(ORGANISATION) as session:
        wanted = await understand(
            session, words, now=harbor.clock(), zone=LISBON, reader=harbor.ana
        )
        entries = await newest(session, wanted, 20)
        assert await count(session, wanted) == len(entries)
        return [entry.sentence.partition(",")[0] for entry in entries]


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        ("", ["new read", "report", "bo", "old read"]),
        ("debugger", ["new read", "old read"]),
        ("@Debugger", ["new read", "old read"]),
        ("<@UBO|bo>", ["bo"]),
        ("<@UANA>", ["new read", "old read"]),
        ("@ana", ["new read", "old read"]),
        ("Ana", ["new read", "old read"]),
        ("demo", ["old read"]),
        ("North Sea", ["new read", "report"]),
        ("debugger North Sea", ["new read"]),
        ("debugger since 3 hours", ["new read"]),
        ("since yesterday", ["new read", "report", "bo"]),
        ("since 2026-11-21 04:00", ["new read", "report"]),
        ("North Sea debugger since today", ["new read"]),
        ("demo SINCE 1 day ago", []),
    ],
)
async def test_words_find_the_entries(told: Harbor, words: str, sentences: list[str]) -> None:
    assert await found(told, words) == sentences


async def test_a_person_is_found_under_a_new_name_and_an_agent_after_it_was_archived(
    told: Harbor,
) -> None:
    async with told.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, told.ana.id)).name = "Ana Silva"
        (await session.get_one(Agent, told.debugger.id)).archived_at = told.clock()
    assert await found(told, "ana silva") == ["new read", "old read"]
    assert await found(told, "@ana debugger") == ["new read", "old read"]


async def test_two_people_of_one_first_name_are_both_meant(told: Harbor) -> None:
    await add_member(told.store, "bo2", "Bo Chen", "UTC")
    async with told.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, told.bo.id)).name = "Bo Berg"
    async with told.store.reading(ORGANISATION) as session:
        wanted = await understand(session, "bo", now=told.clock(), zone=UTC, reader=told.ana)
    assert wanted.told == "of Bo Berg and Bo Chen"


async def test_what_was_understood_is_told(told: Harbor) -> None:
    async with told.store.reading(ORGANISATION) as session:
        words = "debugger @ana Demo since 2026-11-01"
        wanted = await understand(session, words, now=told.clock(), zone=BERLIN, reader=told.ana)
    assert wanted.told == "of Debugger, of Ana, in Demo, since 31 Oct 2026 23:00 UTC"


@pytest.mark.parametrize("words", ["nobody", "debugger nobody", "demo <@UZED>", "since"])
async def test_words_that_name_nothing_are_said(told: Harbor, words: str) -> None:
    name = words.split()[-1]
    with pytest.raises(NotUnderstood, match=f"no agent, person or connection called “{name}”"):
        await found(told, words)


async def test_somebody_of_another_organisation_is_nobody(told: Harbor) -> None:
    await add_member(told.store, "zed", "Zed", "UTC", OTHER_ORGANISATION)
    with pytest.raises(NotUnderstood):
        await found(told, "@zed")


async def test_named_options_say_what_they_are_of(told: Harbor) -> None:
    async with told.store.reading(ORGANISATION) as session:
        wanted = await chosen(session, agent="debugger", person="ana", connection="demo")
        assert wanted.told == "of Debugger, of Ana, in Demo"
        for kind in ("agent", "person", "connection"):
            with pytest.raises(NotUnderstood, match=f"no {kind} called “x”"):
                await chosen(session, **{kind: "x"})


async def test_all_pages_come_oldest_first(told: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_search, "PAGE", 3)
    async with told.store.reading(ORGANISATION) as session:
        rows = [row.sequence async for row in oldest_first(session, audit_search.Wanted())]
    assert rows == [1, 2, 3, 4]


NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("today", datetime(2026, 11, 22, tzinfo=BERLIN)),
        ("Yesterday", datetime(2026, 11, 21, tzinfo=BERLIN)),
        ("3 days", NOW - timedelta(days=3)),
        ("3d", NOW - timedelta(days=3)),
        ("90 min ago", NOW - timedelta(minutes=90)),
        ("1 hour", NOW - timedelta(hours=1)),
        ("2 weeks ago", NOW - timedelta(weeks=2)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=BERLIN)),
        ("2026-11-01 14:30", datetime(2026, 11, 1, 14, 30, tzinfo=BERLIN)),
        ("2026-11-01T14:30", datetime(2026, 11, 1, 14, 30, tzinfo=BERLIN)),
    ],
)
def test_moments_are_understood_in_the_persons_time_zone(words: str, start: datetime) -> None:
    assert moment(words, now=NOW, zone=BERLIN) == start


def test_yesterday_begins_at_midnight_also_when_the_clocks_changed() -> None:
    monday_after = datetime(2026, 10, 26, 9, tzinfo=UTC)
    assert moment("yesterday", now=monday_after, zone=BERLIN) == datetime(
        2026, 10, 24, 22, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "words", ["", "3 months", "tomorrow", "2026-13-01", "99999 days", "-3 days", "3 days later"]
)
def test_a_moment_that_is_not_clear_is_said(words: str) -> None:
    with pytest.raises(NotUnderstood, match="Write since yesterday"):
        moment(words, now=NOW, zone=UTC)
