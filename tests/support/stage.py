"""A harbor with its loop, worker and a Slack that records: a whole question can be played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.acquaintance import Acquaintance
from bot.agents.cards import EXPIRE, REMIND, CardDesk
from bot.agents.delegation import Delegation
from bot.agents.expiry import Patience
from bot.agents.finishing import Finish, as_it_is
from bot.agents.following import PRESS, put_next
from bot.agents.house_tools import HouseTool, HouseTools
from bot.agents.loop import Loop
from bot.agents.permit import Permit
from bot.agents.reception import RUN, Post, Reception
from bot.agents.stopping import Stops
from bot.agents.voice import ThreadVoice
from bot.gate.decisions import Press, Pressed
from bot.people.organisations import Site
from bot.scheduling.queue import Claim
from bot.scheduling.says import SAY, say_handler
from bot.scheduling.worker import Handler, Worker
from bot.slack.messages import Identity, Place
from bot.slack.render import render
from bot.store.tables import Agent, Approval, Conversation, Member, Run, Step
from bot.store.talks import steps_of
from tests.fixtures_store import ORGANISATION
from tests.support.harbor import BOT_USER, CHANNEL, Harbor
from tests.support.models import Scripted, says
from tests.support.slack import FakeSlack


@dataclass
class Stage:
    """One process of the bot after another over the same store and the same Slack."""

    harbor: Harbor
    slack: FakeSlack
    model: Scripted = field(default_factory=lambda: Scripted(says("All is well.")))
    max_steps: int = 15
    house: Sequence[HouseTool] = ()
    finish: Finish = as_it_is

    def __post_init__(self) -> None:
        self.stops = Stops(self.harbor.store, self.harbor.queue)

    @property
    def site(self) -> Site:
        return Site(self.harbor.workspace, ORGANISATION)

    @property
    def reception(self) -> Reception:
        return Reception(self.harbor.store, self.harbor.queue)

    def loop(self) -> Loop:
        harbor, sender = self.harbor, self.slack.sender()

        def voice(conversation: Conversation, agent: Agent, _asker: Member) -> ThreadVoice:
            place = Place(conversation.channel_id, conversation.thread_ts)
            return ThreadVoice(sender, render, place, Identity(agent.name, agent.icon))

        return Loop(
            harbor.store,
            harbor.gate,
            harbor.queue,
            model_for=lambda _agent: self.model,
            voice_for=voice,
            cards=self.cards(),
            acquaintance=Acquaintance(harbor.store, self.slack.client),
            permit=Permit(harbor.store, harbor.queue, default_model="scripted"),
            max_steps=self.max_steps,
            stops=self.stops,
            house=HouseTools([Delegation(harbor.store).tool(), *self.house]),
            finish=self.finish,
        )

    def cards(self) -> CardDesk:
        harbor = self.harbor
        return CardDesk(harbor.store, harbor.gate, harbor.queue, self.slack.sender())

    def handlers(self) -> Mapping[str, Handler]:
        harbor, sender = self.harbor, self.slack.sender()
        patience = Patience(harbor.store, harbor.queue, self.cards(), sender, lambda: None)
        return {
            RUN: self.loop().work,
            SAY: say_handler(sender),
            PRESS: self.cards().follow,
            EXPIRE: patience.expire,
            REMIND: patience.remind,
        }

    async def work(self) -> None:
        """Does all that can be done now, as a process that was just started."""
        await Worker(self.harbor.queue, self.handlers(), limit=4, give_up=self._give_up).drain()

    async def one_job(self) -> Claim | None:
        """Takes one job and works on it; whatever it raises comes out."""
        claims = await self.harbor.queue.take(1)
        if not claims:
            return None
        [claim] = claims
        await self.handlers()[claim.kind](claim)
        await self.harbor.queue.finish(claim)
        return claim

    async def say(
        self,
        text: str,
        *,
        user: str = "UANA",
        ts: str = "10.0",
        thread: str = "",
        channel: str = CHANNEL,
        direct: bool = False,
    ) -> bool:
        """A message of a person, as both of Slack's events bring it."""
        post = Post(channel, ts, thread, user, text, direct)
        return await self.reception.receive(self.site, post)

    async def ask(self, text: str = f"<@{BOT_USER}> how are the lamps?", ts: str = "10.0") -> None:
        await self.say(text, ts=ts)
        await self.work()

    async def press(
        self, press: Press = Press.APPROVE, *, user: str = "ana", approval_id: str = ""
    ) -> Pressed:
        """A button of the open card, with what follows in the queue."""

        async def go_on(session: AsyncSession, approval: Approval) -> None:
            await put_next(self.harbor.queue, session, approval)

        async with self.harbor.store.reading(ORGANISATION) as session:
            member = await session.get_one(Member, user)
            if not approval_id:
                found = select(Approval.id).order_by(Approval.created_at, Approval.id)
                approval_id = (await session.scalars(found)).all()[-1]
        return await self.harbor.decisions.press(member, approval_id, press, go_on)

    async def runs(self) -> list[Run]:
        async with self.harbor.store.reading(ORGANISATION) as session:
            return list(await session.scalars(select(Run).order_by(Run.created_at, Run.id)))

    async def steps(self, run: Run) -> list[Step]:
        async with self.harbor.store.reading(ORGANISATION) as session:
            return list(await steps_of(session, run.id))

    async def approvals(self) -> list[Approval]:
        async with self.harbor.store.reading(ORGANISATION) as session:
            return list(await session.scalars(select(Approval).order_by(Approval.id)))

    async def _give_up(self, claim: Claim) -> None:
        if claim.kind == RUN:
            await self.loop().give_up(claim)


@pytest.fixture
def stage(harbor: Harbor) -> Stage:
    return Stage(harbor, FakeSlack())
