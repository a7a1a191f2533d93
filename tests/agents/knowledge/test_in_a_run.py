"""A question to an agent that knows something: what its model reads, and what it searches."""

from __future__ import annotations

from bot.agents.knowledge.attachments import write_text
from bot.agents.knowledge.recall import Recall
from bot.agents.messages import Replied, Request, Returned
from bot.agents.offline import OfflinePlanner
from tests.support.models import Scripted, calls
from tests.support.shelves import Shelves, long
from tests.support.stage import Stage


async def test_a_run_has_what_its_agent_knows(stage: Stage) -> None:
    harbor = stage.harbor
    shelves = Shelves(harbor.store, harbor.queue)
    stage.house = [Recall(harbor.store).tool()]
    await shelves.put(harbor.ana, runbook_md=long("# Rollback\nPress the red button."))
    await shelves.read()
    await shelves.give(harbor.ana, harbor.debugger, "runbook.md")
    await write_text(harbor.store, harbor.ana, harbor.debugger.id, "Checkout is called Till.")

    def look(request: Request) -> Replied:
        assert "Checkout is called Till." in request.instructions
        assert "- runbook.md" in request.instructions
        return calls(("search_knowledge", {"query": "red button"}))

    def read(request: Request) -> Replied:
        last = request.turns[-1]
        assert isinstance(last, Returned)
        assert "[runbook.md, Rollback]\nPress the red button." in last.returns[0].text
        return Replied("Press the red button (runbook.md, Rollback).")

    stage.model = Scripted(look, read)
    await stage.ask()
    assert "Press the red button" in " ".join(stage.slack.texts())


async def test_without_a_language_model_a_short_file_is_searched_too(stage: Stage) -> None:
    harbor = stage.harbor
    shelves = Shelves(harbor.store, harbor.queue)
    stage.house = [Recall(harbor.store).tool()]
    await shelves.put(
        harbor.ana,
        runbook_md="# Restart the queue\nDrain it first.\n\n# Checkout\nCheckout is called Till.",
    )
    await shelves.read()
    await shelves.give(harbor.ana, harbor.debugger, "runbook.md")
    stage.model = OfflinePlanner()  # type: ignore[assignment]
    await stage.ask("@debugger how do we restart the queue?")
    said = " ".join(stage.slack.texts())
    assert "runbook.md, Restart the queue" in said
    assert "Drain it first." in said
    assert "Till" not in said
