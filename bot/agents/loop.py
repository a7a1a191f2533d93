"""A run: model, tools, model again, until there is an answer. Each step is saved as it happens.

Any process may die at any moment. Whoever takes the job up reads the steps and goes on: reads
without a saved result are made again, proposed writes are found by their call, executed ones are
never sent twice (the gate sees to that).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from bot.agents.acquaintance import Acquaintance
from bot.agents.cards import CardDesk
from bot.agents.memory import (
    asked,
    earlier_turns,
    replied_from,
    saved_reply,
    saved_return,
    turns_of,
)
from bot.agents.messages import (
    Model,
    ModelFailed,
    Replied,
    Request,
    ToolReturn,
    ToolSpec,
    Turn,
)
from bot.agents.models.fitting import Fit
from bot.agents.permit import Halt, Permit
from bot.agents.prompts import instructions
from bot.agents.steps import lines_of
from bot.agents.voice import Voice
from bot.gate.calls import Caller, CallerKind
from bot.gate.door import Gate
from bot.scheduling.queue import Claim, JobQueue
from bot.slack.progress import StepLine
from bot.slack.sender import CannotPost
from bot.store.database import Store
from bot.store.tables import Agent, Conversation, Member, Run, RunState, Step
from bot.store.talks import steps_of

log = structlog.get_logger(__name__)


@dataclass
class Scene:
    """Everything about a run that does not change while it goes on.

    What has a default is for thinking: an apology must not depend on it.
    """

    claim: Claim
    run: Run
    conversation: Conversation
    agent: Agent
    asker: Member
    caller: Caller
    voice: Voice
    tools: Sequence[ToolSpec] = ()
    instructions: str = ""
    before: Sequence[Turn] = ()
    fit: Fit = field(default_factory=lambda: Fit(""))


class Loop:
    """Answers runs."""

    def __init__(
        self,
        store: Store,
        gate: Gate,
        queue: JobQueue,
        *,
        model_for: Callable[[str], Model],
        voice_for: Callable[[Conversation, Agent, Member], Voice],
        cards: CardDesk,
        acquaintance: Acquaintance,
        permit: Permit,
        max_steps: int,
    ) -> None:
        """`model_for` gives the model of an id."""
        self._store = store
        self._gate = gate
        self._queue = queue
        self._model_for = model_for
        self._voice_for = voice_for
        self._cards = cards
        self._acquaintance = acquaintance
        self._permit = permit
        self._max_steps = max_steps

    async def work(self, claim: Claim) -> None:
        """The handler of `run` jobs: takes a run as far as it goes without a person.

        Raises:
            LostClaim: another worker has the run now.
        """
        scene = await self._scene(claim)
        if scene is None:
            return
        await self._prepare(scene)
        try:
            halt = await self._halt(scene)
            if halt is not None:
                await self._stop(scene, halt)
                return
            await self._begin(scene)
            await self._go_on(scene)
        except ModelFailed as error:
            await self._fail(scene, error.message)
        except CannotPost as error:
            log.warning("run.cannot_post", run=scene.run.id, reason=error.reason)
            await self._end(scene, RunState.FAILED, answer="")
            await self._cards.tell_unreachable(scene.conversation, scene.asker, error.reason)

    async def give_up(self, claim: Claim) -> None:
        """Tells people of a run that broke our process time and again."""
        scene = await self._scene(claim)
        if scene is not None:
            await self._fail(scene, "I could not finish this: it failed again and again.")

    async def apologise(self, claim: Claim) -> None:
        """Tells people of a run that failed for a reason of ours, which is in the log."""
        scene = await self._scene(claim)
        if scene is not None:
            await self._fail(
                scene,
                "Something went wrong on my side, so there is no answer. Please ask again; "
                f"if it stays, give the operator this reference: `{claim.subject}`.",
            )

    # The life of a run.

    async def _scene(self, claim: Claim) -> Scene | None:
        async with self._store.reading(claim.organisation_id) as session:
            run = await session.get(Run, claim.subject)
            if run is None or RunState(run.state).ended:
                return None
            conversation = await session.get_one(Conversation, run.conversation_id)
            agent = await session.get_one(Agent, run.agent_id)
            known = await session.get_one(Member, run.asked_by)
        asker = await self._acquaintance.member(
            claim.organisation_id, conversation.team_id, known.user_id
        )
        caller = Caller(
            CallerKind.AGENT,
            claim.organisation_id,
            agent.id,
            agent.name,
            asked_by=asker.name,
            run_id=run.id,
        )
        return Scene(
            claim=claim,
            run=run,
            conversation=conversation,
            agent=agent,
            asker=asker,
            caller=caller,
            voice=self._voice_for(conversation, agent, asker),
        )

    async def _prepare(self, scene: Scene) -> None:
        async with self._store.reading(scene.claim.organisation_id) as session:
            scene.before = await earlier_turns(session, scene.run)
        scene.tools = await self._gate.offered(scene.caller)
        places = await self._gate.places(scene.caller)
        scene.instructions = instructions(scene.agent, places=places)
        scene.fit = await self._permit.model(scene.agent)

    async def _begin(self, scene: Scene) -> None:
        progress_ts = await scene.voice.begin(scene.run.progress_ts)
        async with self._store.writing(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)
            run = await session.get_one(Run, scene.run.id)
            run.state, run.progress_ts = RunState.RUNNING, progress_ts

    async def _go_on(self, scene: Scene) -> None:
        while True:
            halt = await self._halt(scene)
            if halt is not None:
                await self._stop(scene, halt)
                return
            steps = await self._steps(scene)
            last = steps[-1] if steps else None
            if last is not None and not last.complete:
                if not await self._do_calls(scene, steps):
                    await self._pause(scene)
                    return
                continue
            if last is not None and not last.replied["calls"]:
                await self._answer(scene, steps, last.replied["text"], last.model)
                return
            if len(steps) >= self._max_steps:
                await self._answer(scene, steps, _out_of_steps(steps, self._max_steps), "")
                return
            halt = await self._permit.no_money(scene.run)
            if halt is not None:
                await self._stop(scene, halt)
                return
            await self._think(scene, steps)

    async def _think(self, scene: Scene, steps: Sequence[Step]) -> None:
        """One response of the model, saved as a step."""
        last_chance = len(steps) == self._max_steps - 1
        request = Request(
            instructions=scene.instructions,
            turns=[*scene.before, asked(scene.run, scene.asker), *turns_of(steps)],
            tools=[] if last_chance and steps else scene.tools,
            now=self._store.clock(),
            timezone=scene.asker.timezone,
        )
        model = self._model_for(scene.fit.model)
        replied = await model.respond(request, scene.voice.text)
        async with self._store.writing(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)
            session.add(self._new_step(scene, len(steps), replied))
            await self._permit.spent(session, scene.run, self._store.clock())

    def _new_step(self, scene: Scene, number: int, replied: Replied) -> Step:
        return Step(
            run_id=scene.run.id,
            number=number,
            replied=saved_reply(replied),
            returned={},
            complete=not replied.calls,
            model=replied.model,
            input_tokens=replied.usage.input,
            output_tokens=replied.usage.output,
            cached_tokens=replied.usage.cached,
            created_at=self._store.clock(),
        )

    async def _do_calls(self, scene: Scene, steps: Sequence[Step]) -> bool:
        """Takes the last step's calls on. False while a person still has to decide on one."""
        step = steps[-1]
        calls = [call for call in replied_from(step).calls if call.id not in step.returned]
        await scene.voice.steps(await self._lines(scene, steps))
        found = await asyncio.gather(
            *(self._gate.handle(scene.caller, scene.asker.id, call) for call in calls)
        )
        returns = [one for one in found if isinstance(one, ToolReturn)]
        waiting = [
            (call, one)
            for call, one in zip(calls, found, strict=True)
            if not isinstance(one, ToolReturn)
        ]
        if returns:
            await self._keep(scene, step, returns)
            await scene.voice.steps(await self._lines(scene, await self._steps(scene)))
        if waiting:
            settled = await self._cards.attend(scene.caller, scene.voice, waiting)
            await self._keep(scene, step, settled)
            returns += settled
        return len(returns) == len(calls)

    # What is saved, and what people see of it.

    async def _keep(self, scene: Scene, step: Step, returns: Sequence[ToolReturn]) -> None:
        async with self._store.writing(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)
            row = await session.get_one(Step, step.id)
            saved = {one.call_id: saved_return(one) for one in returns}
            row.returned = {**row.returned, **saved}
            row.complete = all(call["id"] in row.returned for call in row.replied["calls"])

    async def _pause(self, scene: Scene) -> None:
        await scene.voice.wait(await self._lines(scene, await self._steps(scene)))
        async with self._store.writing(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)
            (await session.get_one(Run, scene.run.id)).state = RunState.WAITING

    async def _answer(self, scene: Scene, steps: Sequence[Step], markdown: str, model: str) -> None:
        lines = await self._lines(scene, steps)
        footer = " ".join(filter(None, [model or "no model", scene.fit.why]))
        await self._hold(scene)
        ts = await scene.voice.answer(markdown, lines, footer)
        await self._end(scene, RunState.DONE, answer=markdown, answered_ts=ts)

    async def _halt(self, scene: Scene) -> Halt | None:
        return await self._permit.halt(scene.run, scene.conversation, scene.agent)

    async def _stop(self, scene: Scene, halt: Halt) -> None:
        """Ends a run that may not go on. One that never began is not counted."""
        begun = bool(await self._steps(scene))
        await self._fail(scene, halt.words, counted=begun)

    async def _fail(self, scene: Scene, words: str, *, counted: bool = True) -> None:
        lines = await self._lines(scene, await self._steps(scene))
        await self._hold(scene)
        try:
            await scene.voice.apologise(f":warning: {words}", lines)
        except CannotPost as error:
            await self._cards.tell_unreachable(scene.conversation, scene.asker, error.reason)
        await self._end(scene, RunState.FAILED, answer="", counted=counted)

    async def _end(
        self,
        scene: Scene,
        state: RunState,
        *,
        answer: str,
        answered_ts: str = "",
        counted: bool = True,
    ) -> None:
        async with self._store.writing(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)
            run = await session.get_one(Run, scene.run.id)
            run.state, run.answer, run.answered_ts = state, answer, answered_ts
            run.finished_at = self._store.clock()
            if not counted:
                await self._permit.not_started(session, run)

    async def _hold(self, scene: Scene) -> None:
        """Before the last words are said: whoever lost the run stays silent."""
        async with self._store.reading(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)

    async def _steps(self, scene: Scene) -> Sequence[Step]:
        async with self._store.reading(scene.claim.organisation_id) as session:
            return await steps_of(session, scene.run.id)

    async def _lines(self, scene: Scene, steps: Sequence[Step]) -> list[StepLine]:
        async with self._store.reading(scene.claim.organisation_id) as session:
            return await lines_of(session, steps)


def _out_of_steps(steps: Sequence[Step], limit: int) -> str:
    said = [step.replied["text"] for step in steps if step.replied["text"]]
    last_words = f"\n\nWhat I had so far:\n\n{said[-1]}" if said else ""
    return f"I stopped after {limit} steps, which is the limit of one question.{last_words}"
