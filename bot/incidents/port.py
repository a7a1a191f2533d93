"""What the parts of incidents ask of one another: jobs, put in with the change that causes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.scheduling.queue import JobQueue, Share
from bot.store.tables import Incident

INCIDENT_TRUTH = "incident_truth"
"""The kind of job that reads what is true of an incident; its subject names it at its service."""

INCIDENT_CARD = "incident_card"
"""The kind of job that draws an incident's card; its subject is the incident's id."""

INCIDENT_POLL = "incident_poll"
"""The kind of job that asks a service what has changed; its subject is the connection's id."""

INCIDENT_PRESS = "incident_press"
"""The kind of job that carries out a press of a card's button; its subject is the press's id."""

INCIDENT_MODAL = "incident_modal"
"""The kind of job that fills a modal with what a service says; see `incidents.modals`."""

INCIDENT_WORDS = "incident_words"
"""The kind of job that has a language model word a summary; its subject is the incident's id."""

READING = frozenset({INCIDENT_TRUTH, INCIDENT_POLL})
PRESSING = frozenset({INCIDENT_PRESS, INCIDENT_MODAL})
WORDING = frozenset({INCIDENT_WORDS})

READ_AT_ONCE = 2
"""Incidents that are read at the same time. Reading keeps the database and the processor busy, and
in a storm the senders of events are to be answered first."""

AT_ONCE = 4
"""Incidents that are drawn at the same time, each in another channel."""


WORDED_AT_ONCE = 2
"""Summaries that language models word at the same time."""


def lanes(kinds: Sequence[str]) -> list[Share]:
    """The lanes of the worker for what incidents bring, so that they hold up nobody's question.

    A channel takes a post a second, so drawing waits a lot; reading does not wait with it. A press
    waits for a service that may be slow, and meanwhile its card has to say so. A language model
    takes its time, and no card waits for it.
    """
    drawing = frozenset(kind for kind in kinds if kind.startswith("incident_"))
    return [
        Share(READING, READ_AT_ONCE),
        Share(drawing - READING - PRESSING - WORDING, AT_ONCE),
        Share(PRESSING, 2 * AT_ONCE),
        Share(WORDING, WORDED_AT_ONCE),
    ]


async def put_truth(
    queue: JobQueue,
    session: AsyncSession,
    organisation_id: str,
    connection_id: str,
    external_id: str,
) -> None:
    """Has an incident read anew. Work that waits already will see what happened until now."""
    await put_truths(queue, session, organisation_id, [(connection_id, external_id)])


async def put_truths(
    queue: JobQueue,
    session: AsyncSession,
    organisation_id: str,
    named: Iterable[tuple[str, str]],
    *,
    at: datetime | None = None,
) -> None:
    """The same for many incidents, by connection and by their service's id."""
    subjects = {f"{connection_id} {external_id}" for connection_id, external_id in named}
    waiting = await queue.waiting(session, INCIDENT_TRUTH, subjects) if subjects else set()
    for subject in sorted(subjects - waiting):
        await queue.put(
            session,
            organisation_id=organisation_id,
            kind=INCIDENT_TRUTH,
            subject=subject,
            lock=f"incident:{hashlib.sha256(subject.encode()).hexdigest()[:40]}",
            at=at,
        )


async def put_card(
    queue: JobQueue, session: AsyncSession, organisation_id: str, incident_id: str
) -> None:
    """Has a card drawn as its incident is by then; five changes make one drawing.

    Cards of one channel are drawn one after another. So a storm in it holds up no other channel,
    and of the post a second that Slack takes there, a person's answer waits for one at most.
    """
    incident = await session.get_one(Incident, incident_id)
    await queue.put(
        session,
        organisation_id=organisation_id,
        kind=INCIDENT_CARD,
        subject=incident_id,
        lock=f"card:{incident.channel_id}",
        unless_waiting=True,
    )


async def put_words(
    queue: JobQueue, session: AsyncSession, organisation_id: str, incident_id: str
) -> None:
    """Has a language model word the summary of an incident that is over."""
    await queue.put(
        session,
        organisation_id=organisation_id,
        kind=INCIDENT_WORDS,
        subject=incident_id,
        lock=f"words:{incident_id}",
        unless_waiting=True,
    )


async def together(session: AsyncSession, primary: Incident) -> list[Incident]:
    """An incident with those that were folded into it, oldest first after itself."""
    found = select(Incident).where(
        or_(Incident.id == primary.id, Incident.folded_into == primary.id)
    )
    rows = await session.scalars(found.order_by(Incident.created_at, Incident.id))
    return sorted(rows, key=lambda one: one.id != primary.id)
