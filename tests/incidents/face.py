"""The face of incidents for tests: the watch over the sandbox, with a Slack that records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import select

from bot.agents.cards import CardDesk
from bot.agents.following import PRESS
from bot.agents.prose.writing import Writer
from bot.incidents.deeds import Action
from bot.incidents.duty import Duty
from bot.incidents.investigation import Bounds, Investigations
from bot.incidents.modals import Modals
from bot.incidents.port import INCIDENT_CARD, INCIDENT_MODAL, INCIDENT_PRESS, INCIDENT_WORDS
from bot.incidents.posting import Board
from bot.incidents.presses import Presses, Wish, keep
from bot.incidents.story import Story
from bot.incidents.summary import Summaries
from bot.people.accounts import Account
from bot.scheduling.queue import Claim
from bot.scheduling.says import TELL, tell_handler
from bot.scheduling.worker import Handler
from bot.store.tables import AuditEntry, Incident, IncidentPress, Job, JobState, Member, Run, Usage
from playground.betterstack.records import Incident as Told
from tests.fixtures_store import ORGANISATION
from tests.incidents.watch import CHANNEL, Watch
from tests.support.slack import FakeSlack, refusal


class Slack(FakeSlack):
    """With what cards need: history, and modals that are filled later. `emails` are accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.emails: dict[str, str] = {}

    async def conversations_history(self, **arguments: Any) -> dict[str, Any]:
        self._take("conversations_history", arguments)
        return {"messages": self._in(arguments["channel"], None)}

    async def conversations_replies(self, **arguments: Any) -> dict[str, Any]:
        self._take("conversations_replies", arguments)
        return {"messages": self._in(arguments["channel"], arguments["ts"])}

    async def views_update(self, **arguments: Any) -> dict[str, Any]:
        self._take("views_update", arguments)
        return {"ok": True}

    async def account(self, _team_id: str, email: str) -> Account | None:
        self.calls.append(("lookup", {"email": email}))
        user_id = self.emails.get(email)
        return Account(user_id, email, email, "UTC", "", False) if user_id else None

    def _in(self, channel: str, thread: str | None) -> list[dict[str, Any]]:
        return [
            {"ts": ts, **post}
            for ts, post in self.posts.items()
            if post["channel"] == channel and post.get("thread_ts") == thread
        ]


BOUNDS = Bounds(steps=6, dollars=1.0, an_hour=3)


@dataclass
class Face:
    """A process of the bot over the watch's store and sandbox."""

    watch: Watch
    slack: Slack = field(default_factory=Slack)
    pressed: int = 0
    wake: Callable[[], None] = lambda: None
    writer: Writer | None = None

    def __post_init__(self) -> None:
        self.handlers = self.start()

    def start(self) -> dict[str, Handler]:
        """The parts of a process, as they are when it begins."""
        watch, sender = self.watch, self.slack.sender()
        board = Board(watch.store, sender, self.slack.client)
        looking = Investigations(watch.store, watch.queue, BOUNDS)
        duty = Duty(watch.store, watch.gate, self.slack.account)
        summaries = Summaries(watch.store, board, watch.queue, self.writer)
        story = Story(watch.store, watch.queue, board, duty, looking, summaries)
        desk = CardDesk(watch.store, watch.gate, watch.queue, sender)
        presses = Presses(watch.store, watch.queue, watch.gate, desk, sender, looking, self.wake)
        desk.on_settled(presses.settled)
        self.givers: dict[str, Handler] = {
            INCIDENT_CARD: story.give_up,
            INCIDENT_PRESS: presses.give_up,
        }
        return {
            INCIDENT_CARD: story.draw,
            INCIDENT_PRESS: presses.handle,
            INCIDENT_WORDS: summaries.word,
            INCIDENT_MODAL: Modals(watch.store, watch.gate, self.slack.client).handle,
            PRESS: desk.follow,
            TELL: tell_handler(sender),
        }

    async def work(self) -> None:
        """Does all that can be done now."""
        await self.watch.worker(self.handlers, give_up=self.give_up).drain()

    async def give_up(self, claim: Claim) -> None:
        """What the house does with work that was tried in vain time and again."""
        await self.givers[claim.kind](claim)

    async def happens(self, external_id: int = 17, **given: Any) -> Told:
        """An incident begins, and everything that follows is done."""
        told = self.watch.happens(external_id, **given)
        await self.watch.tell(told, "created")
        await self.work()
        return told

    async def changes(self, told: Told, event: str, **fields: Any) -> None:
        """Something happens to it at the service."""
        for name, value in fields.items():
            setattr(told, name, value)
        await self.watch.tell(told, event)
        await self.work()

    async def press(
        self, member: Member, told: Told, action: Action, *, key: str = "", **given: Any
    ) -> str:
        """A button, as the handler takes it; its work is still to be done."""
        self.pressed += 1
        incident = await self.incident(told)
        wish = Wish(incident.id, action, key or f"k{self.pressed}", CHANNEL, given)
        async with self.watch.store.writing(ORGANISATION) as session:
            return await keep(session, self.watch.queue, member, wish, self.watch.clock())

    async def incident(self, told: Told) -> Incident:
        return await self.watch.incident(told)

    @property
    def card(self) -> str:
        """What the only card shows now."""
        [post] = self.slack.texts(CHANNEL, thread=None)[:1]
        return post

    @property
    def story(self) -> list[str]:
        """The lines in the thread, as their notifications read."""
        return [one["text"] for one in self.slack.posts.values() if one.get("thread_ts")]

    @property
    def buttons(self) -> list[str]:
        return [str(one["text"]["text"]) for one in self.slack.buttons()]

    @property
    def whispers(self) -> list[tuple[str, str]]:
        return [(one["user"], one["text"]) for one in self.slack.of("chat_postEphemeral")]

    def writes(self) -> list[str]:
        """The paths that something was sent to at the service."""
        return [one.path for one in self.watch.sandbox.journal.writes()]

    def bodies(self) -> list[dict[str, Any]]:
        """What was sent to the service."""
        return [cast(dict[str, Any], one.body) for one in self.watch.sandbox.journal.writes()]

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.watch.store.reading(ORGANISATION) as session:
            return list(await session.scalars(select(table).order_by(table.id)))

    async def presses(self) -> list[IncidentPress]:
        return await self.rows(IncidentPress)

    async def runs(self) -> list[Run]:
        return await self.rows(Run)

    async def rows_of_usage(self) -> list[Usage]:
        async with self.watch.store.reading(ORGANISATION) as session:
            return list(await session.scalars(select(Usage)))

    async def sentences(self) -> list[str]:
        entries: list[AuditEntry] = await self.rows(AuditEntry)
        return [one.sentence for one in entries]

    async def waiting(self, kind: str) -> list[Job]:
        return await self.watch.jobs(kind, JobState.QUEUED)


__all__ = ["Face", "Slack", "refusal"]
