"""What is offered when an incident is over: a draft from the record, once, in the thread."""

from __future__ import annotations

from bot.incidents.deeds import Action
from bot.store.tables import Agent, Conversation, Incident, Member, Run, RunState, Step
from playground.betterstack.records import Incident as Told
from tests.fixtures_store import ORGANISATION
from tests.incidents.face import Face


def summaries(face: Face) -> list[str]:
    posts = [one for one in face.slack.posts.values() if one["text"].startswith("Summary")]
    return [str(one["blocks"]) for one in posts]


async def resolve(face: Face, told: Told, by: str = "Bo") -> None:
    face.watch.clock.forward(minutes=9)
    now = face.watch.clock()
    await face.changes(told, "resolved", status="Resolved", resolved_at=now, resolved_by=by)


async def test_the_draft_has_the_timeline_from_the_record(face: Face, ana: Member) -> None:
    told = await face.happens(name="Checkout 5xx", cause="Status 503")
    face.watch.clock.forward(minutes=7)
    await face.press(ana, told, Action.ACKNOWLEDGE)
    await face.press(ana, told, Action.COMMENT, content="Pool is full\n\n— Ana, from Slack")
    await face.work()
    await resolve(face, told)
    [draft] = summaries(face)
    assert "lasted 16 min" in draft
    order = ["Started: Checkout 5xx", "acknowledged this", "Pool is full", "Resolved by Bo"]
    places = [draft.index(one) for one in order]
    assert places == sorted(places)
    assert "It took 7 min until somebody acknowledged it" in draft
    assert "Publish to status page…" in draft


async def test_it_stands_in_the_thread_once_however_often_it_is_drawn(face: Face) -> None:
    told = await face.happens()
    await resolve(face, told)
    await face.changes(told, "comment")
    incident = await face.incident(told)
    assert len(summaries(face)) == 1
    assert incident.summary_ts
    [post] = [one for one in face.slack.posts.values() if one["text"].startswith("Summary")]
    assert post["thread_ts"] == incident.card_ts


async def test_none_is_offered_while_one_of_the_thread_is_open(face: Face) -> None:
    told = await face.happens(17, cause="Status 503")
    other = await face.happens(18, cause="Status 503")
    await resolve(face, told)
    assert summaries(face) == []
    assert "*Not acknowledged*" in face.card
    await resolve(face, other)
    assert "and came 2 times" in summaries(face)[0]


async def test_it_says_what_was_not_done_and_not_found(face: Face) -> None:
    told = await face.happens()
    await resolve(face, told, by="")
    [draft] = summaries(face)
    assert "Nobody acknowledged it" in draft
    assert "It ended without anybody resolving it" in draft
    assert "Not found yet." in draft


async def answered(face: Face, told: Told, model: str) -> None:
    """An investigation that came to its end."""
    store, now = face.watch.store, face.watch.clock()
    incident = await face.incident(told)
    async with store.writing(ORGANISATION) as session:
        session.add(
            Agent(id="d", name="D", handle="d", type="debugger", icon=":mag:", created_at=now)
        )
        await session.flush()
        talk = Conversation(
            id="talk",
            team_id="T1",
            channel_id="C1",
            thread_ts=incident.card_ts,
            agent_id="d",
            created_at=now,
        )
        session.add(talk)
        await session.flush()
        run = Run(
            id="run",
            conversation_id="talk",
            agent_id="d",
            asked_by="ana",
            source_ts="1",
            question="?",
            state=RunState.DONE,
            answer="**The pool is full** since <b>the</b> deploy.\n\nEvidence: …",
            read_only=True,
            created_at=now,
        )
        session.add(run)
        await session.flush()
        session.add(
            Step(run_id="run", number=0, replied={}, returned={}, model=model, created_at=now)
        )
        (await session.get_one(Incident, incident.id)).conversation_id = "talk"


async def test_the_cause_is_what_the_agent_found(face: Face) -> None:
    told = await face.happens()
    await answered(face, told, "scripted")
    await resolve(face, told)
    [draft] = summaries(face)
    assert "The pool is full" in draft
    assert "<b>" not in draft
    assert "Evidence" not in draft


async def test_facts_without_a_language_model_are_no_cause(face: Face) -> None:
    told = await face.happens()
    await answered(face, told, "offline")
    await resolve(face, told)
    assert "Not found yet." in summaries(face)[0]
