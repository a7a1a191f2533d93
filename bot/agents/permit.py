"""Whether a run may go on: asked before each step, so that every change counts at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.models.choosing import Installed, shelf_of
from bot.agents.models.fitting import Fit
from bot.agents.models.providers import KEYS
from bot.agents.spending import budget_warning, out_of_budget
from bot.people.admission import served
from bot.people.counters import MESSAGES, take_back
from bot.people.organisations import resolve
from bot.scheduling.queue import JobQueue
from bot.scheduling.says import put_tell
from bot.store.database import Store
from bot.store.tables import Agent, Conversation, Member, Run


@dataclass(frozen=True)
class Halt:
    """Why a run ends without an answer. `words` are for its thread; `wanted` where a person said
    so."""

    words: str
    wanted: bool = False


class Permit:
    """Looks after the organisation's side of a run: people, channel, plan and budget."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        *,
        default_model: str = "",
        installed: Installed | None = None,
    ) -> None:
        """`installed` says which models the installation can reach; without it, all that there are,
        with `default_model` for agents that have none of their own."""
        self._store = store
        self._queue = queue
        self._installed = installed or Installed(default_model, frozenset(KEYS))

    async def halt(self, run: Run, conversation: Conversation, agent: Agent) -> Halt | None:
        """What keeps a run from its next step, or None.

        A person who is no longer a member stops here, as does a channel that was given to another
        organisation: nothing of this one may appear there any more.
        """
        async with self._store.reading(run.organisation_id) as session:
            asker = await session.get_one(Member, run.asked_by)
        site = await resolve(
            self._store,
            conversation.team_id,
            conversation.channel_id,
            asker.user_id,
            direct=conversation.direct,
        )
        given_away = site is not None and site.organisation_id != run.organisation_id
        if given_away and not conversation.direct:
            return Halt("This channel belongs to another organisation now, so I stop here.")
        why = served(asker, outsiders_allowed=site is not None and site.outsiders_allowed)
        if not why:
            return None
        return Halt(
            f"{agent.name} answers members of this organisation only, and you are {why}. "
            "Ask a member to put the question, or an owner to let you in."
        )

    async def no_money(self, run: Run) -> Halt | None:
        """What keeps a run from asking its model, or None."""
        async with self._store.reading(run.organisation_id) as session:
            words = await out_of_budget(session, run.organisation_id, self._store.clock())
        return Halt(words) if words else None

    async def not_started(self, session: AsyncSession, run: Run) -> None:
        """Gives the question back to the month's count: it was never looked into."""
        if run.counted:
            await take_back(session, MESSAGES, run.created_at)

    async def spent(self, session: AsyncSession, run: Run, now: datetime) -> None:
        """After a step was added: tells the owners, once a month, that money runs out."""
        await warn_of_budget(self._queue, session, run.organisation_id, now)

    async def model(self, agent: Agent) -> Fit:
        """The model that an agent may use on its organisation's plan."""
        async with self._store.reading(agent.organisation_id) as session:
            shelf = await shelf_of(session, agent.organisation_id, self._installed)
        return shelf.for_agent(agent)


async def warn_of_budget(
    queue: JobQueue, session: AsyncSession, organisation_id: str, now: datetime
) -> None:
    """After something was spent: tells the owners, once a month, that money runs out."""
    await session.flush()
    notice = await budget_warning(session, organisation_id, now)
    if notice is not None:
        for user_id in notice.user_ids:
            await put_tell(queue, session, organisation_id, user_id, notice.text)
