"""Monitors and their groups: whether things are up, how available, how fast."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.connectors.errors import Invalid
from bot.connectors.results import Change
from playground.betterstack.seed_names import ADMIN, CHECKOUT, CRITICAL, SEARCH, STOREFRONT
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.conftest import mocked
from tests.connectors.helpers import Service, document, look_ahead, rows, run


class TestListing:
    async def test_tells_what_is_up_and_what_is_not(self, stack: Any) -> None:
        states = {row["name"]: row["status"] for row in await rows(stack, "list_monitors")}
        assert states["Checkout API"] == "down"
        assert states["Storefront"] == "up"
        assert states["Admin"] == "paused"

    async def test_tells_of_each_what_a_reader_wants(self, stack: Any) -> None:
        [row] = await rows(stack, "list_monitors", name="Checkout API")
        assert row == {
            "id": str(CHECKOUT),
            "name": "Checkout API",
            "status": "down",
            "url": "https://api.harbor.example/checkout/health",
            "monitor_type": "status",
            "last_checked_at": "2026-05-13T14:20:43.000Z",
            "checked_every": "30 s",
            "monitor_group_id": "3101",
            "team": "Harbor",
            "link": f"{stack.settings.base_url}/team/t400/monitors/{CHECKOUT}",
        }

    async def test_finds_one_by_its_url(self, stack: Any) -> None:
        found = await rows(stack, "list_monitors", url="https://www.harbor.example")
        assert [row["id"] for row in found] == [str(STOREFRONT)]

    async def test_names_a_nameless_one_by_what_it_checks(self) -> None:
        data = [{"id": "1", "type": "monitor", "attributes": {"url": "https://a.example"}}]
        service = Service(httpx.Response(200, json={"data": data}))
        assert (await rows(mocked(service), "list_monitors"))[0]["name"] == "https://a.example"


class TestOneMonitor:
    async def test_is_told_with_how_it_is_set_up(self, stack: Any) -> None:
        found = await document(stack, "get_monitor", monitor_id=STOREFRONT)
        assert found["required_keyword"] == "Add to basket"
        assert found["warned_of_certificate_expiry_days"] == 14
        assert found["recovered_after"] == "3 min"
        assert found["escalation_policy_id"] == str(CRITICAL)
        assert found["notified_by"] == "phone call, SMS, e-mail, push notification"


class TestAvailability:
    async def test_is_in_percent_with_readable_lengths(self, stack: Any) -> None:
        asked = {"monitor_id": SEARCH, "from_date": "2026-04-01", "to_date": "2026-04-30"}
        found = await run(stack, "monitor_availability", **asked)
        assert found.title == "Availability of Search from 2026-04-01 to 2026-04-30"
        assert found.data["availability_percent"] == pytest.approx(99.905, abs=0.001)
        assert found.data["number_of_incidents"] == 1
        assert found.data["total_downtime_seconds"] == 41 * 60
        assert found.data["total_downtime"] == "41 min"

    async def test_asks_with_the_vendors_names(self, stack: Any, sandbox: Sandbox) -> None:
        asked = {"monitor_id": SEARCH, "from_date": "2026-04-01", "to_date": "2026-04-30"}
        await run(stack, "monitor_availability", **asked)
        [request] = sandbox.journal.requests(path=f"/api/v2/monitors/{SEARCH}/sla")
        assert dict(request.query) == {"from": "2026-04-01", "to": "2026-04-30"}

    async def test_of_a_period_that_ends_before_it_starts_is_refused(self, stack: Any) -> None:
        with pytest.raises(Invalid, match="to: must not be before from"):
            await run(
                stack,
                "monitor_availability",
                monitor_id=SEARCH,
                from_date="2026-04-30",
                to_date="2026-04-01",
            )


class TestResponseTimes:
    async def test_are_summed_up_by_region_in_milliseconds(self) -> None:
        points = [
            {"at": "2026-05-13T10:02:00Z", "response_time": 0.9},
            {"at": "2026-05-13T10:01:00Z", "response_time": 0.2},
            {"at": "2026-05-13T10:00:00Z", "response_time": 0.1},
            {"at": "2026-05-13T10:03:00Z", "response_time": None},
        ]
        regions = [{"region": "eu", "response_times": points}, {"region": "us"}]
        monitor = {"data": {"id": "1", "type": "monitor", "attributes": {"url": "u"}}}
        times = {"data": {"id": "1", "attributes": {"regions": regions}}}
        service = Service(httpx.Response(200, json=monitor), httpx.Response(200, json=times))
        assert await rows(mocked(service), "monitor_response_times", monitor_id="1") == [
            {
                "region": "eu",
                "checks": 3,
                "average_ms": 400.0,
                "median_ms": 200.0,
                "slowest_ms": 900.0,
                "slowest_at": "2026-05-13T10:02:00Z",
                "from": "2026-05-13T10:00:00Z",
                "to": "2026-05-13T10:02:00Z",
            }
        ]

    async def test_show_when_it_became_slow(self, stack: Any) -> None:
        found = await rows(stack, "monitor_response_times", monitor_id=CHECKOUT)
        assert {row["region"] for row in found} == {"us", "eu", "as", "au"}
        assert all(row["slowest_at"] > "2026-05-13T13:5" for row in found)

    async def test_of_one_region_are_each_check_oldest_first(self, stack: Any) -> None:
        result = await run(stack, "monitor_response_times", monitor_id=CHECKOUT, region="eu")
        moments = [row["at"] for row in result.rows]
        assert moments == sorted(moments)
        assert moments[-1] == "2026-05-13T14:21:00.000Z"
        assert len(moments) == 100
        assert result.cut == "Only the last 100 of 144 checks are listed."
        assert result.rows[-1]["response_time_ms"] > result.rows[-1]["connection_time_ms"] > 0

    async def test_of_an_unknown_region_name_the_known_ones(self, stack: Any) -> None:
        with pytest.raises(Invalid, match="region: is not checked from; it has us, eu, as, au"):
            await run(stack, "monitor_response_times", monitor_id=CHECKOUT, region="mars")


class TestChanging:
    async def test_shows_what_changes_from_and_to(self, stack: Any) -> None:
        changes = {"check_frequency": 60, "regions": ["eu", "us", "as", "au"], "call": False}
        preview = await look_ahead(
            stack, "update_monitor", monitor_id=CHECKOUT, changes={**changes, "policy_id": "7001"}
        )
        assert preview.resource == "Checkout API"
        assert list(preview.changes) == [
            Change("check_frequency", "30", "60"),
            Change("call", "yes", "no"),
        ]
        assert not preview.done

    async def test_sends_only_what_shall_change(self, stack: Any, sandbox: Sandbox) -> None:
        """A default that is sent along would mute a live alert."""
        await run(stack, "update_monitor", monitor_id=CHECKOUT, changes={"check_frequency": 60})
        [write] = sandbox.journal.writes()
        assert (write.method, write.path) == ("PATCH", f"/api/v2/monitors/{CHECKOUT}")
        assert write.body == {"check_frequency": 60}

    async def test_that_is_there_already_is_done(self, stack: Any) -> None:
        changes = {"check_frequency": 30}
        preview = await look_ahead(stack, "update_monitor", monitor_id=CHECKOUT, changes=changes)
        assert preview.obstacle == "it is like that already"
        assert preview.done

    @pytest.mark.parametrize("secret", ["request_headers", "auth_password", "playwright_script"])
    def test_takes_no_secrets_from_a_model(self, stack: Any, secret: str) -> None:
        with pytest.raises(Invalid, match=rf"changes\.{secret}"):
            stack.tools["update_monitor"].parse({"monitor_id": 1, "changes": {secret: "x"}})


class TestPausing:
    async def test_and_resuming_are_shown_and_done(self, stack: Any, sandbox: Sandbox) -> None:
        preview = await look_ahead(stack, "pause_monitor", monitor_id=SEARCH)
        assert list(preview.changes) == [Change("paused", "no", "yes")]
        assert (await document(stack, "pause_monitor", monitor_id=SEARCH))["status"] == "paused"
        assert sandbox.journal.writes()[0].body == {"paused": True}
        again = await look_ahead(stack, "pause_monitor", monitor_id=SEARCH)
        assert again.obstacle == "it is paused already"
        assert again.done
        assert (await look_ahead(stack, "resume_monitor", monitor_id=SEARCH)).done is False
        await run(stack, "resume_monitor", monitor_id=SEARCH)
        assert sandbox.journal.writes()[1].body == {"paused": False}

    async def test_is_undone_only_if_it_was_done(self, stack: Any) -> None:
        assert not (await look_ahead(stack, "resume_monitor", monitor_id=ADMIN)).obstacle
        preview = await look_ahead(stack, "resume_monitor", monitor_id=SEARCH)
        assert preview.obstacle == "it is not paused"


class TestCreating:
    async def test_shows_whether_the_url_is_watched_already(self, stack: Any) -> None:
        asked = {"url": "https://www.harbor.example", "pronounceable_name": "Shop"}
        preview = await look_ahead(stack, "create_monitor", **asked)
        assert preview.state == "monitors of this URL: Storefront"
        assert Change("pronounceable_name", "not set", "Shop") in preview.changes
        assert not preview.done

    async def test_sends_what_was_said_and_leaves_the_rest_to_the_service(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        asked = {
            "url": "https://new.harbor.example",
            "pronounceable_name": "New",
            "settings": {"check_frequency": 60},
        }
        result = await run(stack, "create_monitor", **asked)
        assert result.title == "Monitor New"
        assert sandbox.journal.writes()[0].body == {
            "url": "https://new.harbor.example",
            "pronounceable_name": "New",
            "monitor_type": "status",
            "check_frequency": 60,
        }
        assert (await look_ahead(stack, "create_monitor", **asked)).done


class TestDeleting:
    async def test_is_for_good(self, stack: Any, sandbox: Sandbox) -> None:
        preview = await look_ahead(stack, "delete_monitor", monitor_id=ADMIN)
        assert preview.resource == "Admin"
        await run(stack, "delete_monitor", monitor_id=ADMIN)
        assert ADMIN not in sandbox.state.monitors
        assert (await look_ahead(stack, "delete_monitor", monitor_id=ADMIN)).done


class TestGroups:
    async def test_are_listed(self, stack: Any) -> None:
        found = await rows(stack, "list_monitor_groups")
        assert [(row["id"], row["name"]) for row in found] == [
            ("3101", "Customer facing"),
            ("3102", "Internal"),
        ]

    async def test_tell_their_monitors(self, stack: Any) -> None:
        found = await rows(stack, "list_monitors_of_group", monitor_group_id="3102")
        assert {row["name"] for row in found} == {"Payments webhook", "Admin", "Auth"}

    async def test_are_created_once(self, stack: Any, sandbox: Sandbox) -> None:
        preview = await look_ahead(stack, "create_monitor_group", name="Edge")
        assert not preview.obstacle
        await run(stack, "create_monitor_group", name="Edge", paused=True)
        assert sandbox.journal.writes()[0].body == {"name": "Edge", "paused": True}
        again = await look_ahead(stack, "create_monitor_group", name="Edge")
        assert again.obstacle == "a group of this name exists already"
        assert again.done
