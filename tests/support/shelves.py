"""A library for tests: files are put in and read as the worker would read them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from bot.agents.house_tools import At
from bot.agents.knowledge.attachments import choose
from bot.agents.knowledge.library import Added, Given, add_files
from bot.agents.knowledge.processing import Processing
from bot.agents.knowledge.recall import Recall
from bot.gate.calls import Caller, CallerKind
from bot.scheduling.queue import JobQueue
from bot.slack.downloads import CannotFetch
from bot.store.database import Store
from bot.store.tables import Agent, Conversation, KnowledgeItem, Member, Run


@dataclass
class Shelves:
    """The library of a member's organisation. `in_slack` are files that Slack has, by their id."""

    store: Store
    queue: JobQueue
    in_slack: dict[str, bytes] = field(default_factory=dict)

    async def fetch(self, file_id: str, most: int) -> bytes:
        if file_id not in self.in_slack:
            raise CannotFetch("Slack does not give me the file any more (file_not_found).")
        return self.in_slack[file_id][:most]

    async def put(self, member: Member, **files: str | bytes) -> Added:
        """Adds files by name, with `_md` at its end for `.md`; they wait to be read."""
        given = [
            Given(_name(name), len(content), content)
            for name, text in files.items()
            for content in [text if isinstance(text, bytes) else text.encode()]
        ]
        return await add_files(self.store, self.queue, member, given)

    async def read(self) -> None:
        """Does the work that waits."""
        processing = Processing(self.store, self.queue, self.fetch)
        while claims := await self.queue.take(10):
            for claim in claims:
                if claim.kind == "knowledge":
                    await processing.handle(claim)
                await self.queue.finish(claim)

    async def items(self, organisation_id: str) -> dict[str, KnowledgeItem]:
        """What is there, by name."""
        async with self.store.reading(organisation_id) as session:
            return {one.name: one for one in await session.scalars(select(KnowledgeItem))}

    async def give(self, member: Member, agent: Agent, *names: str) -> list[str]:
        """Gives an agent files of the library, and nothing else."""
        items = await self.items(member.organisation_id)
        ids = [items[name].id for name in names]
        return await choose(self.store, member, agent.id, ids, [])

    def at(self, agent: Agent, asker: Member) -> At:
        """A run of an agent that uses its tools."""
        here = agent.organisation_id
        caller = Caller(CallerKind.AGENT, here, agent.id, agent.name, asker.name, "run1")
        run = Run(id="run1", organisation_id=here, agent_id=agent.id, question="?")
        return At(caller, run, Conversation(id="talk"), agent, asker)

    async def search(self, agent: Agent, asker: Member, query: str, file: str = "") -> str:
        """What the tool gives a model."""
        tool = Recall(self.store).tool()
        given = tool.arguments.model_validate({"query": query, "file": file})
        found = await tool.use(self.at(agent, asker), given)
        return str(getattr(found, "text", ""))


def _name(name: str) -> str:
    stem, _, suffix = name.rpartition("_")
    return f"{stem}.{suffix}"


def long(words: str) -> str:
    """A text too long to stand in a prompt: the words, and much about nothing."""
    filler = "\n\n".join(f"Paragraph {number}: " + "nothing much. " * 60 for number in range(40))
    return f"{filler}\n\n{words}\n"
