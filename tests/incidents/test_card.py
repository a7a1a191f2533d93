"""One card an incident, true at every moment, and its story in the thread."""

from __future__ import annotations

import pytest

from bot.incidents.port import INCIDENT_CARD
from bot.store.tables import Channel, IncidentPost
from playground.betterstack.records import Comment
from playground.betterstack.records import Incident as Told
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, add_member
from tests.incidents.face import Face
from tests.incidents.watch import CHANNEL, TEAM, Watch


class Died(BaseException):
    """The process is gone."""


async def test_an_incident_gets_a_card_in_its_channel(face: Face) -> None:
    await face.happens(name="Checkout 5xx", cause="Status 503")
    assert "*<" in face.card
    assert "Checkout 5xx" in face.card
    assert "Status 503" in face.card
    assert "*Not acknowledged*" in face.card
    assert "Better Stack (Demo)" in face.card
    assert face.buttons == [
        "Acknowledge",
        "Resolve",
        "Escalate",
        "Comment",
        "Investigate",
        "Open in Better Stack",
    ]


async def test_a_locked_phone_shows_the_thing_itself(face: Face) -> None:
    await face.happens(name="Checkout 5xx", cause="Status 503")
    [post] = face.slack.of("chat_postMessage")
    assert post["text"] == "Incident started: Checkout 5xx (Status 503)"


async def test_the_card_follows_whoever_changes_it_and_wherever(face: Face) -> None:
    told = await face.happens()
    face.watch.clock.forward(minutes=4)
    now = face.watch.clock()
    await face.changes(
        told, "acknowledged", status="Acknowledged", acknowledged_at=now, acknowledged_by="Bo"
    )
    assert "*Acknowledged* by Bo at " in face.card
    assert "Acknowledge" not in face.buttons
    face.watch.clock.forward(minutes=8)
    now = face.watch.clock()
    await face.changes(told, "resolved", status="Resolved", resolved_at=now, resolved_by="Bo")
    assert "*Resolved* by Bo at " in face.card
    assert "it lasted 12 min" in face.card
    assert len(face.slack.texts(CHANNEL, thread=None)[:1]) == 1
    lines = face.story
    assert lines[0].startswith(":large_yellow_circle: Acknowledged by Bo at ")
    assert lines[1].startswith(":large_green_circle: Resolved by Bo at ")


async def test_drawing_again_without_a_change_asks_nothing_of_slack(face: Face) -> None:
    told = await face.happens()
    before = len(face.slack.calls)
    incident = await face.incident(told)
    await draw(face.watch, incident.id)
    await face.work()
    assert len(face.slack.calls) == before


async def draw(watch: Watch, incident_id: str) -> None:
    async with watch.store.writing(ORGANISATION) as session:
        await watch.queue.put(
            session,
            organisation_id=ORGANISATION,
            kind=INCIDENT_CARD,
            subject=incident_id,
            lock=f"card:{incident_id}",
        )


async def test_a_process_that_dies_right_after_posting_posts_no_second_card(face: Face) -> None:
    told = face.watch.happens(17)
    await face.watch.tell(told, "created")
    await face.watch.work()  # its truth is read; nobody has drawn it
    incident = await face.incident(told)
    await draw(face.watch, incident.id)
    deaths = iter([False, True])  # before the call takes effect, and after it

    def danger() -> None:
        if next(deaths, False):
            raise Died

    face.slack.danger = danger
    [claim] = await face.watch.queue.take(1)
    with pytest.raises(Died):
        await face.handlers[INCIDENT_CARD](claim)
    assert len(face.slack.posts) == 1
    await face.watch.queue.recover()
    await face.work()
    assert len(face.slack.posts) == 1
    incident = await face.incident(told)
    assert incident.card_ts == next(iter(face.slack.posts))
    assert [one.key for one in await face.rows(IncidentPost)] == ["card"]


async def test_the_person_on_call_is_mentioned_if_slack_knows_them(face: Face) -> None:
    people = face.watch.sandbox.state.users
    face.slack.emails = {one.email: f"U{number}" for number, one in enumerate(people.values())}
    await face.happens()
    assert "*On call:* <@U" in face.card
    lookups = [call for call in face.slack.calls if call[0] == "lookup"]
    await face.happens(18, name="Another", cause="Another cause")
    assert [call for call in face.slack.calls if call[0] == "lookup"] == lookups


async def test_whom_slack_does_not_know_is_named(face: Face) -> None:
    await face.happens()
    assert "*On call:* " in face.card
    assert "<@" not in face.card.partition("*On call:*")[2]


async def test_more_of_the_same_count_up_in_one_line(face: Face) -> None:
    await face.happens(17, cause="Status 503")
    for number in (18, 19, 20):
        face.watch.clock.forward(minutes=1)
        await face.happens(number, cause="Status 503")
    assert len(face.story) == 1
    assert "3 more of the same cause" in face.story[0]
    assert "3 more in this thread" in face.card


async def test_comments_are_told_as_they_are_and_are_no_markup(face: Face) -> None:
    told = await face.happens()
    face.watch.clock.forward(minutes=1)
    comment(face, told, "look <!channel> *here*")
    await face.changes(told, "comment")
    [line] = face.story
    assert ":speech_balloon: Comment" in line
    assert "&lt;!channel&gt;" in line


def comment(face: Face, told: Told, content: str) -> None:
    """A comment that somebody writes in Better Stack."""
    state, now = face.watch.sandbox.state, face.watch.clock()
    made = Comment(
        id=1,
        team_name=told.team_name,
        incident_id=told.id,
        content=content,
        created_at=now,
        updated_at=now,
    )
    state.comments[1] = made


async def test_when_the_channel_is_closed_to_us_the_routes_author_hears_of_it(
    face: Face,
) -> None:
    face.slack.refuse = lambda method, given: (
        "not_in_channel" if method == "chat_postMessage" and given["channel"] == CHANNEL else ""
    )
    await face.happens()
    await face.happens(18, name="Other", cause="Other")
    told = [one for one in face.slack.of("chat_postMessage") if one["channel"] == "DUANA"]
    assert len(told) == 1
    assert "not_in_channel" in told[0]["text"]


async def test_a_service_that_does_not_answer_is_named_on_the_card(face: Face) -> None:
    told = await face.happens()
    async with face.watch.store.writing(ORGANISATION) as session:
        row = await session.get_one(type(await face.incident(told)), (await face.incident(told)).id)
        row.problem = "Better Stack answered 503."
    await draw(face.watch, (await face.incident(told)).id)
    await face.work()
    assert "Better Stack (Demo) did not say how it is now: Better Stack answered 503." in face.card


async def test_a_second_person_of_the_same_address_is_found_in_our_own_list(face: Face) -> None:
    people = list(face.watch.sandbox.state.users.values())
    for number, one in enumerate(people):
        member = await add_member(face.watch.store, f"p{number}", one.first_name, "UTC")
        async with face.watch.store.writing(ORGANISATION) as session:
            (await session.get_one(type(member), member.id)).email = one.email
    await face.happens()
    assert "*On call:* <@UP" in face.card
    assert not [call for call in face.slack.calls if call[0] == "lookup"]


async def test_an_edit_that_slack_refused_is_made_at_the_next_drawing(face: Face) -> None:
    told = await face.happens()
    face.slack.refuse = lambda method, _: "ratelimited" if method == "chat_update" else ""
    now = face.watch.clock()
    await face.changes(
        told, "acknowledged", status="Acknowledged", acknowledged_at=now, acknowledged_by="Bo"
    )
    assert "*Not acknowledged*" in face.card
    face.slack.refuse = lambda _method, _: ""
    await draw(face.watch, (await face.incident(told)).id)
    await face.work()
    assert "*Acknowledged* by Bo" in face.card


async def test_a_channel_that_was_given_to_another_organisation_sees_nothing_more(
    face: Face,
) -> None:
    told = await face.happens()
    before = len(face.slack.posts)
    async with face.watch.store.installation() as session:
        session.add(Channel(team_id=TEAM, channel_id=CHANNEL, organisation_id=OTHER_ORGANISATION))
    now = face.watch.clock()
    await face.changes(
        told, "acknowledged", status="Acknowledged", acknowledged_at=now, acknowledged_by="Bo"
    )
    assert "*Not acknowledged*" in face.card
    assert len(face.slack.posts) == before


async def test_a_card_comes_when_slack_is_back_however_long_it_was_away(face: Face) -> None:
    away = True

    def danger() -> None:
        if away:
            raise TimeoutError

    face.slack.danger = danger
    await face.happens()
    for _ in range(30):
        face.watch.clock.forward(seconds=20)
        await face.work()
    assert face.slack.posts == {}
    away = False
    face.watch.clock.forward(minutes=3)
    await face.work()
    assert "*Not acknowledged*" in face.card
    assert len(face.slack.posts) == 1
