"""Keeps an incident's card and the story in its thread as they should be.

Whatever changes, whoever changed it and wherever, comes here as the same job: the store is read,
the card is drawn from it, and what is new is told in the thread, once.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.incidents.card import Around, card_of, lines_of, names_in
from bot.incidents.duty import Duty
from bot.incidents.investigation import Investigations
from bot.incidents.port import INCIDENT_CARD
from bot.incidents.posting import Board, Wanted, digest
from bot.incidents.scene import CARD, Scene, load
from bot.incidents.summary import Summaries
from bot.people.organisations import resolve
from bot.scheduling.queue import Claim, JobQueue, TryLater
from bot.scheduling.says import put_tell
from bot.slack import incident_cards
from bot.slack.messages import Place
from bot.slack.sender import CannotPost
from bot.store.database import Store
from bot.store.once import first_time
from bot.store.tables import Incident, Member

log = structlog.get_logger(__name__)

SLACK_WAIT = timedelta(seconds=15)
"""How long a card waits for Slack to be back."""

LATER = timedelta(minutes=2)
"""How long it is left alone after it was tried in vain several times."""

OWN_LINE = "investigation"
"""The key of the line that says why nobody looks into an incident."""


class Story:
    """The handler of card jobs."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        board: Board,
        duty: Duty,
        investigations: Investigations,
        summaries: Summaries,
    ) -> None:
        self._store = store
        self._queue = queue
        self._board = board
        self._duty = duty
        self._investigations = investigations
        self._summaries = summaries

    async def draw(self, claim: Claim) -> None:
        """Brings Slack up to date. Raises TryLater where Slack does not answer."""
        async with self._store.reading(claim.organisation_id) as session:
            scene = await load(session, claim.subject)
        if scene is None or not scene.primary.channel_id or await self._given_away(scene):
            return
        try:
            await self._tell(scene)
        except CannotPost as refused:
            await self._say_refused(scene, refused.reason)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack.unreachable", error=str(error))
            raise TryLater(SLACK_WAIT) from None
        except SlackApiError as error:
            log.warning("slack.refused", error=error.response["error"])
            raise TryLater(SLACK_WAIT) from None

    async def give_up(self, claim: Claim) -> None:
        """Tries anew later: however long Slack is away, a card must not be lost."""
        at = self._store.clock() + LATER
        async with self._store.writing(claim.organisation_id) as session:
            incident = await session.get_one(Incident, claim.subject)
            await self._queue.put(
                session,
                organisation_id=claim.organisation_id,
                kind=INCIDENT_CARD,
                subject=claim.subject,
                lock=f"card:{incident.channel_id}",
                at=at,
                unless_waiting=True,
            )

    async def _given_away(self, scene: Scene) -> bool:
        """Whether the channel belongs to another organisation now, which must see none of this."""
        channel = scene.primary.channel_id
        site = await resolve(self._store, scene.team_id, channel, "", direct=False)
        return site is not None and site.organisation_id != scene.primary.organisation_id

    async def _tell(self, scene: Scene) -> None:
        around = await self._around(scene)
        message = incident_cards.draw(card_of(scene, around))
        drawn = digest(message)
        place = Place(scene.primary.channel_id)
        mark = incident_cards.mark_of_card(scene.primary.id)
        ts = await self._board.show(scene.primary, place, Wanted(CARD, message, drawn, mark))
        if (ts, drawn) != (scene.primary.card_ts, scene.primary.drawn):
            await self._keep(scene.primary, ts, drawn)
        thread = Place(scene.primary.channel_id, ts)
        await self._investigate(scene, thread)
        card = scene.post(CARD)
        since = card.created_at if card else self._store.clock()
        for line in lines_of(scene, around, since):
            await self._say(scene.primary, thread, line.key, line.text)
        if not scene.open:
            await self._summaries.offer(scene, thread)

    async def _say(self, incident: Incident, thread: Place, key: str, text: str) -> None:
        mark = f"line_{hashlib.sha256(f'{incident.id} {key}'.encode()).hexdigest()[:32]}"
        wanted = Wanted(key, incident_cards.line(text, mark), text, mark)
        await self._board.show(incident, thread, wanted)

    async def _investigate(self, scene: Scene, thread: Place) -> None:
        """Has the route's agent look into it, when it is shown for the first time."""
        wants = scene.route is not None and scene.route.agent_id is not None
        if not wants or scene.route is None or scene.primary.run_id or not scene.open:
            return
        if scene.post(OWN_LINE):
            return  # it was said already why nobody does
        async with self._store.reading(scene.primary.organisation_id) as session:
            incident = await session.get_one(Incident, scene.primary.id)
        obstacle = await self._investigations.by_itself(incident, scene.route)
        if obstacle:
            await self._say(scene.primary, thread, OWN_LINE, f":mag: {obstacle}")

    async def _around(self, scene: Scene) -> Around:
        """What the service says beside the incident, as far as it does at once."""
        where = (scene.primary.organisation_id, scene.connection.id)
        people = {
            name: await self._duty.person(where[0], scene.team_id, name)
            for name in sorted(names_in(scene))
        }
        if not scene.open:
            return Around(people=people)
        policy_id = str(scene.primary.facts.get("escalation_policy_id") or "")
        return Around(
            on_call=await self._duty.on_call(*where, scene.team_id),
            policy=await self._duty.policy(*where, policy_id) if policy_id else "",
            people=people,
        )

    async def _keep(self, incident: Incident, ts: str, drawn: str) -> None:
        async with self._store.writing(incident.organisation_id) as session:
            row = await session.get_one(Incident, incident.id)
            row.card_ts, row.drawn = ts, drawn

    async def _say_refused(self, scene: Scene, reason: str) -> None:
        """Tells whoever made the route, once a day, that its channel cannot be written to."""
        route, now = scene.route, self._store.clock()
        log.warning("incident.cannot_post", channel=scene.primary.channel_id, reason=reason)
        if route is None:
            return
        async with self._store.writing(scene.primary.organisation_id) as session:
            if not await first_time(session, f"route:{route.id}:{now:%Y-%m-%d}", now):
                return
            author = await session.get_one(Member, route.created_by)
            await put_tell(
                self._queue,
                session,
                route.organisation_id,
                author.user_id,
                f"I could not show an incident in <#{route.channel_id}> ({reason}): "
                f"{incident_cards.linked(scene.primary.link, scene.primary.name)}. Invite me "
                "there, or change the route with `/ops incidents route`.",
            )
