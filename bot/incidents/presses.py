"""Carries out what people press on an incident's card, and tells them what became of it.

A press is saved before Slack gets its acknowledgement, and a job takes it from there through the
gate: once, however often it was delivered and whatever died meanwhile. While the service does not
answer the card says that it is being sent, and why that takes so long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.cards import CardDesk
from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.gate.door import Gate
from bot.gate.kinds import kind_of
from bot.gate.policy import Standing
from bot.gate.presses import Outcome, Pressing
from bot.incidents.deeds import DID, DOES, REPEATABLE, VERBS, WANTED, Action, arguments, targets
from bot.incidents.port import INCIDENT_PRESS, put_card, put_truth
from bot.incidents.scene import Pressed, Scene, load
from bot.scheduling.queue import MAX_ATTEMPTS, Claim, JobQueue, TryLater
from bot.slack.blocks import clip
from bot.slack.dates import time_of_day
from bot.slack.messages import Place
from bot.slack.sender import CannotPost, Sender
from bot.store.database import Store
from bot.store.tables import Approval, Incident, IncidentPress, Member, PressState

log = structlog.get_logger(__name__)

WAITS = (2, 5, 13, 40)
"""Seconds until a press that certainly was not done is tried again: for a minute in all."""

HELD = timedelta(seconds=5)
"""How long it takes until a press is looked at again that another worker has in hands."""

MOST_READ = 10
"""Incidents of a thread that are read anew after a press."""

MOST_WORDS = 1500

UNKNOWN_INCIDENT = "I do not know this incident any more, so nothing happened."
BROKE = (
    "Something went wrong on my side, so it is unknown whether it was done. Please check in the "
    "service before you press again."
)

_STATES = {
    Outcome.DONE: PressState.DONE,
    Outcome.NOTHING: PressState.NOTHING,
    Outcome.REFUSED: PressState.REFUSED,
    Outcome.WAITING: PressState.WAITING,
    Outcome.NOT_DONE: PressState.NOT_DONE,
    Outcome.UNKNOWN: PressState.UNKNOWN,
}
_WORST_FIRST = (
    Outcome.UNKNOWN,
    Outcome.NOT_DONE,
    Outcome.REFUSED,
    Outcome.WAITING,
    Outcome.DONE,
    Outcome.NOTHING,
)
"""What counts where one press was about several incidents."""


class Investigates(Protocol):
    """What the button Investigate starts."""

    async def for_person(self, member: Member, incident: Incident) -> str:
        """Has an agent look into an incident. Returns what the person is told."""


@dataclass(frozen=True)
class Wish:
    """What somebody pressed. `key` is the same for every delivery of the press."""

    incident_id: str
    action: Action
    key: str
    channel: str
    given: Mapping[str, Any] = field(default_factory=dict)


async def keep(
    session: AsyncSession, queue: JobQueue, member: Member, wish: Wish, now: datetime
) -> str:
    """Saves a press with the work that it makes necessary. Returns what the person is told."""
    scene = await load(session, wish.incident_id)
    if scene is None:
        return UNKNOWN_INCIDENT
    known = select(IncidentPress.id).where(IncidentPress.key == wish.key)
    if await session.scalar(known) is not None:
        return ""
    press = IncidentPress(
        incident_id=scene.primary.id,
        member_id=member.id,
        key=wish.key,
        action=wish.action,
        arguments=dict(wish.given),
        channel_id=wish.channel,
        created_at=now,
    )
    session.add(press)
    await session.flush()
    await _put(queue, session, press)
    return _under_way(scene, wish.action)


def _under_way(scene: Scene, action: Action) -> str:
    """That somebody else's press of the same is on its way, which this one waits for."""
    for one in scene.presses:
        if one.press.action == action and one.state is PressState.SENDING:
            return (
                f"<@{one.member.user_id}> {DOES[action]} at this moment: it is being sent. I will "
                "tell you what becomes of it."
            )
    return ""


class Presses:
    """The handler of press jobs."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        gate: Gate,
        desk: CardDesk,
        sender: Sender,
        investigations: Investigates,
        wake: Callable[[], None],
    ) -> None:
        """`wake` tells the worker of new work: that something is being sent shows at once."""
        self._store = store
        self._queue = queue
        self._gate = gate
        self._desk = desk
        self._sender = sender
        self._investigations = investigations
        self._wake = wake

    async def handle(self, claim: Claim) -> None:
        """Takes a press as far as it goes without another person."""
        found = await self._load(claim)
        if found is None:
            return
        scene, pressed = found
        try:
            await self._do(claim, scene, pressed)
        except TryLater:
            raise
        except (aiohttp.ClientError, SlackApiError, TimeoutError) as error:
            log.warning("slack.unreachable", error=str(error))
            raise TryLater(HELD) from None
        except Exception:
            log.exception("incident.press_broke", press=pressed.press.id)
            await self._end(scene, pressed, PressState.UNKNOWN, BROKE)

    async def give_up(self, claim: Claim) -> None:
        """Ends a press over which the process died time and again."""
        found = await self._load(claim)
        if found is not None:
            await self._end(*found, PressState.UNKNOWN, BROKE)

    async def settled(self, organisation_id: str, approval: Approval) -> None:
        """Hears that a request which waited for other people has come to its end."""
        press_id = press_of(approval.key or "")
        if not press_id:
            return
        async with self._store.writing(organisation_id) as session:
            press = await session.get(IncidentPress, press_id)
            if press is not None:
                await _put(self._queue, session, press)

    async def _load(self, claim: Claim) -> tuple[Scene, Pressed] | None:
        async with self._store.reading(claim.organisation_id) as session:
            press = await session.get(IncidentPress, claim.subject)
            if press is None or PressState(press.state).settled:
                return None
            scene = await load(session, press.incident_id)
            member = await session.get_one(Member, press.member_id)
        return (scene, Pressed(press, member)) if scene else None

    async def _do(self, claim: Claim, scene: Scene, pressed: Pressed) -> None:
        action = Action(pressed.press.action)
        if action is Action.INVESTIGATE:
            words = await self._investigations.for_person(pressed.member, scene.primary)
            await self._end(scene, pressed, PressState.DONE, words, told=words)
            return
        faster = _faster(scene, pressed)
        if faster is not None:
            await self._lose(scene, pressed, faster)
            return
        if pressed.state is PressState.NEW and await self._may(scene, pressed):
            await self._keep(scene, pressed, state=PressState.SENDING)
        pressings = [
            await self._gate.press(
                pressed.member,
                one.connection_id,
                VERBS[action],
                arguments(action, one, pressed.member, pressed.press.arguments),
                key=_key(pressed.press, one),
            )
            for one in targets(scene, action)
        ]
        await self._take(claim, scene, pressed, pressings)

    async def _take(
        self, claim: Claim, scene: Scene, pressed: Pressed, pressings: Sequence[Pressing]
    ) -> None:
        """Goes on from what the gate said."""
        if any(one.outcome is Outcome.SENDING for one in pressings):
            raise TryLater(HELD)
        outcome = next(o for o in _WORST_FIRST if any(one.outcome is o for one in pressings))
        words = " ".join(dict.fromkeys(p.words for p in pressings if p.outcome is outcome))
        if outcome is Outcome.NOT_DONE and self._again(claim, pressed, pressings):
            sent = any(one.outcome is outcome and one.approval for one in pressings)
            tries = pressed.press.tries + sent
            await self._keep(scene, pressed, state=PressState.SENDING, words=words, tries=tries)
            raise TryLater(timedelta(seconds=WAITS[min(claim.attempt, len(WAITS)) - 1]))
        if outcome is Outcome.NOTHING and _was_late(pressed, words):
            outcome = Outcome.DONE
        if outcome is Outcome.WAITING:
            await self._show(scene, pressings)
            if pressed.state is not PressState.WAITING:
                await self._whisper(pressed, f"{words} The request is in the incident's thread.")
                await self._keep(scene, pressed, state=PressState.WAITING, words=words)
            return
        told = "" if outcome is Outcome.DONE else words
        await self._end(scene, pressed, _STATES[outcome], words, told=told)

    def _again(self, claim: Claim, pressed: Pressed, pressings: Sequence[Pressing]) -> bool:
        """Whether it is tried once more: it was certainly not done, and may be soon."""
        if pressed.press.action not in REPEATABLE or claim.attempt >= MAX_ATTEMPTS:
            return False
        failed = [one for one in pressings if one.outcome is Outcome.NOT_DONE]
        return all(one.temporary for one in failed)

    async def _may(self, scene: Scene, pressed: Pressed) -> bool:
        """Whether the policy lets them press at all; what it does not, no card shows as sent."""
        kind = kind_of(scene.connection)
        tool = kind.tools.get(VERBS[Action(pressed.press.action)]) if kind else None
        if tool is None:
            return False
        own = await self._gate.approvers.own_press(pressed.member, scene.connection.id, tool.area)
        return own.standing is not Standing.REFUSED

    async def _lose(self, scene: Scene, pressed: Pressed, faster: Pressed) -> None:
        """Tells somebody who pressed while another did that it is done, and by whom."""
        action = Action(pressed.press.action)
        at = faster.press.settled_at or faster.press.created_at
        words = f"<@{faster.member.user_id}> {DID[action]} at {time_of_day(at)} already."
        await self._end(scene, pressed, PressState.NOTHING, words, told=words)
        member = pressed.member
        async with self._store.writing(member.organisation_id) as session:
            audit.record(
                session,
                Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name),
                at=self._store.clock(),
                action="press",
                outcome="not_done",
                connection_id=scene.connection.id,
                resource=scene.primary.name,
                sentence=f"{member.name} {WANTED[action]} ({scene.primary.name}) with the button; "
                f"nothing was sent: {faster.member.name} had done it already",
            )

    async def _show(self, scene: Scene, pressings: Sequence[Pressing]) -> None:
        """Puts the requests that wait for somebody else on cards in the thread."""
        place = Place(scene.primary.channel_id, scene.primary.card_ts)
        for one in pressings:
            if one.outcome is Outcome.WAITING and one.approval is not None:
                with suppress(CannotPost):
                    await self._desk.post(scene.primary.organisation_id, one.approval.id, place)

    async def _end(
        self, scene: Scene, pressed: Pressed, state: PressState, words: str, *, told: str = ""
    ) -> None:
        """Ends a press: its person hears of it, and everybody sees what is true now."""
        if told:
            await self._whisper(pressed, told)
        await self._keep(scene, pressed, state=state, words=words, is_settled=True)

    async def _keep(
        self,
        scene: Scene,
        pressed: Pressed,
        *,
        state: PressState,
        words: str = "",
        tries: int | None = None,
        is_settled: bool = False,
    ) -> None:
        primary = scene.primary
        async with self._store.writing(primary.organisation_id) as session:
            row = await session.get_one(IncidentPress, pressed.press.id)
            row.state, row.words = state, words
            row.tries = row.tries if tries is None else tries
            row.settled_at = self._store.clock() if is_settled else None
            if is_settled:
                for one in scene.incidents[:MOST_READ]:
                    await put_truth(
                        self._queue,
                        session,
                        one.organisation_id,
                        one.connection_id,
                        one.external_id,
                    )
            await put_card(self._queue, session, primary.organisation_id, primary.id)
        self._wake()

    async def _whisper(self, pressed: Pressed, words: str) -> None:
        """Tells the person alone. That it does not reach them changes nothing of what was done."""
        with suppress(aiohttp.ClientError, TimeoutError):
            place = Place(pressed.press.channel_id)
            await self._sender.whisper(place, pressed.member.user_id, clip(words, MOST_WORDS))


def _faster(scene: Scene, pressed: Pressed) -> Pressed | None:
    """Whoever did the same while this press waited for its turn."""
    if pressed.state is not PressState.NEW or pressed.press.action not in REPEATABLE:
        return None
    mine = pressed.press
    others = [
        one
        for one in scene.done(mine.action)
        if one.press.settled_at is not None and one.press.settled_at >= mine.created_at
    ]
    return others[-1] if others else None


def _was_late(pressed: Pressed, words: str) -> bool:
    """Whether what was done already is this very press: given up on, and then it took effect."""
    return pressed.press.tries > 0 and f"by {pressed.member.name}," in words


def _key(press: IncidentPress, incident: Incident) -> str:
    """What the gate tells this press from all others by."""
    return f"incident:{press.id}:{press.tries}:{incident.id}"


def press_of(key: str) -> str:
    """The press that a key of ours belongs to; empty for the keys of others."""
    kind, _, rest = key.partition(":")
    return rest.partition(":")[0] if kind == "incident" else ""


async def _put(queue: JobQueue, session: AsyncSession, press: IncidentPress) -> None:
    """Has a press worked on; those of one thread come one after another."""
    await queue.put(
        session,
        organisation_id=press.organisation_id,
        kind=INCIDENT_PRESS,
        subject=press.id,
        lock=f"press:{press.incident_id}",
    )


async def dismiss(
    session: AsyncSession, queue: JobQueue, member: Member, scene: Scene, now: datetime
) -> None:
    """Puts the draft of a summary away; who pressed first is named."""
    if scene.done(Action.DISMISS):
        return
    session.add(
        IncidentPress(
            incident_id=scene.primary.id,
            member_id=member.id,
            key=f"{Action.DISMISS}:{scene.primary.id}",
            action=Action.DISMISS,
            arguments={},
            channel_id=scene.primary.channel_id,
            state=PressState.DONE,
            created_at=now,
            settled_at=now,
        )
    )
    await put_card(queue, session, member.organisation_id, scene.primary.id)
