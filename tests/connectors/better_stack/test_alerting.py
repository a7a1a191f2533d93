"""Waking people: nobody is woken that the card did not name, nor by a channel nobody asked for."""

from __future__ import annotations

from typing import Any, ClassVar

import httpx
import pytest

from bot.connectors.errors import ConnectorError, Invalid
from bot.connectors.results import Change, Preview
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.records import OnCallEvent
from playground.betterstack.seed_names import (
    CHECKOUT_5XX,
    CRITICAL,
    DATABASE_SCHEDULE,
    DEFAULT_SCHEDULE,
    PAYMENTS_TIMEOUT,
)
from playground.betterstack.server import Sandbox
from playground.betterstack.state import State
from tests.connectors.better_stack.conftest import mocked
from tests.connectors.helpers import NOW, Service, document, look_ahead, run

OPEN = str(CHECKOUT_5XX)
ANA = "ana@harbor.example"
SILENT = {"call": False, "sms": False, "email": False, "push": False, "critical_alert": False}


def alerts(preview: Preview) -> str:
    return next(change.after for change in preview.changes if change.name == "alerts")


def take_over(state: State, email: str) -> None:
    """Somebody else is on call from now on."""
    start, end = NOW.replace(hour=0), NOW.replace(hour=23)
    override = OnCallEvent(id=1, starts_at=start, ends_at=end, users=[email], override=True)
    state.calendars[DEFAULT_SCHEDULE].events.append(override)


class TestOpeningAnIncident:
    asked: ClassVar[dict[str, Any]] = {"summary": "Checkout is slow", "requester_email": ANA}

    async def test_names_who_is_woken_and_how(self, stack: Any) -> None:
        preview = await look_ahead(stack, "create_incident", **self.asked, call=True, push=True)
        woken = "on call now: Bo Chen (bo@harbor.example), by phone call, push notification"
        assert preview.resource == "Checkout is slow"
        assert list(preview.changes) == [
            Change("alerts", "nobody", woken),
            Change("summary", "", "Checkout is slow"),
            Change("reported by", "", ANA),
        ]

    async def test_names_the_steps_of_a_policy(self, stack: Any) -> None:
        preview = await look_ahead(stack, "create_incident", **self.asked, policy_id=CRITICAL)
        loud = "Critical (phone call, SMS, e-mail, push notification, critical alert)"
        assert alerts(preview) == (
            "policy Page the person on call, then everyone: "
            f"at once: whoever is on call (now Bo Chen (bo@harbor.example)) by {loud}; "
            f"after 5 min: entire team by {loud}; then again, up to 2 times"
        )

    async def test_says_when_the_whole_team_is_next(self, stack: Any) -> None:
        preview = await look_ahead(
            stack, "create_incident", **self.asked, email=True, team_wait=180
        )
        assert alerts(preview).endswith("by e-mail; then the whole team after 3 min")

    async def test_without_a_channel_wakes_nobody_and_says_so(self, stack: Any) -> None:
        preview = await look_ahead(stack, "create_incident", **self.asked)
        assert alerts(preview) == "nobody (no channel is asked for)"

    async def test_sends_every_channel_that_was_not_asked_for_as_false(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        found = await document(stack, "create_incident", **self.asked, sms=True)
        [write] = sandbox.journal.writes()
        assert (write.method, write.path) == ("POST", "/api/v3/incidents")
        assert write.body == {
            "requester_email": ANA,
            "summary": "Checkout is slow",
            **SILENT,
            "sms": True,
        }
        assert found["notified_by"] == "SMS"

    async def test_sends_all_that_was_said(self, everywhere: Any, sandbox: Sandbox) -> None:
        await run(
            everywhere,
            "create_incident",
            **self.asked,
            name="Slow checkout",
            description="p95 is 9 s",
            policy_id=CRITICAL,
            team_wait=60,
            metadata={"Service": "checkout"},
        )
        assert sandbox.journal.writes()[0].body == {
            "team_name": "Harbor",
            "requester_email": ANA,
            "summary": "Checkout is slow",
            "name": "Slow checkout",
            "description": "p95 is 9 s",
            "policy_id": str(CRITICAL),
            "team_wait": 60,
            "metadata": {"Service": [{"type": "String", "value": "checkout"}]},
            **SILENT,
        }

    async def test_needs_somebody_who_reports_it(self, stack: Any, sandbox: Sandbox) -> None:
        for attempt in (run, look_ahead):
            with pytest.raises(Invalid) as caught:
                await attempt(stack, "create_incident", summary="Down")
            assert list(caught.value.fields) == ["requester_email"]
        assert len(sandbox.journal) == 0

    async def test_takes_the_connection_s_reporter_by_default(self) -> None:
        service = Service(httpx.Response(200, json={"data": []}))
        connector = mocked(service, requester_email="ops@harbor.example")
        preview = await look_ahead(connector, "create_incident", summary="Down")
        assert Change("reported by", "", "ops@harbor.example") in preview.changes

    @pytest.mark.parametrize("kind", [Kind.ERROR, Kind.THROTTLED, Kind.CLOSED, Kind.BAD_GATEWAY])
    @pytest.mark.parametrize("after", [False, True])
    async def test_is_never_repeated_by_itself(
        self, stack: Any, sandbox: Sandbox, kind: Kind, after: bool
    ) -> None:
        before = len(sandbox.state.incidents)
        sandbox.faults.add(Fault(kind=kind, after=after))
        with pytest.raises(ConnectorError):
            await run(stack, "create_incident", **self.asked, call=True)
        assert len(sandbox.journal.writes()) == 1
        assert len(sandbox.state.incidents) == before + after

    async def test_makes_no_sense_while_one_of_its_name_is_open(self, stack: Any) -> None:
        for same in ({"summary": "x", "name": "Checkout 5xx"}, {"summary": "Status 502"}):
            preview = await look_ahead(stack, "create_incident", requester_email=ANA, **same)
            assert preview.obstacle == "an incident of this name is open already"

    async def test_is_told_done_when_the_answer_was_lost(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        sandbox.faults.add(Fault(kind=Kind.CLOSED, method="POST", after=True))
        with pytest.raises(ConnectorError, match="broke off"):
            await run(stack, "create_incident", **self.asked, call=True)
        assert (await look_ahead(stack, "create_incident", **self.asked, call=True)).done

    async def test_is_not_told_undone_when_none_is_found(self, stack: Any) -> None:
        """How the service shows an incident that was made by hand is not documented."""
        assert (await look_ahead(stack, "create_incident", **self.asked)).done is None

    async def test_rests_on_who_is_on_call(self, stack: Any, sandbox: Sandbox) -> None:
        before = await look_ahead(stack, "create_incident", **self.asked, call=True)
        take_over(sandbox.state, ANA)
        after = await look_ahead(stack, "create_incident", **self.asked, call=True)
        assert "Ana Marin" in after.state
        assert before.state != after.state


class TestEscalating:
    @pytest.mark.parametrize(
        ("target", "sent", "woken"),
        [
            (
                {"escalation_type": "User", "user_email": ANA},
                {"escalation_type": "User", "user_email": ANA},
                f"{ANA} by phone call",
            ),
            (
                {"escalation_type": "Team", "team_name": "Harbor"},
                {"escalation_type": "Team", "team_name": "Harbor"},
                "everybody in team Harbor by phone call",
            ),
            (
                {"escalation_type": "Schedule", "schedule_id": DATABASE_SCHEDULE},
                {"escalation_type": "Schedule", "schedule_id": DATABASE_SCHEDULE},
                "on call now: Chidi Okoye (chidi@harbor.example) by phone call",
            ),
            (
                {"escalation_type": "Organization"},
                {"escalation_type": "Organization"},
                "everybody in the organization by phone call",
            ),
        ],
        ids=["user", "team", "schedule", "organization"],
    )
    async def test_wakes_just_whom_the_card_names(
        self,
        stack: Any,
        sandbox: Sandbox,
        target: dict[str, Any],
        sent: dict[str, Any],
        woken: str,
    ) -> None:
        preview = await look_ahead(
            stack, "escalate_incident", incident_id=OPEN, call=True, **target
        )
        assert preview.resource == "Checkout 5xx"
        assert alerts(preview) == woken
        assert preview.done is None
        await run(stack, "escalate_incident", incident_id=OPEN, call=True, **target)
        [write] = sandbox.journal.writes()
        assert write.path == f"/api/v3/incidents/{OPEN}/escalate"
        assert write.body == {**sent, **SILENT, "call": True}

    async def test_by_a_policy_leaves_the_channels_to_it(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        target = {"escalation_type": "Policy", "policy_id": str(CRITICAL)}
        preview = await look_ahead(stack, "escalate_incident", incident_id=OPEN, **target)
        assert alerts(preview).startswith("policy Page the person on call, then everyone: at once")
        await run(stack, "escalate_incident", incident_id=OPEN, **target)
        [write] = sandbox.journal.writes()
        assert write.body == {"escalation_type": "Policy", "policy_id": CRITICAL}

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"escalation_type": "User", "call": True}, "user_email"),
            ({"escalation_type": "Team", "user_email": ANA, "call": True}, "user_email"),
            ({"escalation_type": "Organization", "team_name": "x", "call": True}, "team_name"),
            ({"escalation_type": "Policy", "policy_id": "7001", "sms": True}, "sms"),
        ],
    )
    async def test_that_is_unclear_is_refused_before_anything_is_sent(
        self, stack: Any, sandbox: Sandbox, asked: dict[str, Any], field: str
    ) -> None:
        for attempt in (run, look_ahead):
            with pytest.raises(Invalid) as caught:
                await attempt(stack, "escalate_incident", incident_id=OPEN, **asked)
            assert field in caught.value.fields
        assert len(sandbox.journal) == 0

    async def test_without_a_channel_would_reach_nobody(self, stack: Any) -> None:
        with pytest.raises(Invalid, match="Nobody would be reached without a channel"):
            await run(stack, "escalate_incident", incident_id=OPEN, escalation_type="Organization")

    async def test_makes_no_sense_when_it_is_over(self, stack: Any) -> None:
        preview = await look_ahead(
            stack,
            "escalate_incident",
            incident_id=str(PAYMENTS_TIMEOUT),
            escalation_type="Organization",
            call=True,
        )
        assert preview.obstacle == "it is resolved, so nobody needs to be woken"

    async def test_rests_on_who_is_on_call_and_on_the_incident(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        asked = {
            "incident_id": OPEN,
            "escalation_type": "Schedule",
            "schedule_id": DEFAULT_SCHEDULE,
            "call": True,
        }
        before = await look_ahead(stack, "escalate_incident", **asked)
        take_over(sandbox.state, ANA)
        taken_over = await look_ahead(stack, "escalate_incident", **asked)
        await run(stack, "acknowledge_incident", incident_id=OPEN)
        acknowledged = await look_ahead(stack, "escalate_incident", **asked)
        assert len({before.state, taken_over.state, acknowledged.state}) == 3
