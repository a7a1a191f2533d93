"""Incidents: finding, reading and moving them along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.connectors.results import Change
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.seed_names import (
    CHECKOUT,
    CHECKOUT_5XX,
    PAYMENTS_TIMEOUT,
    SEARCH_SLOW,
)
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.conftest import mocked
from tests.connectors.helpers import NOW, Service, document, look_ahead, rows, run

OPEN, ACKNOWLEDGED, OVER = str(CHECKOUT_5XX), str(SEARCH_SLOW), str(PAYMENTS_TIMEOUT)


class TestListing:
    async def test_tells_of_each_what_a_reader_wants(self, stack: Any) -> None:
        newest = (await rows(stack, "list_incidents", resolved=False))[0]
        assert newest == {
            "id": OPEN,
            "name": "Checkout 5xx",
            "status": "Started",
            "cause": "Status 502",
            "monitor": "Checkout API",
            "monitor_id": str(CHECKOUT),
            "heartbeat_id": None,
            "started_at": "2026-05-13T13:58:00.000Z",
            "duration": "23 min so far",
            "acknowledged_by": None,
            "acknowledged_at": None,
            "resolved_by": None,
            "resolved_at": None,
            "team": "Harbor",
            "link": f"{stack.settings.base_url}/team/t400/incidents/{OPEN}",
        }

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"resolved": False}, {OPEN, ACKNOWLEDGED}),
            ({"resolved": False, "acknowledged": False}, {OPEN}),
            ({"acknowledged": True, "resolved": False}, {ACKNOWLEDGED}),
            ({"from_date": "2026-05-12", "to_date": "2026-05-12"}, {OVER, "5104"}),
            ({"monitor_id": CHECKOUT, "from_date": "2026-05-10"}, {OPEN}),
            ({"heartbeat_id": "4001"}, {"5003"}),
        ],
    )
    async def test_can_be_narrowed(
        self, stack: Any, filters: dict[str, Any], found: set[str]
    ) -> None:
        assert {row["id"] for row in await rows(stack, "list_incidents", **filters)} == found

    async def test_asks_with_the_vendors_names(self, stack: Any, sandbox: Sandbox) -> None:
        await run(stack, "list_incidents", resolved=True, from_date="2026-05-01", monitor_id="3001")
        assert dict(next(iter(sandbox.journal)).query) == {
            "resolved": "true",
            "from": "2026-05-01",
            "monitor_id": "3001",
            "page": "1",
            "per_page": "50",
        }

    async def test_looks_up_all_monitor_names_in_one_request(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        await run(stack, "list_incidents")
        assert len(sandbox.journal.requests(path="/api/v2/monitors")) == 1

    async def test_looks_up_no_names_when_nothing_is_found(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        result = await run(stack, "list_incidents", from_date="2020-01-01", to_date="2020-01-02")
        assert list(result.rows) == []
        assert len(sandbox.journal) == 1

    @pytest.mark.parametrize(
        ("filters", "title"),
        [
            ({}, "Incidents"),
            ({"resolved": False}, "Open incidents"),
            ({"resolved": False, "acknowledged": False}, "Unacknowledged open incidents"),
            ({"resolved": True}, "Resolved incidents"),
        ],
    )
    async def test_has_a_title_that_says_what_was_asked(
        self, stack: Any, filters: dict[str, bool], title: str
    ) -> None:
        assert (await run(stack, "list_incidents", **filters)).title == title

    async def test_says_when_a_hundred_are_not_all(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            page = int(request.url.params["page"])
            data = [{"id": str(page * 100 + n), "attributes": {"name": "x"}} for n in range(50)]
            following = f"https://a.example/?page={page + 1}"
            return httpx.Response(200, json={"data": data, "pagination": {"next": following}})

        service = Service(answer)
        result = await run(mocked(service), "list_incidents")
        assert len(result.rows) == 100
        assert result.cut.startswith("Only the newest 100 are listed")
        assert [request.url.params["page"] for request in service.requests] == ["1", "2"]

    async def test_leaves_links_out_when_the_team_s_pages_are_not_known(
        self, everywhere: Any
    ) -> None:
        assert {row["link"] for row in await rows(everywhere, "list_incidents")} == {None}


class TestOneIncident:
    async def test_is_told_in_full(self, stack: Any) -> None:
        found = await document(stack, "get_incident", incident_id=OPEN)
        assert found["monitor"] == "Checkout API"
        assert found["regions"] == ["us", "eu", "as"]
        assert found["response_content"] == '{"error":"bad gateway","upstream":"checkout-db"}'
        assert found["notified_by"] == "phone call, SMS, e-mail, push notification, critical alert"
        assert found["slack_channels"] == ["incidents"]
        assert found["metadata"] == {"Service": "checkout-api"}

    async def test_leaves_out_what_is_empty(self, stack: Any) -> None:
        found = await document(stack, "get_incident", incident_id=OPEN)
        assert not {"resolved_by", "acknowledged_at", "origin_url"} & set(found)

    async def test_links_to_its_page(self, stack: Any) -> None:
        link = (await run(stack, "get_incident", incident_id=OPEN)).link
        assert link == f"{stack.settings.base_url}/team/t400/incidents/{OPEN}"

    async def test_that_was_reopened_does_not_seem_resolved(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        """A reopened incident keeps the time of its resolution at the service."""
        incident = sandbox.state.incidents[PAYMENTS_TIMEOUT]
        incident.resolved_at = NOW - timedelta(hours=1)
        await run(stack, "reopen_incident", incident_id=OVER, reopened_by="ana@harbor.example")
        assert incident.resolved_at is not None
        found = await document(stack, "get_incident", incident_id=OVER)
        assert found["status"] == "Started"
        assert found["reopened_by"] == "Ana Marin"
        assert "resolved_at" not in found
        assert found["duration"].endswith("so far")

    async def test_that_started_anew_does_not_seem_acknowledged(self) -> None:
        """Whether the service forgets the acknowledgement when reopening is not documented."""
        attributes = {
            "name": "Checkout 5xx",
            "status": "Started",
            "acknowledged_at": "2026-05-13T14:00:00Z",
            "acknowledged_by": "Ana Marin",
        }
        service = Service(httpx.Response(200, json={"data": {"id": "1", "attributes": attributes}}))
        connector = mocked(service)
        assert "acknowledged_by" not in await document(connector, "get_incident", incident_id="1")
        preview = await look_ahead(connector, "acknowledge_incident", incident_id="1")
        assert not preview.obstacle
        assert not preview.done

    async def test_started_by_a_heartbeat_names_it(self, stack: Any) -> None:
        found = await document(stack, "get_incident", incident_id="5003")
        assert found["heartbeat_id"] == "4001"
        assert found["name"] == "Nightly database backup"


class TestTheTimeline:
    async def test_runs_from_the_start(self, stack: Any) -> None:
        events = await rows(stack, "incident_timeline", incident_id=OVER)
        assert [event["event"] for event in events] == [
            "Incident started: Timeout (no headers received)",
            "Bo Chen acknowledged the incident",
            "Tidepay confirms slow callbacks on their side. Watching.",
            "Bo Chen resolved the incident",
        ]
        assert events[2]["by"] == "Ana Marin"
        assert events[2]["kind"] == "comment"

    async def test_holds_the_response_that_failed(self, stack: Any) -> None:
        events = await rows(stack, "incident_timeline", incident_id=OPEN)
        said = [event["event"] for event in events if event["kind"] == "response_item"]
        assert said == ['Page response: {"error":"bad gateway","upstream":"checkout-db"}']

    async def test_of_any_shape_is_read(self) -> None:
        data = [
            {"id": "b", "attributes": {"item_type": "generic", "at": "2", "data": {}}},
            {"id": "a", "attributes": {"item_type": "timeline_trucated", "at": "1", "data": None}},
            {
                "id": "c",
                "attributes": {"item_type": "payload", "at": "3", "data": {"content": "x"}},
            },
        ]
        service = Service(httpx.Response(200, json={"data": data}))
        events = await rows(mocked(service), "incident_timeline", incident_id="1")
        assert [event["event"] for event in events] == ["", "", "x"]

    async def test_is_cut_from_its_start(self) -> None:
        data = [
            {"id": str(n), "attributes": {"at": f"{n:03}", "data": {"title": str(n)}}}
            for n in range(120)
        ]
        service = Service(httpx.Response(200, json={"data": data}))
        result = await run(mocked(service), "incident_timeline", incident_id="1")
        assert result.rows[-1]["event"] == "119"
        assert result.cut == "Only the last 100 of 120 events are listed."


class TestComments:
    async def test_are_read_with_their_author(self, stack: Any) -> None:
        assert await rows(stack, "incident_comments", incident_id=OVER) == [
            {
                "id": "5501",
                "created_at": "2026-05-12T14:25:00.000Z",
                "by": "ana@harbor.example",
                "comment": "Tidepay confirms slow callbacks on their side. Watching.",
                "edited_at": None,
            }
        ]

    async def test_are_written(self, stack: Any, sandbox: Sandbox) -> None:
        asked = {"incident_id": OPEN, "content": "Rolled back.", "user_email": "bo@harbor.example"}
        preview = await look_ahead(stack, "comment_on_incident", **asked)
        assert preview.resource == "Checkout 5xx"
        assert preview.changes == [
            Change("comment", "", "Rolled back."),
            Change("tags", "", "bo@harbor.example"),
        ]
        assert not preview.done
        said = await document(stack, "comment_on_incident", **asked)
        assert said["comment"] == "Rolled back."
        [write] = sandbox.journal.writes()
        assert write.path == f"/api/v2/incidents/{OPEN}/comments"
        assert write.body == {"content": "Rolled back.", "user_email": "bo@harbor.example"}
        assert (await look_ahead(stack, "comment_on_incident", **asked)).done

    async def test_may_be_written_whatever_the_incident_s_state(self, stack: Any) -> None:
        preview = await look_ahead(stack, "comment_on_incident", incident_id=OVER, content="Hm.")
        assert not preview.obstacle


class TestAcknowledging:
    async def test_is_shown_before(self, stack: Any) -> None:
        preview = await look_ahead(stack, "acknowledge_incident", incident_id=OPEN)
        assert preview.resource == "Checkout 5xx"
        assert list(preview.changes) == [Change("status", "Started", "Acknowledged")]
        assert preview.link.endswith(f"/team/t400/incidents/{OPEN}")
        assert not preview.obstacle
        assert preview.done is False

    async def test_happens_in_a_person_s_name(self, stack: Any, sandbox: Sandbox) -> None:
        result = await run(
            stack, "acknowledge_incident", incident_id=OPEN, acknowledged_by="ana@harbor.example"
        )
        assert result.title == "Incident Checkout 5xx is acknowledged"
        assert result.data["acknowledged_by"] == "Ana Marin"
        [write] = sandbox.journal.writes()
        assert (write.method, write.path) == ("POST", f"/api/v3/incidents/{OPEN}/acknowledge")
        assert write.body == {"acknowledged_by": "ana@harbor.example"}

    async def test_sends_no_name_when_none_is_given(self, stack: Any, sandbox: Sandbox) -> None:
        await run(stack, "acknowledge_incident", incident_id=OPEN)
        assert sandbox.journal.writes()[0].body == {}

    async def test_makes_no_sense_twice(self, stack: Any) -> None:
        preview = await look_ahead(stack, "acknowledge_incident", incident_id=ACKNOWLEDGED)
        assert preview.obstacle == "already acknowledged by Chidi Okoye, 12:20 UTC"
        assert preview.done

    async def test_makes_no_sense_when_it_is_over(self, stack: Any) -> None:
        preview = await look_ahead(stack, "acknowledge_incident", incident_id=OVER)
        assert preview.obstacle == "already resolved by Bo Chen, 12 May, 14:36 UTC"

    async def test_changes_the_state_that_an_approval_rests_on(self, stack: Any) -> None:
        before = await look_ahead(stack, "acknowledge_incident", incident_id=OPEN)
        again = await look_ahead(stack, "acknowledge_incident", incident_id=OPEN)
        await run(stack, "acknowledge_incident", incident_id=OPEN)
        after = await look_ahead(stack, "acknowledge_incident", incident_id=OPEN)
        assert before.state == again.state != after.state

    @pytest.mark.parametrize("lost_answer", [True, False])
    async def test_can_be_told_done_or_not_after_an_answer_was_lost(
        self, stack: Any, sandbox: Sandbox, lost_answer: bool
    ) -> None:
        sandbox.faults.add(Fault(kind=Kind.CLOSED, method="POST", after=lost_answer))
        with pytest.raises(Exception, match="broke off"):
            await run(stack, "acknowledge_incident", incident_id=OPEN)
        preview = await look_ahead(stack, "acknowledge_incident", incident_id=OPEN)
        assert preview.done is lost_answer


class TestResolving:
    async def test_ends_an_incident(self, stack: Any, sandbox: Sandbox) -> None:
        preview = await look_ahead(stack, "resolve_incident", incident_id=OPEN)
        assert list(preview.changes) == [Change("status", "Started", "Resolved")]
        assert not preview.obstacle
        found = await document(
            stack, "resolve_incident", incident_id=OPEN, resolved_by="ana@harbor.example"
        )
        assert found["status"] == "Resolved"
        assert found["duration"] == "23 min"
        assert sandbox.journal.writes()[0].body == {"resolved_by": "ana@harbor.example"}

    async def test_makes_no_sense_twice(self, stack: Any) -> None:
        await run(stack, "resolve_incident", incident_id=OPEN)
        preview = await look_ahead(stack, "resolve_incident", incident_id=OPEN)
        assert preview.obstacle == "already resolved, 14:21 UTC"
        assert preview.done


class TestReopening:
    async def test_makes_an_incident_open_again(self, stack: Any, sandbox: Sandbox) -> None:
        await run(stack, "resolve_incident", incident_id=OPEN)
        preview = await look_ahead(stack, "reopen_incident", incident_id=OPEN)
        assert list(preview.changes) == [Change("status", "Resolved", "Started")]
        assert not preview.obstacle
        assert not preview.done
        await run(stack, "reopen_incident", incident_id=OPEN, reopened_by="bo@harbor.example")
        assert sandbox.journal.writes()[-1].path == f"/api/v3/incidents/{OPEN}/reopen"
        assert sandbox.journal.writes()[-1].body == {"reopened_by": "bo@harbor.example"}

    async def test_makes_no_sense_while_it_is_open(self, stack: Any) -> None:
        preview = await look_ahead(stack, "reopen_incident", incident_id=OPEN)
        assert preview.obstacle == "it is open already"
        assert preview.done

    async def test_lets_it_be_resolved_again(self, stack: Any) -> None:
        for verb in ("resolve_incident", "reopen_incident"):
            await run(stack, verb, incident_id=OPEN)
        preview = await look_ahead(stack, "resolve_incident", incident_id=OPEN)
        assert not preview.obstacle
        assert not preview.done


class TestDeleting:
    async def test_is_shown_and_done_for_good(self, stack: Any, sandbox: Sandbox) -> None:
        preview = await look_ahead(stack, "delete_incident", incident_id=OVER)
        assert preview.resource == "Payments webhook timeout"
        assert list(preview.changes) == [Change("incident", "exists", "deleted for good")]
        assert await document(stack, "delete_incident", incident_id=OVER) == {
            "id": OVER,
            "deleted": True,
        }
        assert PAYMENTS_TIMEOUT not in sandbox.state.incidents

    async def test_makes_no_sense_twice(self, stack: Any) -> None:
        await run(stack, "delete_incident", incident_id=OVER)
        preview = await look_ahead(stack, "delete_incident", incident_id=OVER)
        assert preview.obstacle == "it does not exist any more"
        assert preview.done
