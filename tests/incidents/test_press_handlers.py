"""The buttons and modals of a card, as Slack's payloads bring them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.catalogue import all_connectors
from bot.handlers import incidents
from bot.handlers.services import Services
from bot.incidents.card import CHANNEL_WORDS
from bot.incidents.deeds import Action
from bot.slack import incident_cards, incident_forms, incident_summary
from bot.slack.incident_forms import Origin
from bot.store.tables import IncidentPress, Member, PressState
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.records import Incident as Told
from tests.fixtures_store import ORGANISATION, add_member
from tests.incidents.face import Face, refusal
from tests.incidents.watch import CHANNEL, TEAM
from tests.support.desk import Listeners


class Desk:
    """Presses what Slack would, and does the work that follows."""

    def __init__(self, face: Face, ana: Member) -> None:
        self.face = face
        self.ana = ana
        self.listeners = Listeners()
        self.opened: list[dict[str, Any]] = []
        face.slack.views_open = self._open  # type: ignore[method-assign]
        self.refused = ""
        services = SimpleNamespace(
            store=face.watch.store,
            gate=face.watch.gate,
            queue=face.watch.queue,
            client=face.slack.client,
            sender=face.slack.sender(),
            wake=lambda: None,
            acquaintance=self,
        )
        incidents.register(cast(Any, self.listeners), cast(Services, services))

    async def member(self, organisation_id: str, _team: str, user_id: str) -> Member:
        async with self.face.watch.store.reading(organisation_id) as session:
            return await session.get_one(Member, user_id.removeprefix("U").lower())

    async def _open(self, **arguments: Any) -> dict[str, Any]:
        if self.refused:
            raise refusal(self.refused)
        self.opened.append(arguments["view"])
        return {"view": {"id": f"V{len(self.opened)}"}}

    async def press(
        self, told: Told, action: str, user: str = "UANA", at: str = "1.0", value: str = ""
    ) -> Any:
        incident = await self.face.incident(told)
        body = {
            "team": {"id": TEAM},
            "user": {"id": user},
            "channel": {"id": CHANNEL},
            "trigger_id": "t",
            "actions": [{"action_id": action, "value": value or incident.id, "action_ts": at}],
        }
        return await self._call("action", action, body)

    async def submit(
        self, told: Told, callback: str, values: dict[str, Any], user: str = "UANA", id: str = "V1"
    ) -> Any:
        incident = await self.face.incident(told)
        view = {
            "id": id,
            "private_metadata": Origin(incident.id, CHANNEL).metadata,
            "state": {"values": {name: {name: state} for name, state in values.items()}},
        }
        body = {"team": {"id": TEAM}, "user": {"id": user}, "view": view}
        return await self._call("view", callback, body, view=view)

    async def _call(self, kind: str, name: str, body: dict[str, Any], **more: Any) -> Any:
        async def ack(**answer: Any) -> dict[str, Any]:
            return answer

        answer = await self.listeners.get(kind, name)(ack=ack, body=body, **more)
        self.before_work = len(self.face.writes())
        await self.face.work()
        return answer

    @property
    def filled(self) -> dict[str, Any]:
        """What the newest modal was filled with."""
        view: dict[str, Any] = self.face.slack.of("views_update")[-1]["view"]
        return view


@pytest.fixture
def desk(face: Face, ana: Member) -> Desk:
    return Desk(face, ana)


def option(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value}}


def ticked(*values: str) -> dict[str, Any]:
    return {"selected_options": [{"value": one} for one in values]}


async def test_a_press_is_saved_and_its_work_is_a_job(face: Face, desk: Desk) -> None:
    told = await face.happens()
    await desk.press(told, incident_cards.ACKNOWLEDGE)
    assert desk.before_work == 0  # acknowledged before anything was sent
    assert face.writes() == ["/api/v3/incidents/17/acknowledge"]


async def test_a_redelivered_click_does_nothing_and_a_second_one_counts(
    face: Face, desk: Desk
) -> None:
    told = await face.happens()
    for at in ("1.0", "1.0", "2.0"):
        await desk.press(told, incident_cards.RESOLVE, at=at)
    assert len(await face.presses()) == 2
    assert face.writes() == ["/api/v3/incidents/17/resolve"]


async def test_a_forged_incident_is_not_known(face: Face, desk: Desk) -> None:
    told = await face.happens()
    for action in (incident_cards.ACKNOWLEDGE, incident_cards.ESCALATE, incident_cards.COMMENT):
        await desk.press(told, action, value="nobody")
    assert {words for _, words in face.whispers} == {
        "I do not know this incident any more, so nothing happened."
    }
    assert desk.opened == []


async def test_escalating_asks_at_once_and_says_who_will_be_woken(face: Face, desk: Desk) -> None:
    told = await face.happens()
    await desk.press(told, incident_cards.ESCALATE)
    [waiting] = desk.opened
    assert "Asking whom it can be escalated to" in str(waiting)
    shown = str(desk.filled)
    assert "*Who will be woken*" in shown
    assert "*Schedule Default schedule*: " in shown
    assert "Everybody" in shown
    assert "initial_option" not in shown  # nothing is ticked beforehand
    assert desk.filled["callback_id"] == incident_forms.ESCALATE_FORM


async def test_who_may_not_escalate_learns_it_before_typing(face: Face, desk: Desk) -> None:
    told = await face.happens()
    await add_member(face.watch.store, "bo", "Bo", "UTC")
    async with face.watch.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, "bo")).role = "viewer"
    await desk.press(told, incident_cards.ESCALATE, user="UBO")
    assert "You may not do this yourself. <@UANA> can." in str(desk.filled)
    assert "submit" not in desk.filled


async def test_a_service_that_does_not_answer_is_said_in_the_modal(face: Face, desk: Desk) -> None:
    told = await face.happens()
    face.watch.sandbox.faults.add(Fault(kind=Kind.ERROR, path="/api/v3/policies*", times=20))
    await desk.press(told, incident_cards.ESCALATE)
    assert "Nothing was sent" in str(desk.filled)
    assert "own page" in str(desk.filled)


async def test_when_slack_opens_no_modal_the_person_is_told(face: Face, desk: Desk) -> None:
    told = await face.happens()
    desk.refused = "expired_trigger_id"
    await desk.press(told, incident_cards.COMMENT)
    assert "Press once more" in face.whispers[0][1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "target"),
        ({"target": option("User:"), "channels": ticked("call")}, "person"),
        ({"target": option("Organization:")}, "channels"),
        ({"target": option("Policy:12"), "channels": ticked("call")}, "channels"),
        (
            {
                "target": option("Policy:12"),
                "person": {"value": "bo@harbor.example"},
            },
            "person",
        ),
    ],
)
async def test_a_modal_says_at_the_field_what_is_missing(
    face: Face, desk: Desk, values: dict[str, Any], field: str
) -> None:
    told = await face.happens()
    answer = await desk.submit(told, incident_forms.ESCALATE_FORM, values)
    assert answer["response_action"] == "errors"
    assert field in answer["errors"]
    assert await face.presses() == []


async def test_one_person_is_woken_by_address(face: Face, desk: Desk) -> None:
    told = await face.happens()
    values = {
        "target": option("User:"),
        "person": {"value": "bo@harbor.example"},
        "channels": ticked("call", "push"),
    }
    for _ in range(2):  # a redelivery of the same modal
        await desk.submit(told, incident_forms.ESCALATE_FORM, values)
    [sent] = face.bodies()
    assert (sent["user_email"], sent["sms"]) == ("bo@harbor.example", False)


async def test_a_comment_is_written_with_its_author(face: Face, desk: Desk) -> None:
    told = await face.happens()
    await desk.press(told, incident_cards.COMMENT)
    assert desk.opened[0]["callback_id"] == incident_forms.COMMENT_FORM
    empty = await desk.submit(told, incident_forms.COMMENT_FORM, {"text": {"value": "  "}})
    assert empty["errors"] == {"text": "Write something, or cancel."}
    await desk.submit(told, incident_forms.COMMENT_FORM, {"text": {"value": "Pool is full"}})
    [sent] = face.bodies()
    assert sent["content"] == "Pool is full\n\n— Ana, from Slack"


async def over(face: Face) -> Told:
    told = await face.happens(name="Checkout 5xx")
    face.watch.clock.forward(minutes=7)
    now = face.watch.clock()
    await face.changes(told, "resolved", status="Resolved", resolved_at=now, resolved_by="Bo")
    return told


async def test_a_report_to_customers_goes_through_the_gate(face: Face, desk: Desk) -> None:
    told = await over(face)
    await desk.press(told, incident_summary.PUBLISH)
    view = desk.filled
    assert view["callback_id"] == incident_forms.PUBLISH_FORM
    [affected] = [one for one in view["blocks"] if one.get("block_id") == "affected"]
    chosen = affected["element"]["option_groups"][0]["options"][0]["value"]
    values = {
        "title": {"value": "Checkout was slow"},
        "text": {"value": "It is fine again."},
        "affected": ticked(chosen),
    }
    await desk.submit(told, incident_forms.PUBLISH_FORM, values)
    [sent] = face.bodies()
    assert face.writes()[0].endswith("/status-reports")
    assert sent["notify_subscribers"] is False
    assert sent["affected_resources"][0]["status"] == "resolved"
    summary = next(one for one in face.slack.posts.values() if "Summary" in one["text"])
    assert "Published by <@UANA>" in str(summary["blocks"])
    assert incident_summary.PUBLISH not in str(summary["blocks"])


@pytest.mark.parametrize(
    ("chosen", "words"), [((), "at least one"), (("1:2", "3:4"), "on one page")]
)
async def test_a_report_is_on_one_page(
    face: Face, desk: Desk, chosen: tuple[str, ...], words: str
) -> None:
    told = await over(face)
    values = {"title": {"value": "A"}, "text": {"value": "B"}, "affected": ticked(*chosen)}
    answer = await desk.submit(told, incident_forms.PUBLISH_FORM, values)
    assert words in answer["errors"]["affected"]


async def test_dismissing_the_draft_puts_it_away_for_everybody(face: Face, desk: Desk) -> None:
    told = await over(face)
    for user in ("UANA", "UANA"):
        await desk.press(told, incident_summary.DISMISS, user=user)
    summary = next(one for one in face.slack.posts.values() if "Summary" in one["text"])
    assert "dismissed by <@UANA>" in str(summary["blocks"])
    assert "Timeline" not in str(summary["blocks"])
    presses: list[IncidentPress] = await face.presses()
    assert [(one.action, one.state) for one in presses] == [(Action.DISMISS, PressState.DONE)]


kinds = st.sampled_from(["Policy:12", "Schedule:3", "Team:Harbor", "Organization:", "User:", ""])
people = st.sampled_from(["", "bo@harbor.example", "bo"])
by = st.lists(st.sampled_from(["call", "sms", "email", "push", "critical_alert"]), unique=True)


@given(kinds, people, by)
def test_what_the_form_accepts_the_tool_takes(kind: str, person: str, asked: list[str]) -> None:
    values = {"target": option(kind), "person": {"value": person}, "channels": ticked(*asked)}
    state = {"values": {name: {name: one} for name, one in values.items()}}
    given_, errors = incidents.read_escalation({"state": state})
    assert bool(errors) == (not fits(kind, person, asked))
    if not errors:
        tool = all_connectors()["better_stack"].tools["escalate_incident"]
        sent = tool.parse({"incident_id": "17", **given_})
        assert {name for name in CHANNEL_WORDS if sent.get(name)} == set(asked)


def fits(kind: str, person: str, asked: list[str]) -> bool:
    """Whether it is clear whom to reach, and how."""
    if kind == "User:":
        return "@" in person and bool(asked)
    return bool(kind) and not person and bool(asked) != kind.startswith("Policy")
