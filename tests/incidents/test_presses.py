"""A press of a card's button: once, in the presser's name, and everybody is told the truth."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.agents.following import put_next
from bot.gate.decisions import Decisions, Press
from bot.incidents.deeds import Action
from bot.incidents.port import INCIDENT_PRESS, put_card
from bot.incidents.presses import UNKNOWN_INCIDENT, Wish, keep
from bot.scheduling.queue import Claim
from bot.store.tables import Approval, ApprovalPolicy, IncidentPress, Member, PressState, Role
from playground.betterstack.faults import Fault, Kind
from tests.fixtures_store import ORGANISATION, add_member, on_both_databases
from tests.incidents.face import Face
from tests.incidents.watch import CHANNEL

ACKNOWLEDGED = "/api/v3/incidents/17/acknowledge"


async def someone(face: Face, key: str, role: Role = Role.EDITOR) -> Member:
    await add_member(face.watch.store, key, key.title(), "UTC")
    async with face.watch.store.writing(ORGANISATION) as session:
        member = await session.get_one(Member, key)
        member.role = role
    return member


async def states(face: Face) -> list[str]:
    return [one.state for one in await face.presses()]


async def test_acknowledge_acknowledges_in_the_pressers_name(face: Face, ana: Member) -> None:
    told = await face.happens()
    face.watch.clock.forward(minutes=3)
    await face.press(ana, told, Action.ACKNOWLEDGE)
    await face.work()
    assert face.writes() == [ACKNOWLEDGED]
    assert told.acknowledged_by == "Ana"
    assert "*Acknowledged* by <@UANA> at " in face.card
    assert face.story == [f":large_yellow_circle: <@UANA> acknowledged this at {at(face)}"]
    assert face.whispers == []
    sentences = await face.sentences()
    assert any("Ana acknowledged incident" in one and "with the button" in one for one in sentences)


def at(face: Face) -> str:
    now = face.watch.clock()
    return f"<!date^{int(now.timestamp())}^{{time}}|{now:%Y-%m-%d %H:%M} UTC>"


@on_both_databases
async def test_the_same_press_delivered_twice_is_one(face: Face, ana: Member) -> None:
    told = await face.happens()
    for _ in range(2):
        await face.press(ana, told, Action.ACKNOWLEDGE, key="same")
    await face.work()
    await face.press(ana, told, Action.ACKNOWLEDGE, key="same")
    await face.work()
    assert face.writes() == [ACKNOWLEDGED]
    assert len(await face.presses()) == 1


@on_both_databases
async def test_ten_people_acknowledge_once_and_each_learns_who_did(face: Face) -> None:
    told = await face.happens()
    people = [await someone(face, f"p{number}") for number in range(10)]
    for one in people:
        await face.press(one, told, Action.ACKNOWLEDGE)
    await face.work()
    assert face.writes() == [ACKNOWLEDGED]
    assert (await states(face)).count(PressState.DONE) == 1
    told_to = {user for user, words in face.whispers if "<@UP0> acknowledged this at " in words}
    assert told_to == {f"UP{number}" for number in range(1, 10)}
    assert len(face.story) == 1


async def test_who_acknowledged_it_in_better_stack_is_named_to_a_later_press(
    face: Face, ana: Member
) -> None:
    told = await face.happens()
    told.status, told.acknowledged_at = "Acknowledged", face.watch.clock()
    told.acknowledged_by = "Cy"
    await face.press(ana, told, Action.ACKNOWLEDGE)
    await face.work()
    assert face.writes() == []
    [(user, words)] = face.whispers
    assert user == "UANA"
    assert "Already acknowledged by Cy" in words
    assert "*Acknowledged* by Cy" in face.card  # what the press found out, all can see


async def test_a_viewer_is_told_privately_who_can(face: Face) -> None:
    told = await face.happens()
    bo = await someone(face, "bo", Role.VIEWER)
    shown = face.card
    await face.press(bo, told, Action.ACKNOWLEDGE)
    await face.work()
    assert face.writes() == []
    [(user, words)] = face.whispers
    assert user == "UBO"
    assert "You may not do this yourself. <@UANA> can." in words
    assert face.card == shown
    assert face.story == []


async def test_where_two_have_to_agree_the_request_is_a_card_in_the_thread(
    face: Face, ana: Member
) -> None:
    await two_needed(face)
    told = await face.happens()
    await face.press(ana, told, Action.RESOLVE)
    await face.work()
    assert face.writes() == []
    assert await states(face) == [PressState.WAITING]
    assert "The request is in the incident's thread." in face.whispers[0][1]
    [asked] = [one for one in face.slack.posts.values() if one.get("thread_ts")]
    assert "<@UANA> wants to resolve incident" in str(asked["blocks"])
    assert "sending" not in face.card


async def two_needed(face: Face) -> None:
    await someone(face, "cy", Role.OWNER)
    async with face.watch.store.writing(ORGANISATION) as session:
        session.add(
            ApprovalPolicy(
                connection_id=face.watch.connection.id, people=[], critical=["incidents"]
            )
        )


@on_both_databases
async def test_after_the_second_yes_the_thread_tells_what_became_of_it(
    face: Face, ana: Member
) -> None:
    await two_needed(face)
    told = await face.happens()
    await face.press(ana, told, Action.RESOLVE)
    await face.work()
    await decide(face, "cy")
    await face.work()
    assert face.writes() == ["/api/v3/incidents/17/resolve"]
    assert await states(face) == [PressState.DONE]
    assert "*Resolved* by <@UANA>" in face.card


async def decide(face: Face, who: str) -> None:
    """Somebody's yes to the only request."""
    store = face.watch.store
    [approval] = await face.rows(Approval)
    async with store.reading(ORGANISATION) as session:
        member = await session.get_one(Member, who)

    async def go_on(session: Any, row: Approval) -> None:
        await put_next(face.watch.queue, session, row)

    await Decisions(store, face.watch.gate.approvers).press(
        member, approval.id, Press.APPROVE, go_on
    )


async def test_a_comment_carries_its_author_and_is_told_once(face: Face, ana: Member) -> None:
    told = await face.happens()
    face.watch.clock.forward(minutes=1)
    content = "Looking at <the> pool\n\n— Ana, from Slack"
    await face.press(ana, told, Action.COMMENT, content=content)
    await face.work()
    await face.changes(told, "comment")  # the webhook tells of it, too
    [line] = face.story
    assert "<@UANA> commented at" in line
    assert line.endswith(": Looking at &lt;the&gt; pool")


async def test_escalating_wakes_by_what_was_ticked_and_nothing_else(
    face: Face, ana: Member
) -> None:
    told = await face.happens()
    await face.press(
        ana, told, Action.ESCALATE, escalation_type="Organization", call=True, push=True
    )
    await face.work()
    [sent] = face.bodies()
    assert face.writes() == ["/api/v3/incidents/17/escalate"]
    channels = {"call": True, "sms": False, "email": False, "push": True, "critical_alert": False}
    assert {name: sent[name] for name in channels} == channels
    assert ":rotating_light: <@UANA> escalated this at" in face.story[0]
    assert "to everybody in the organization by phone call, app notification" in face.story[0]


async def test_one_press_acknowledges_all_that_are_told_of_in_the_thread(
    face: Face, ana: Member
) -> None:
    told = await face.happens(17, cause="Status 503")
    await face.happens(18, cause="Status 503")
    await face.press(ana, told, Action.ACKNOWLEDGE)
    await face.work()
    assert face.writes() == [ACKNOWLEDGED, "/api/v3/incidents/18/acknowledge"]
    assert "*Acknowledged* by <@UANA>" in face.card


# When Better Stack does not answer as it should.


def fault(face: Face, kind: Kind, **given: Any) -> Fault:
    return face.watch.sandbox.faults.add(Fault(kind=kind, **given))


async def minute(face: Face) -> list[str]:
    """Lets a minute go by as the worker does; returns what the card said meanwhile."""
    said = []
    for _ in range(14):
        await face.work()
        said.append(face.card)
        face.watch.clock.forward(seconds=6)
    return said


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.ERROR, Kind.BAD_GATEWAY, Kind.CLOSED])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_it_is_acknowledged_once_when_the_service_is_back(
    face: Face, ana: Member, kind: Kind, method: str
) -> None:
    told = await face.happens()
    times = 6 if method == "GET" else 2
    fault(face, kind, path="/api/v3/incidents/17*", method=method, times=times)
    await face.press(ana, told, Action.ACKNOWLEDGE)
    said = await minute(face)
    assert "<@UANA> acknowledges this: sending it to Better Stack (Demo) …" in said[0]
    assert "So far: " in said[0]
    assert "Acknowledge" not in said[0].split("*Not acknowledged*")[-1]
    assert [one.state for one in await face.presses()] == [PressState.DONE]
    assert told.acknowledged_by == "Ana"
    assert "*Acknowledged* by <@UANA>" in said[-1]
    assert "sending" not in said[-1]


async def test_when_it_stays_away_people_are_told_that_nothing_was_done(
    face: Face, ana: Member
) -> None:
    told = await face.happens()
    fault(face, Kind.ERROR, path="/api/v3/incidents/17*", times=500)
    await face.press(ana, told, Action.ACKNOWLEDGE)
    said = await minute(face)
    assert await states(face) == [PressState.NOT_DONE]
    assert told.acknowledged_at is None
    assert "<@UANA> wanted to acknowledge this at" in said[-1]
    assert "*not done*" in said[-1]
    assert "Acknowledge" in face.buttons
    assert any(user == "UANA" and "Nothing was sent" in words for user, words in face.whispers)
    assert any("*not done*" in line for line in face.story)


async def test_an_answer_that_is_lost_is_looked_for_and_nothing_is_sent_again(
    face: Face, ana: Member
) -> None:
    told = await face.happens()
    fault(face, Kind.CLOSED, path=ACKNOWLEDGED, method="POST", after=True)
    await face.press(ana, told, Action.ACKNOWLEDGE)
    await face.work()
    assert face.writes() == [ACKNOWLEDGED]
    assert await states(face) == [PressState.DONE]
    assert "*Acknowledged* by <@UANA>" in face.card


async def test_while_it_is_slow_the_card_says_that_it_is_being_sent(
    face: Face, ana: Member
) -> None:
    told = await face.happens()
    slow = fault(face, Kind.SLOW, path=ACKNOWLEDGED, method="POST")
    await face.press(ana, told, Action.ACKNOWLEDGE)
    working = asyncio.create_task(face.work())
    await slow.arrived.wait()
    await face.work()  # another worker, which has nothing else to wait for
    assert "<@UANA> acknowledges this: sending it to Better Stack (Demo) …" in face.card
    cy = await someone(face, "cy")
    words = await face.press(cy, told, Action.ACKNOWLEDGE)
    assert words.startswith("<@UANA> acknowledges this at this moment: it is being sent.")
    slow.released.set()
    await working
    await face.work()
    assert face.writes() == [ACKNOWLEDGED]
    assert "*Acknowledged* by <@UANA>" in face.card
    assert any(user == "UCY" and "acknowledged this at" in said for user, said in face.whispers)


async def test_a_request_that_takes_effect_after_we_gave_it_up_is_still_the_pressers(
    face: Face, ana: Member
) -> None:
    told = await face.happens()
    fault(face, Kind.ERROR, path=ACKNOWLEDGED, method="POST")
    await face.press(ana, told, Action.ACKNOWLEDGE)
    await face.work()
    told.status, told.acknowledged_by = "Acknowledged", "Ana"
    told.acknowledged_at = face.watch.clock()
    await minute(face)
    assert await states(face) == [PressState.DONE]
    assert "*Acknowledged* by <@UANA>" in face.card
    assert face.whispers == []


async def test_an_escalation_is_never_tried_twice(face: Face, ana: Member) -> None:
    told = await face.happens()
    path = "/api/v3/incidents/17/escalate"
    fault(face, Kind.CLOSED, path=path, method="POST", after=True)
    await face.press(ana, told, Action.ESCALATE, escalation_type="Organization", call=True)
    said = await minute(face)
    assert face.writes() == [path]
    assert await states(face) == [PressState.UNKNOWN]
    assert "*unknown, please check*" in said[-1]
    assert any(user == "UANA" and "Please check" in words for user, words in face.whispers)


async def test_unknown_becomes_known_when_the_service_shows_it(face: Face, ana: Member) -> None:
    told = await face.happens()
    fault(face, Kind.CLOSED, path=ACKNOWLEDGED, method="POST", after=True)
    fault(face, Kind.ERROR, path="/api/v3/incidents/17", method="GET", times=0)
    await face.press(ana, told, Action.ACKNOWLEDGE)
    await face.work()
    async with face.watch.store.writing(ORGANISATION) as session:
        row = await session.get_one(IncidentPress, (await face.presses())[0].id)
        row.state, row.words = PressState.UNKNOWN, "The answer was lost."
    await face.changes(told, "acknowledged")
    await redraw(face)
    assert any("shows that it is done." in line for line in face.story)
    assert "unknown" not in face.card


async def redraw(face: Face) -> None:
    [incident] = (await face.watch.incidents()).values()
    async with face.watch.store.writing(ORGANISATION) as session:
        await put_card(face.watch.queue, session, ORGANISATION, incident.id)
    await face.work()


async def test_a_fault_of_ours_is_told_as_unknown_and_never_left_as_being_sent(
    face: Face, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await face.happens()

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(face.watch.gate, "press", broken)
    await face.press(ana, told, Action.ACKNOWLEDGE)
    await face.work()
    assert await states(face) == [PressState.UNKNOWN]
    assert "Something went wrong on my side" in face.card


@on_both_databases
async def test_a_process_that_dies_over_a_press_sends_nothing_twice(
    face: Face, ana: Member
) -> None:
    told = await face.happens()
    await face.press(ana, told, Action.ACKNOWLEDGE)
    claims = await face.watch.queue.take(4)
    [claim] = [one for one in claims if one.kind == INCIDENT_PRESS]
    await face.handlers[INCIDENT_PRESS](claim)  # and the process dies before the job is ended
    async with face.watch.store.writing(ORGANISATION) as session:
        row = await session.get_one(IncidentPress, claim.subject)
        row.state, row.settled_at = PressState.SENDING, None
    await face.watch.queue.recover()
    await face.work()
    assert face.writes() == [ACKNOWLEDGED]
    assert await states(face) == [PressState.DONE]


async def test_nobody_presses_on_what_another_organisation_has(face: Face, ana: Member) -> None:
    told = await face.happens()
    incident = await face.incident(told)
    wish = Wish(incident.id, Action.ACKNOWLEDGE, "k", CHANNEL)
    async with face.watch.store.writing("labs") as session:
        words = await keep(session, face.watch.queue, ana, wish, face.watch.clock())
    assert words == UNKNOWN_INCIDENT


async def test_when_slack_is_away_a_request_for_two_still_gets_its_card(
    face: Face, ana: Member
) -> None:
    await two_needed(face)
    told = await face.happens()
    await face.press(ana, told, Action.RESOLVE)
    face.slack.refuse = lambda method, _: "ratelimited" if method == "chat_postMessage" else ""
    await face.work()
    face.slack.refuse = lambda _method, _: ""
    await minute(face)
    assert await states(face) == [PressState.WAITING]
    assert "Approve" in face.buttons


async def test_a_press_that_was_tried_in_vain_is_never_left_as_being_sent(
    face: Face, ana: Member
) -> None:
    told = await face.happens()
    await face.press(ana, told, Action.ACKNOWLEDGE)
    [job] = await face.waiting(INCIDENT_PRESS)
    claim = Claim(job.id, ORGANISATION, INCIDENT_PRESS, job.subject, 6, 1)
    await face.give_up(claim)
    await face.work()
    assert await states(face) == [PressState.UNKNOWN]
    assert "*unknown, please check*" in face.card
