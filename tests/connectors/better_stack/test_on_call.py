"""Who is on call: names and e-mail addresses, never phone numbers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.connectors.errors import Invalid, NotFound
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.conftest import mocked
from tests.connectors.helpers import Service, document, rows, run


class TestSchedules:
    async def test_are_listed_with_who_is_on_call(self, stack: Any) -> None:
        assert await rows(stack, "list_on_call_schedules") == [
            {
                "id": "6001",
                "name": "Default schedule",
                "default": True,
                "on_call": "Bo Chen",
                "team": "Harbor",
            },
            {
                "id": "6002",
                "name": "Database",
                "default": False,
                "on_call": "Chidi Okoye",
                "team": "Harbor",
            },
        ]


class TestWhoIsOnCall:
    async def test_is_answered_from_the_default_schedule(self, stack: Any) -> None:
        result = await run(stack, "who_is_on_call")
        assert result.title == "On call: Bo Chen"
        assert result.data["on_call"] == "Bo Chen"
        assert result.data["email"] == "bo@harbor.example"
        assert result.data["schedule"] == "Default schedule"

    async def test_tells_the_next_shifts(self, stack: Any) -> None:
        result = await run(stack, "who_is_on_call")
        assert result.data["upcoming_shifts"][:2] == [
            "Bo Chen, from 10 May, 00:00 UTC to 17 May, 00:00 UTC",
            "ana@harbor.example, from 17 May, 00:00 UTC to 24 May, 00:00 UTC",
        ]

    async def test_can_be_asked_of_another_schedule_and_time(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        found = await document(stack, "who_is_on_call", schedule_id=6002)
        assert (found["on_call"], found["email"]) == ("Chidi Okoye", "chidi@harbor.example")
        later = await document(stack, "who_is_on_call", date="2026-05-18T09:00:00Z")
        assert (later["on_call"], later["email"]) == ("Ana Marin", "ana@harbor.example")
        [request] = sandbox.journal.requests(path="/api/v2/on-calls/default")
        assert dict(request.query) == {"date": "2026-05-18T09:00:00Z"}

    async def test_of_an_unknown_schedule_says_so(self, stack: Any) -> None:
        with pytest.raises(NotFound):
            await run(stack, "who_is_on_call", schedule_id="1")

    async def test_of_a_time_without_a_zone_is_refused(self, stack: Any) -> None:
        with pytest.raises(Invalid, match="time zone"):
            await run(stack, "who_is_on_call", date="2026-05-18T09:00:00")

    async def test_may_be_nobody(self) -> None:
        schedule = {"data": {"id": "1", "attributes": {"name": None, "default_calendar": True}}}
        no_events = httpx.Response(200, json={"events": []})
        service = Service(httpx.Response(200, json=schedule), no_events)
        result = await run(mocked(service), "who_is_on_call")
        assert result.title == "On call: nobody"
        assert result.data["on_call"] == "nobody"

    async def test_names_people_by_their_address_when_it_knows_no_more(self) -> None:
        listed = [{"id": "9", "type": "user", "meta": {"email": "x@example.com"}}]
        schedule = {
            "id": "1",
            "attributes": {"name": "Night"},
            "relationships": {"on_call_users": {"data": listed}},
        }
        service = Service(httpx.Response(200, json={"data": [schedule]}))
        [row] = await rows(mocked(service), "list_on_call_schedules")
        assert row["on_call"] == "x@example.com"

    async def test_lists_ten_shifts_and_says_how_many_there_are(self) -> None:
        events = [
            {"starts_at": f"2026-06-{n:02}T00:00:00Z", "ends_at": f"2026-06-{n:02}T12:00:00Z"}
            for n in range(1, 15)
        ]
        past = {"starts_at": "2026-05-01T00:00:00Z", "ends_at": "2026-05-02T00:00:00Z"}
        schedule = {"data": {"id": "1", "attributes": {"name": "Night"}}}
        service = Service(
            httpx.Response(200, json=schedule),
            httpx.Response(200, json={"events": [*reversed(events), past]}),
        )
        result = await run(mocked(service), "who_is_on_call")
        shifts = result.data["upcoming_shifts"]
        assert [shift.split(", ")[1] for shift in shifts[:2]] == ["from 1 Jun", "from 2 Jun"]
        assert len(shifts) == 10
        assert result.cut == "Only the next 10 of 14 shifts are listed."
