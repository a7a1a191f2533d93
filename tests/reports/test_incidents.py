"""The incidents report, collected through the gate from Better Stack's sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.connectors.errors import NotAllowed
from bot.gate.calls import Caller, CallerKind, ToolReturn
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.reports.facts import ReportFacts, ServiceFacts
from bot.reports.incidents import MOST_MONITORS, IncidentsReport
from bot.reports.reading import AT_ONCE
from bot.store.database import Store
from bot.store.tables import AuditEntry, Connection, Member, Subscription
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.seed_names import PAYMENTS
from playground.betterstack.server import Sandbox
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, START, add_member
from tests.reports.conftest import connect
from tests.reports.samples import ORDER


@pytest.fixture(autouse=True)
async def subscription(store: Store, ana: Member) -> Subscription:
    """The order's subscription; nobody has ticked its sources, so it reads all that fit."""
    row = subscribed(ORDER.subscription_id, ana.id)
    async with store.writing(ORGANISATION) as session:
        session.add(row)
    return row


def subscribed(subscription_id: str, member_id: str) -> Subscription:
    return Subscription(
        id=subscription_id,
        channel_id="C0OPS",
        report="incidents",
        hour=10,
        minute=0,
        timezone=ORDER.timezone,
        created_by=member_id,
        created_at=START,
    )


async def tick(store: Store, *sources: str) -> None:
    async with store.writing(ORGANISATION) as session:
        (await session.get_one(Subscription, ORDER.subscription_id)).sources = list(sources)


async def test_it_reads_what_was_ticked_and_no_other(
    report: IncidentsReport, connected: str, store: Store, opener: Opener, sandbox: Sandbox
) -> None:
    await connect(store, opener, sandbox.url, "Production")
    await tick(store, connected)
    assert only(await report.collect(ORDER)).place == "Better Stack (Demo)"


async def test_the_gate_refuses_a_report_what_was_not_ticked(
    gate: Gate, connected: str, store: Store
) -> None:
    await tick(store)
    caller = Caller(CallerKind.REPORT, ORGANISATION, ORDER.subscription_id, "The incidents report")
    with pytest.raises(NotAllowed, match=r"Better Stack \(Demo\) is not among"):
        await gate.read_from(caller, connected, "list_monitors", {})
    async with store.reading(ORGANISATION) as session:
        entry = (await session.scalars(select(AuditEntry))).one()
    assert entry.sentence == (
        "The incidents report was refused to read Better Stack (Demo): "
        "it is not among its sources, 09:00 UTC."
    )


async def test_a_source_that_was_removed_is_said(
    report: IncidentsReport, connected: str, store: Store, opener: Opener, sandbox: Sandbox
) -> None:
    other = await connect(store, opener, sandbox.url, "Production")
    await tick(store, connected, other)
    async with store.writing(ORGANISATION) as session:
        (await session.get_one(Connection, other)).removed_at = START
    words = await report.write(ORDER)
    assert "Removed, so no longer in this report:** Better Stack (Production)" in words
    assert "### Better Stack (Demo)" in words

    async with store.writing(ORGANISATION) as session:
        (await session.get_one(Connection, connected)).removed_at = START
    words = await report.write(ORDER)
    assert "None of this report's sources is connected any more" in words


@pytest.fixture
def report(store: Store, gate: Gate) -> IncidentsReport:
    return IncidentsReport(store, gate)


def only(facts: ReportFacts) -> ServiceFacts:
    (service,) = facts.services
    return service


async def test_it_knows_what_is_open_what_was_and_who_is_on_call(
    report: IncidentsReport, connected: str
) -> None:
    service = only(await report.collect(ORDER))

    assert service.incidents is not None
    assert [one.name for one in service.incidents.open] == [
        "Checkout 5xx",
        "Search latency above 2 s",
    ]
    assert "Payments webhook timeout" in [one.name for one in service.incidents.ended]
    assert (service.incidents.began, service.incidents.began_before) == (3, 1)
    assert service.on_call is not None
    assert [(one.schedule, one.people) for one in service.on_call] == [
        ("Default schedule", "Bo Chen"),
        ("Database", "Chidi Okoye"),
    ]
    assert service.gaps == ()


async def test_availability_is_that_of_the_last_whole_day_and_of_the_week_that_ends_with_it(
    report: IncidentsReport, connected: str, sandbox: Sandbox
) -> None:
    facts = await report.collect(ORDER)

    monitors = {one.name: one for one in only(facts).monitors or ()}
    payments = monitors["Payments webhook"]
    # 31 minutes of yesterday, and nothing else in the week.
    assert payments.yesterday == pytest.approx(100 - 100 * 31 / 1440, abs=1e-4)
    assert payments.week == pytest.approx(100 - 100 * 31 / 1440 / 7, abs=1e-4)
    assert payments.downtime == 31 * 60
    assert monitors["CDN"].flawless
    assert only(facts).paused == 1
    assert "Admin" not in monitors
    asked = sandbox.journal.requests("GET", f"/api/v2/monitors/{PAYMENTS}/sla")
    assert [dict(entry.query) for entry in asked] == [
        {"from": "2026-11-21", "to": "2026-11-21"},
        {"from": "2026-11-15", "to": "2026-11-21"},
    ]


async def test_the_written_report_has_the_links_and_the_figures(
    report: IncidentsReport, connected: str, sandbox: Sandbox
) -> None:
    text = await report.write(ORDER)

    assert "**2 incidents open; 99.69 % availability yesterday.**" in text
    assert f"[Checkout 5xx]({sandbox.url}/team/t400/incidents/5101)" in text
    assert "97.84 %" in text


async def test_it_only_reads_and_each_read_is_on_record(
    report: IncidentsReport, connected: str, sandbox: Sandbox, store: Store
) -> None:
    await report.collect(ORDER)

    assert not sandbox.journal.writes()
    async with store.reading(ORGANISATION) as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    assert {entry.caller_kind for entry in entries} == {CallerKind.REPORT}
    assert any(
        entry.sentence.startswith(
            "The incidents report, asked by Ana, listed incidents in Better Stack (Demo): "
        )
        for entry in entries
    )


async def test_a_service_that_is_down_makes_a_report_that_says_so(
    store: Store, gate: Gate, opener: Opener, report: IncidentsReport
) -> None:
    await connect(store, opener, "http://127.0.0.1:9")  # discard: nobody listens there

    text = await report.write(ORDER)

    assert "The state is not known: nothing could be read" in text
    assert "could not be reached at 127.0.0.1" in text
    assert text.count("could not be reached") == 1


async def test_one_dead_connection_does_not_hide_the_other(
    store: Store, opener: Opener, connected: str, report: IncidentsReport
) -> None:
    await connect(store, opener, "http://127.0.0.1:9", "Old account")

    text = await report.write(ORDER)

    assert "At least 2 incidents open; 99.69 % availability yesterday" in text
    assert "### Better Stack (Old account)" in text
    assert "could not be reached" in text


async def test_what_fails_alone_is_missing_alone(
    report: IncidentsReport, connected: str, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=Kind.ERROR, path="/api/v2/on-calls", times=99))
    sandbox.faults.add(Fault(kind=Kind.ERROR, path=f"/api/v2/monitors/{PAYMENTS}/sla", times=99))

    service = only(await report.collect(ORDER))

    assert service.incidents is not None
    assert service.on_call is None
    assert service.monitors is not None
    assert {one.name for one in service.monitors if one.unknown} == {"Payments webhook"}
    assert len(service.gaps) == 1  # one reason for both
    assert service.gaps[0].startswith("Who is on call, Availability of Payments webhook: ")


async def test_an_organisation_sees_its_own_connections_only(
    report: IncidentsReport, connected: str, sandbox: Sandbox, store: Store
) -> None:
    await add_member(store, "eve", "Eve", "UTC", OTHER_ORGANISATION)
    async with store.writing(OTHER_ORGANISATION) as session:
        session.add(subscribed("theirs", "eve"))
    order = replace(ORDER, organisation_id=OTHER_ORGANISATION, subscription_id="theirs")
    facts = await report.collect(order)

    assert facts.services == ()
    assert not sandbox.journal.requests()


class Scripted:
    """A gate whose answers are handed in; it knows how many reads there were at once."""

    def __init__(self, answers: Mapping[str, Sequence[dict[str, Any]] | dict[str, Any]]) -> None:
        self.answers = answers
        self.reads: list[tuple[str, dict[str, Any]]] = []
        self.cut = ""
        self.hanging: set[str] = set()
        self.at_once = self.most_at_once = 0

    async def read_from(
        self, caller: Caller, connection_id: str, verb: str, arguments: Mapping[str, Any]
    ) -> ToolReturn:
        self.reads.append((verb, dict(arguments)))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if arguments.get("monitor_id") in self.hanging:
                await asyncio.Event().wait()
            await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        answer = self.answers.get(verb, [])
        if isinstance(answer, dict):
            return ToolReturn(verb, verb, "", data={"data": answer})
        cut = self.cut if "from_date" in arguments else ""
        return ToolReturn(verb, verb, "", data={"rows": list(answer), "cut": cut})


ALL_UP = {"availability_percent": 100.0, "total_downtime_seconds": 0}


def monitors(count: int) -> list[dict[str, Any]]:
    return [
        {"id": str(number), "name": f"monitor {number:02}", "status": "up"}
        for number in range(count)
    ]


async def collected(store: Store, reads: Scripted, patience: float = 60) -> ServiceFacts:
    async with store.writing(ORGANISATION) as session:
        session.add(
            Connection(
                connector="better_stack",
                label="Demo",
                settings={},
                credentials=b"",
                created_at=START,
            )
        )
    return only(await IncidentsReport(store, reads, patience=patience).collect(ORDER))


async def test_at_most_20_monitors_are_looked_at_those_with_trouble_first(store: Store) -> None:
    listed = monitors(MOST_MONITORS + 5)
    listed[-1]["status"] = "down"
    reads = Scripted(
        {
            "list_monitors": listed,
            "monitor_availability": ALL_UP,
            "list_incidents": [
                {
                    "id": "1",
                    "name": "It broke",
                    "monitor": listed[-2]["name"],
                    "started_at": "2026-11-22T01:00:00Z",
                }
            ],
        }
    )

    service = await collected(store, reads)

    assert service.monitors is not None
    assert [one.name for one in service.monitors[:3]] == ["monitor 24", "monitor 23", "monitor 00"]
    assert len(service.monitors) == MOST_MONITORS
    assert service.gaps == (
        "Availability of 5 monitors: only 20 are looked at, those with trouble first.",
    )


async def test_no_more_than_four_reads_run_at_once(store: Store) -> None:
    reads = Scripted({"list_monitors": monitors(12), "monitor_availability": ALL_UP})

    await collected(store, reads)

    assert reads.most_at_once == AT_ONCE == 4
    assert len([verb for verb, _ in reads.reads if verb == "monitor_availability"]) == 24


async def test_what_takes_too_long_is_left_out_by_name(store: Store) -> None:
    reads = Scripted({"list_monitors": monitors(3), "monitor_availability": ALL_UP})
    reads.hanging = {"1"}

    service = await collected(store, reads, patience=0.05)

    assert service.monitors is not None
    assert [one.name for one in service.monitors] == ["monitor 00", "monitor 02"]
    assert service.gaps == ("Availability of monitor 01: it took too long to find out.",)
    assert reads.at_once == 0


async def test_a_monitor_without_figures_is_named(store: Store) -> None:
    reads = Scripted({"list_monitors": monitors(1), "monitor_availability": {}})

    service = await collected(store, reads)

    assert service.gaps == ("Availability of monitor 00: there are no figures for yesterday.",)


@pytest.mark.parametrize(
    ("oldest", "gaps"),
    [
        ("2026-11-20T08:59:00Z", ()),
        ("2026-11-20T09:01:00Z", ("Some incidents: Only the newest 100 are listed.",)),
    ],
)
async def test_a_cut_list_is_told_of_if_it_does_not_reach_back_two_days(
    store: Store, oldest: str, gaps: tuple[str, ...]
) -> None:
    ended = {"resolved_at": "2026-11-22T01:00:00Z"}
    reads = Scripted({"list_incidents": [{"id": "1", "name": "x", "started_at": oldest, **ended}]})
    reads.cut = "Only the newest 100 are listed."

    assert (await collected(store, reads)).gaps == gaps
