"""Drafts what is to be known of an incident that is over, from the record.

The draft is there at once, and needs no model. Where there is one, it is asked in a job of its own;
what the record bears out of its words comes into the draft when it has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.models.choosing import ORGANISATION
from bot.agents.offline import OfflinePlanner
from bot.agents.prose.writing import Piece, Writer
from bot.connectors.wording import duration
from bot.gate.calls import CallerKind
from bot.gate.kinds import kind_of
from bot.incidents.card import Around, lines_of
from bot.incidents.deeds import VERBS, Action
from bot.incidents.narrating import Words, grounds_of, version_of, words_of
from bot.incidents.port import put_card, put_words
from bot.incidents.posting import Board, Wanted, digest
from bot.incidents.scene import SUMMARY, Scene, load
from bot.scheduling.queue import Claim, JobQueue
from bot.slack import incident_summary
from bot.slack.blocks import clip_mrkdwn
from bot.slack.dates import date_and_time, time_of_day
from bot.slack.incident_cards import quoted
from bot.slack.incident_summary import Draft, Moment
from bot.slack.messages import Place
from bot.slack.render import render
from bot.store.database import Store
from bot.store.tables import Agent, AuditEntry, Incident, Prose, ProseKind, Run, RunState, Step

SLOW = timedelta(minutes=5)
"""After how long an acknowledgement counts as late."""

MONTH = timedelta(days=30)
MOST_MOMENTS = 25
LONGEST_CAUSE = 900


@dataclass(frozen=True)
class Findings:
    """What the store knows beside the thread: the last answer, the agents' deeds, the past."""

    answer: str = ""
    deeds: Sequence[AuditEntry] = ()
    earlier: int = 0


class Summaries:
    """Offers them. With a `writer`, a language model words them."""

    def __init__(
        self, store: Store, board: Board, queue: JobQueue, writer: Writer | None = None
    ) -> None:
        self._store = store
        self._board = board
        self._queue = queue
        self._writer = writer if writer and writer.able else None

    async def offer(self, scene: Scene, thread: Place) -> None:
        """Shows the draft in the thread, as the record is now."""
        incident = scene.primary
        async with self._store.reading(incident.organisation_id) as session:
            findings = await found(session, incident)
            prose = await _prose_of(session, scene, findings)
        record = drafted(scene, findings)
        draft = replace(record, told=_words(scene, record, findings, prose).telling)
        await self._show(scene, thread, draft)
        if self._writer and prose is None and not draft.ended:
            async with self._store.writing(incident.organisation_id) as session:
                await put_words(self._queue, session, incident.organisation_id, incident.id)

    async def word(self, claim: Claim) -> None:
        """The handler of jobs that have a model word a summary. Once for each state of it."""
        async with self._store.reading(claim.organisation_id) as session:
            scene = await load(session, claim.subject)
            if scene is None or scene.open or self._writer is None:
                return
            findings = await found(session, scene.primary)
            if await _prose_of(session, scene, findings) is not None:
                return
            route_agent = scene.route.agent_id if scene.route else None
            agent = await session.get(Agent, route_agent or "")
        record = drafted(scene, findings)
        piece = Piece(
            organisation_id=claim.organisation_id,
            kind=ProseKind.SUMMARY,
            subject=scene.primary.id,
            version=version_of(scene, findings.answer),
            facts=grounds_of(scene, record, findings.answer).text,
            choose=lambda shelf: shelf.for_agent(agent) if agent else shelf.for_scope(ORGANISATION),
        )
        if await self._writer.write(piece) is not None:
            async with self._store.writing(claim.organisation_id) as session:
                await put_card(self._queue, session, claim.organisation_id, scene.primary.id)

    async def _show(self, scene: Scene, thread: Place, draft: Draft) -> None:
        incident = scene.primary
        message = incident_summary.draw(draft)
        mark = incident_summary.mark_of(incident.id)
        wanted = Wanted(SUMMARY, message, digest(message), mark)
        ts = await self._board.show(incident, thread, wanted)
        if ts != incident.summary_ts:
            async with self._store.writing(incident.organisation_id) as session:
                (await session.get_one(Incident, incident.id)).summary_ts = ts


def drafted(scene: Scene, findings: Findings) -> Draft:
    """The draft of a thread that is over."""
    cause = _cause(findings.answer)
    return Draft(
        incident_id=scene.primary.id,
        name=scene.primary.name,
        link=scene.primary.link,
        outline=_outline(scene),
        timeline=_timeline(scene, findings),
        cause=cause,
        follow_ups=list(_follow_ups(scene, findings, cause)),
        can_publish=_can_publish(scene),
        ended=_ended(scene),
        dismissed=bool(scene.done(Action.DISMISS)) and not scene.done(Action.PUBLISH),
    )


async def found(session: AsyncSession, incident: Incident) -> Findings:
    """What is known of an incident beside its thread's own rows."""
    begun = incident.started_at or incident.created_at
    answered = select(Run.answer).where(
        Run.conversation_id == incident.conversation_id,
        Run.read_only.is_(True),
        Run.state == RunState.DONE,
        # Without a language model nobody has drawn a conclusion.
        Run.id.not_in(select(Step.run_id).where(Step.model == OfflinePlanner.name)),
    )
    deeds = select(AuditEntry).where(
        AuditEntry.connection_id == incident.connection_id,
        AuditEntry.resource == incident.name,
        AuditEntry.action == "write",
        AuditEntry.caller_kind == CallerKind.AGENT,
        AuditEntry.at >= begun,
    )
    earlier = select(func.count()).select_from(Incident)
    earlier = earlier.where(
        Incident.connection_id == incident.connection_id,
        Incident.monitor_id == incident.monitor_id,
        Incident.id != incident.id,
        Incident.folded_into.is_(None),
        Incident.started_at.between(begun - MONTH, begun),
    )
    return Findings(
        answer=await session.scalar(answered.order_by(Run.created_at.desc()).limit(1)) or "",
        deeds=(await session.scalars(deeds.order_by(AuditEntry.at).limit(MOST_MOMENTS))).all(),
        earlier=int(await session.scalar(earlier) or 0) if incident.monitor_id else 0,
    )


async def for_customers(session: AsyncSession, scene: Scene) -> str:
    """What a report on a status page may begin with; whoever publishes it edits it."""
    findings = await found(session, scene.primary)
    prose = await _prose_of(session, scene, findings)
    words = _words(scene, drafted(scene, findings), findings, prose)
    return words.for_customers or _plainly(scene.primary)


def _plainly(incident: Incident) -> str:
    lasted = _lasted(incident)
    took = f" It lasted {lasted}." if lasted else ""
    return f"{incident.name} did not work as it should.{took} It is resolved now."


async def _prose_of(session: AsyncSession, scene: Scene, findings: Findings) -> Prose | None:
    """What a model wrote about the thread as it is now."""
    wanted = select(Prose).where(
        Prose.kind == ProseKind.SUMMARY,
        Prose.subject == scene.primary.id,
        Prose.version == version_of(scene, findings.answer),
    )
    row: Prose | None = await session.scalar(wanted.order_by(Prose.created_at.desc()).limit(1))
    return row


def _words(scene: Scene, record: Draft, findings: Findings, prose: Prose | None) -> Words:
    grounds = grounds_of(scene, record, findings.answer)
    return words_of(prose, grounds, with_cause=bool(findings.answer))


def _outline(scene: Scene) -> str:
    incident = scene.primary
    parts = [
        f"It began {date_and_time(incident.started_at)}" if incident.started_at else "",
        f"lasted {_lasted(incident)}" if _lasted(incident) else "",
        f"and came {incident.times} times" if incident.times > 1 else "",
    ]
    told = ", ".join(part for part in parts if part)
    cause = f" {quoted(incident.cause, 200)}." if incident.cause else ""
    return f"{told}.{cause}" if told else cause.strip()


def _lasted(incident: Incident) -> str:
    return _between(incident.started_at, incident.resolved_at)


def _between(begun: datetime | None, ended: datetime | None) -> str:
    if begun is None or ended is None:
        return ""
    return duration((ended - begun).total_seconds()) or ""


def _timeline(scene: Scene, findings: Findings) -> list[Moment]:
    begun = scene.primary.started_at or scene.primary.created_at
    started = [
        Moment(one.started_at or one.created_at, f":red_circle: Started: {quoted(one.name, 100)}")
        for one in scene.incidents
    ]
    told = [
        Moment(line.at, line.text.replace(f" at {time_of_day(line.at)}", "", 1))
        for line in lines_of(scene, Around(), begun - timedelta(seconds=1))
        if line.key != "folded"
    ]
    agents = [Moment(one.at, quoted(_without_time(one.sentence), 200)) for one in findings.deeds]
    every = sorted([*started, *told, *agents], key=lambda one: one.at)
    return every[:MOST_MOMENTS]


def _without_time(sentence: str) -> str:
    return sentence.rpartition(", ")[0] or sentence


def _cause(answer: str) -> str:
    """The head of what an agent found, in mrkdwn."""
    messages = render(answer.strip().partition("\n\n")[0])
    return clip_mrkdwn(messages[0].text, LONGEST_CAUSE) if messages else ""


def _follow_ups(scene: Scene, findings: Findings, cause: str) -> Iterator[str]:
    incident = scene.primary
    waited = _between(incident.started_at, incident.acknowledged_at)
    if incident.acknowledged_at is None:
        yield "Nobody acknowledged it: check who was told, and by which channels."
    elif incident.started_at and incident.acknowledged_at - incident.started_at > SLOW:
        yield f"It took {waited} until somebody acknowledged it: look at the escalation policy."
    if not incident.resolved_by:
        yield "It ended without anybody resolving it, so its cause may still be there."
    if incident.times > 1 or findings.earlier:
        count = incident.times + findings.earlier
        yield f"It is not the only one: {count} of this kind in 30 days. Fix what they share."
    if not cause:
        yield "Find the cause: press *Investigate* on the card, or ask an agent in this thread."


def _can_publish(scene: Scene) -> bool:
    kind = kind_of(scene.connection)
    return kind is not None and VERBS[Action.PUBLISH] in kind.tools


def _ended(scene: Scene) -> str:
    for one in scene.done(Action.PUBLISH)[-1:]:
        at = time_of_day(one.press.settled_at or one.press.created_at)
        return f":mega: Published by <@{one.member.user_id}> at {at}"
    for one in scene.done(Action.DISMISS)[-1:]:
        return f"The draft of a summary was dismissed by <@{one.member.user_id}>."
    return ""
