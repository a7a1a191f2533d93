"""Takes a message on: finds whom it is for and makes it a durable run, exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.addressing import Address, To, address, is_empty
from bot.agents.channel_defaults import default_agent_id
from bot.agents.quoting import about
from bot.agents.spending import count_question
from bot.connecting.pasted import pasted_in, warning, without_keys
from bot.people.organisations import Site
from bot.scheduling.queue import JobQueue
from bot.scheduling.says import Say, put_say, put_whisper
from bot.slack.blocks import clip, escape
from bot.store.crew import crew_of
from bot.store.database import Store
from bot.store.once import first_time
from bot.store.people import ensure_member, find_member
from bot.store.racing import again_if_raced
from bot.store.tables import Agent, Conversation, Member, Run
from bot.store.talks import asked_before, find_conversation, start_run, talk_at

RUN = "run"
"""The kind of job that answers a question."""

LONGEST_QUESTION = 12_000
"""Characters of a message that are read as a question; a pasted log belongs in a file."""

SHOWN_NAME = 60
"""Characters of a name that nobody has."""

DEFAULT_AGENT = "debugger"
"""Who answers when the app is mentioned and no agent is named."""


async def put_run(queue: JobQueue, session: AsyncSession, run: Run) -> None:
    """Has a run worked on, or the one that it is a part of; the runs of one conversation come one
    after another."""
    await queue.put(
        session,
        organisation_id=run.organisation_id,
        kind=RUN,
        subject=run.parent_run_id or run.id,
        lock=run.conversation_id,
    )


@dataclass(frozen=True)
class Post:
    """A person's message, as the handlers read it from Slack's event.

    `quoted` is the message of somebody else that it is about: data, never whom it is for.
    `announced` is what its thread is told first, where the question stands nowhere in it.
    """

    channel: str
    ts: str
    thread_ts: str
    user: str
    text: str
    direct: bool = False
    by_app: bool = False
    quoted: str = ""
    announced: str = ""

    @property
    def root(self) -> str:
        """The ts of its thread, which is its own when it stands at the top."""
        return self.thread_ts or self.ts


class Reception:
    """Decides what a message is, and saves what follows from it."""

    def __init__(self, store: Store, queue: JobQueue) -> None:
        self._store = store
        self._queue = queue

    async def receive(self, site: Site, post: Post) -> bool:
        """Takes a message on, or leaves it. True where there is new work.

        Both of Slack's events for one message, their retries and their order make no difference:
        the message's own ts in its conversation is what counts once.
        """
        if post.by_app and not site.outsiders_allowed:
            return False  # in silence: two apps that answer each other would never end
        if post.user == site.workspace.bot_user_id:
            return False  # our own words, which may name an agent
        warned = await self._keep_keys_out(site, post)
        post = replace(post, text=without_keys(post.text))
        async with self._store.reading(site.organisation_id) as session:
            asker, crew = await crew_of(session, post.user)
            found = await self._addressee(session, site, post, crew)
        if found is None:
            return warned

        async def take_on() -> bool:
            async with self._store.writing(site.organisation_id) as session:
                return await self._take_on(session, site, post, found, asker, crew)

        # Its two events may come to two processes at the same moment.
        return await again_if_raced(take_on) or warned

    async def _keep_keys_out(self, site: Site, post: Post) -> bool:
        """Warns a person, once, of a key in their message. True where there is such a warning."""
        keys = [] if post.by_app else pasted_in(post.text)
        if not keys:
            return False
        key = f"pasted:{site.workspace.team_id}:{post.channel}:{post.ts}"
        async with self._store.writing(site.organisation_id) as session:
            if not await first_time(session, key, self._store.clock()):
                return False
            say = Say(post.channel, post.thread_ts, post.user, warning(keys))
            await put_whisper(self._queue, session, site.organisation_id, say)
        return True

    async def _addressee(
        self, session: AsyncSession, site: Site, post: Post, crew: Sequence[Agent]
    ) -> Address | None:
        """Whom the message is for, or None where it is none of our business."""
        names = {agent.handle: agent.name for agent in crew}
        found = address(post.text, site.workspace.bot_user_id, names)
        if found.to is not To.NOBODY or post.direct:
            return found
        if not post.thread_ts or found.other_people or post.by_app:
            return None
        team_id = site.workspace.team_id
        conversation = await find_conversation(session, team_id, post.channel, post.thread_ts)
        member = await find_member(session, post.user)
        if conversation is None or member is None:
            return None
        if not await asked_before(session, conversation.id, member.id):
            return None
        return found

    async def _take_on(
        self,
        session: AsyncSession,
        site: Site,
        post: Post,
        found: Address,
        asker: Member | None,
        crew: Sequence[Agent],
    ) -> bool:
        thread = (site.workspace.team_id, post.channel, post.root)
        # Its organisation, held here, is read once: those below look it up each for themselves.
        talk = await talk_at(session, site.organisation_id, thread, post.ts)
        if talk.taken_on:
            return False
        conversation = talk.conversation
        complaint = _complaint(found, {agent.handle: agent.name for agent in crew})
        agent = None
        if not complaint:
            agent = await self._agent(session, site, post, found, conversation, crew)
        if complaint is None and agent is None:
            complaint = "There is no agent here yet. An owner can make one with `/ops agents`."
        if complaint is None:
            complaint = await count_question(session, site.organisation_id, self._store.clock())
        if complaint or agent is None:
            return await self._say(session, site, post, complaint or "")
        member = asker or await ensure_member(session, post.user, now=self._store.clock())
        question = about(found.question, clip(post.quoted, LONGEST_QUESTION - 1000))
        await self._start(session, site, post, question, agent, member, conversation)
        return True

    async def _agent(
        self,
        session: AsyncSession,
        site: Site,
        post: Post,
        found: Address,
        conversation: Conversation | None,
        crew: Sequence[Agent],
    ) -> Agent | None:
        """Of those that are there for the asker: the named one, the thread's, the channel's, or
        whoever there is."""
        if found.handle:
            return next((one for one in crew if one.handle == found.handle), None)
        by_id = {one.id: one for one in crew}
        if conversation is not None and conversation.agent_id in by_id:
            return by_id[conversation.agent_id]
        default = await default_agent_id(session, site.workspace.team_id, post.channel)
        if default in by_id:
            return by_id[default]
        preferred = [agent for agent in crew if agent.handle == DEFAULT_AGENT]
        return next(iter([*preferred, *crew]), None)

    async def _start(
        self,
        session: AsyncSession,
        site: Site,
        post: Post,
        question: str,
        agent: Agent,
        member: Member,
        conversation: Conversation | None,
    ) -> None:
        now = self._store.clock()
        if conversation is None:
            conversation = Conversation(
                team_id=site.workspace.team_id,
                channel_id=post.channel,
                thread_ts=post.root,
                agent_id=agent.id,
                direct=post.direct,
                created_at=now,
            )
            session.add(conversation)
            await session.flush()
        conversation.agent_id = agent.id  # whoever was named last goes on
        run = start_run(
            session,
            conversation,
            run_id=self._store.ids(),
            asked_by=member.id,
            source_ts=post.ts,
            question=question,
            now=now,
        )
        run.read_only = bool(post.quoted)  # somebody else's words never lead to a change
        if post.announced:
            say = Say(post.channel, post.root, post.user, post.announced, verbatim=True)
            await put_say(self._queue, session, site.organisation_id, say)
        await put_run(self._queue, session, run)

    async def _say(self, session: AsyncSession, site: Site, post: Post, text: str) -> bool:
        """Answers a message that starts no run, once, in its thread."""
        key = f"say:{site.workspace.team_id}:{post.channel}:{post.ts}"
        if not await first_time(session, key, self._store.clock()):
            return False
        say = Say(channel=post.channel, thread_ts=post.root, user=post.user, text=text)
        await put_say(self._queue, session, site.organisation_id, say)
        return True


def _complaint(found: Address, agents: Mapping[str, str]) -> str | None:
    """What is said to a message that cannot be a question, or None."""
    if found.to is To.UNKNOWN:
        return _unknown(found, agents)
    if found.to is To.SEVERAL:
        names = " and ".join(agents[handle] for handle in found.handles)
        return (
            f"You named {names}. One agent answers a message: "
            "ask again and name the one that should."
        )
    if is_empty(found.question):
        name = agents.get(found.handle, "I")
        should = "should I" if name == "I" else f"should {name}"
        return (
            f"What {should} look into? For example: “which incidents are open, and who is on call?”"
        )
    if len(found.question) > LONGEST_QUESTION:
        return (
            f"That message has {len(found.question):,} characters; I read up to "
            f"{LONGEST_QUESTION:,}. Ask in a few sentences, with the part that matters."
        )
    return None


def _unknown(found: Address, agents: Mapping[str, str]) -> str:
    wrong_name = escape(clip(found.wrong_name, SHOWN_NAME))  # "<!channel>" would call everybody
    if found.nearest:
        return (
            f"There is no agent called “{wrong_name}”. "
            f"Did you mean {agents[found.nearest]}? Write @{found.nearest} and ask again."
        )
    names = ", ".join(f"@{handle}" for handle in agents) or "nobody yet"
    return f"There is no agent called “{wrong_name}”. You can ask: {names}."
