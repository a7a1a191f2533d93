"""A run: model, tools, model again, until there is an answer. Each step is saved as it happens.

Any process may die at any moment. Whoever takes the job up reads the steps and goes on: reads
without a saved result are made again, proposed writes are found by their call, executed ones are
never sent twice (the gate sees to that).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal

import structlog

from bot.agents import asides
from bot.agents.acquaintance import Acquaintance
from bot.agents.cards import CardDesk
from bot.agents.closing import is_answer
from bot.agents.finishing import Finish, Finished, as_it_is
from bot.agents.following_up import choices_of
from bot.agents.hostile import links_of
from bot.agents.house_tools import Aside, HouseTools, settled
from bot.agents.memory import (
    asked,
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
    ToolCall,
    ToolReturn,
)
from bot.agents.models.fitting import Fit
from bot.agents.models.telling import footer_of, sources_below
from bot.agents.models.window import fitted
from bot.agents.permit import Halt, Permit
from bot.agents.scene import Scene, Scenes
from bot.agents.spending import cost_of, price_of
from bot.agents.steps import lines_of
from bot.agents.stopping import Stops
from bot.agents.titling import title_of
from bot.agents.voice import Voice
from bot.gate.door import Gate
from bot.scheduling.queue import Claim, JobQueue
from bot.slack.follow_ups import row
from bot.slack.progress import StepLine
from bot.slack.sender import CannotPost
from bot.store.database import Store
from bot.store.tables import Agent, Approval, Conversation, Member, Run, RunState, Step
from bot.store.talks import all_steps_of, steps_of

log = structlog.get_logger(__name__)


class Loop:
    """Answers runs."""

    def __init__(
        self,
        store: Store,
        gate: Gate,
        queue: JobQueue,
        *,
        model_for: Callable[[Fit], Model],
        voice_for: Callable[[Conversation, Agent, Member], Voice],
        cards: CardDesk,
        acquaintance: Acquaintance,
        permit: Permit,
        max_steps: int,
        stops: Stops | None = None,
        house: HouseTools | None = None,
        finish: Finish = as_it_is,
    ) -> None:
        """`model_for` gives the model that fits; `finish` does what a question's directives ask."""
        self._store = store
        self._gate = gate
        self._queue = queue
        self._model_for = model_for
        self._cards = cards
        self._permit = permit
        self._max_steps = max_steps
        self._stops = stops or Stops(store, queue)
        self._house = house or HouseTools()
        self._finish = finish
        self._scenes = Scenes(
            store,
            gate,
            voice_for=voice_for,
            acquaintance=acquaintance,
            permit=permit,
            house=self._house,
        )

    async def work(self, claim: Claim) -> None:
        """The handler of `run` jobs: takes a run as far as it goes without a person.

        Raises:
            LostClaim: another worker has the run now.
        """
        scene = await self._scenes.of(claim)
        if scene is None:
            return
        try:
            await self._take_up(scene)
        except CannotPost as error:
            log.warning("run.cannot_post", run=scene.run.id, reason=error.reason)
            await self._end(scene, RunState.FAILED, answer="")
            await self._cards.tell_unreachable(scene.conversation, scene.asker, error.reason)

    async def give_up(self, claim: Claim) -> None:
        """Tells people of a run that broke our process time and again."""
        scene = await self._scenes.of(claim)
        if scene is not None:
            await self._fail(scene, "I could not finish this: it failed again and again.")

    async def apologise(self, claim: Claim) -> None:
        """Tells people of a run that failed for a reason of ours, which is in the log."""
        scene = await self._scenes.of(claim)
        if scene is not None:
            await self._fail(
                scene,
                "Something went wrong on my side, so there is no answer. Please ask again; "
                f"if it stays, give the operator this reference: `{claim.subject}`.",
            )

    # The life of a run.

    async def _take_up(self, scene: Scene) -> None:
        await self._scenes.prepare(scene)
        try:
            halt = await self._halt(scene)
            if halt is not None:
                await self._stop(scene, halt)
                return
            await self._begin(scene)
            await self._go_on(scene)
        except ModelFailed as error:
            await self._fail(scene, error.message)

    async def _begin(self, scene: Scene) -> None:
        progress_ts = await scene.voice.begin(scene.run.progress_ts)
        async with self._store.writing(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)
            run = await session.get_one(Run, scene.run.id)
            run.state, run.progress_ts = RunState.RUNNING, progress_ts
        title = "" if scene.run.progress_ts or scene.before else title_of(scene.run)
        if title:
            await scene.voice.entitle(title)

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
            if last is not None and is_answer(last):
                await self._answer(scene, steps, last.replied["text"], last.model)
                return
            most = await self._most_steps(scene, steps)
            if len(steps) >= most:
                await self._answer(scene, steps, _out_of_steps(steps, most), "")
                return
            halt = await self._permit.no_money(scene.run)
            if halt is not None:
                await self._stop(scene, halt)
                return
            await self._think(scene, steps)

    async def _think(self, scene: Scene, steps: Sequence[Step]) -> None:
        """One response of the model, saved as a step."""
        last_chance = len(steps) == await self._most_steps(scene, steps) - 1
        question = asked(scene.run, scene.asker, scene.caller.through)
        request = Request(
            instructions=scene.instructions,
            turns=[*scene.before, question, *turns_of(steps)],
            tools=[] if last_chance and steps else scene.tools,
            now=scene.run.created_at,  # "the last hour" is the same in each step
            timezone=scene.asker.timezone,
            web=scene.fit.web and not last_chance,
        )
        model = self._model_for(scene.fit)
        thinking = model.respond(fitted(request, scene.fit.window), scene.voice.text)
        replied = await self._stops.unless_stopped(scene.run, thinking)
        if replied is None:
            return
        async with self._store.writing(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)
            session.add(self._new_step(scene, len(steps), replied, last=last_chance))
            await self._permit.spent(session, scene.run, self._store.clock())

    async def _most_steps(self, scene: Scene, steps: Sequence[Step]) -> int:
        """How many steps a run may take; once its money or time is spent, one more in which to
        answer, whatever that one does instead."""
        most = min(self._max_steps, scene.run.max_steps or self._max_steps)
        if not steps or not steps[-1].replied["calls"]:
            return most
        if steps[-1].replied.get("last"):
            return len(steps)
        return min(most, len(steps) + 1) if await self._is_spent(scene) else most

    async def _is_spent(self, scene: Scene) -> bool:
        """Colleagues spend the money of the run that asked them, and have a time of their own."""
        run = scene.run
        if run.parent_run_id and self._store.clock() - run.created_at > asides.TIME:
            return True
        if run.max_cost is None:
            return False
        async with self._store.reading(run.organisation_id) as session:
            spent = await all_steps_of(session, [run.parent_run_id or run.id])
        return cost_of(spent) >= Decimal(str(run.max_cost))

    def _new_step(self, scene: Scene, number: int, replied: Replied, *, last: bool) -> Step:
        return Step(
            run_id=scene.run.id,
            number=number,
            replied={**saved_reply(replied, self._house.closing), "last": last},
            returned={},
            complete=not replied.calls,
            model=replied.model,
            input_tokens=replied.usage.input,
            output_tokens=replied.usage.output,
            cached_tokens=replied.usage.cached,
            cost=price_of(replied.model, replied.usage, scene.fit.line),
            created_at=self._store.clock(),
        )

    async def _do_calls(self, scene: Scene, steps: Sequence[Step]) -> bool:
        """Takes the last step's calls on. False while a person still has to decide on one."""
        step = steps[-1]
        calls = [call for call in replied_from(step).calls if call.id not in step.returned]
        await scene.voice.steps(await self._lines(scene, steps))
        found = await asyncio.gather(*(self._handled(scene, steps, call) for call in calls))
        returns = [one for one in found if isinstance(one, ToolReturn)]
        waiting = [
            (call, one) for call, one in zip(calls, found, strict=True) if isinstance(one, Approval)
        ]
        if returns:
            await self._keep(scene, step, returns)
            await self._refresh(scene)
        if waiting:
            settled = await self._cards.attend(scene.caller, scene.voice, waiting)
            await self._keep(scene, step, settled)
            returns += settled
        return len(returns) == len(calls)

    async def _handled(
        self, scene: Scene, steps: Sequence[Step], call: ToolCall
    ) -> Approval | ToolReturn | None:
        """What a call came to; None where a person has to decide on something inside of it."""
        if not self._house.has(call.name):
            return await self._gate.handle(scene.caller, scene.asker.id, call)
        found = await self._house.handle(scene.at(steps), call)
        return await self._aside(scene, call, found) if isinstance(found, Aside) else found

    async def _aside(self, scene: Scene, call: ToolCall, aside: Aside) -> ToolReturn | None:
        """Takes a run that a call began as far as it goes without a person."""
        inner = await self._scenes.of(scene.claim, aside.run_id)
        if inner is not None:
            inner.voice = asides.AsideVoice(scene.voice, lambda: self._refresh(scene))
            await self._take_up(inner)
        async with self._store.reading(scene.claim.organisation_id) as session:
            run = await session.get_one(Run, aside.run_id)
            steps = await steps_of(session, run.id)
        return settled(call, aside, run, steps) if RunState(run.state).ended else None

    async def _refresh(self, scene: Scene) -> None:
        await scene.voice.steps(await self._lines(scene, await self._steps(scene)))

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
        footer = footer_of(model, scene.fit)
        finished = await self._finished(scene, steps, markdown + sources_below(steps))
        await self._hold(scene)
        below = row(choices_of(scene.run, steps))
        ts = await scene.voice.answer(finished.markdown, lines, footer, below)
        await finished.show()
        await self._end(scene, RunState.DONE, answered_ts=ts, finished=finished)

    async def _finished(self, scene: Scene, steps: Sequence[Step], markdown: str) -> Finished:
        """The answer as it goes out, with the links that it may have; a colleague's goes to an
        agent."""
        if scene.run.parent_run_id is not None:
            return Finished(markdown)
        hosts = {*await self._gate.hosts(scene.caller), *scene.known_hosts}
        async with self._store.reading(scene.claim.organisation_id) as session:
            links = await links_of(session, scene.run, hosts)
        scene.voice.trust(links.allows)
        return await self._finish(scene.at(steps), markdown)

    async def _halt(self, scene: Scene) -> Halt | None:
        stopped = await self._stops.halt(scene.run)
        return stopped or await self._permit.halt(scene.run, scene.conversation, scene.agent)

    async def _stop(self, scene: Scene, halt: Halt) -> None:
        """Ends a run that may not go on. One that never began is not counted."""
        begun = bool(await self._steps(scene))
        state = RunState.STOPPED if halt.wanted else RunState.FAILED
        await self._fail(scene, halt.words, counted=begun, state=state)

    async def _fail(
        self,
        scene: Scene,
        words: str,
        *,
        counted: bool = True,
        state: RunState = RunState.FAILED,
    ) -> None:
        sign = ":octagonal_sign:" if state is RunState.STOPPED else ":warning:"
        lines = await self._lines(scene, await self._steps(scene))
        await self._hold(scene)
        try:
            await scene.voice.apologise(f"{sign} {words}", lines)
        except CannotPost as error:
            await self._cards.tell_unreachable(scene.conversation, scene.asker, error.reason)
        # The asking agent is told why; a stopped run is remembered as that.
        told = scene.run.parent_run_id is not None or state is RunState.STOPPED
        await self._end(scene, state, answer=words if told else "", counted=counted)

    async def _end(
        self,
        scene: Scene,
        state: RunState,
        *,
        answer: str = "",
        answered_ts: str = "",
        counted: bool = True,
        finished: Finished | None = None,
    ) -> None:
        async with self._store.writing(scene.claim.organisation_id) as session:
            await self._queue.hold(session, scene.claim)
            run = await session.get_one(Run, scene.run.id)
            run.state, run.answered_ts = state, answered_ts
            run.answer = finished.markdown if finished else answer
            run.finished_at = self._store.clock()
            if finished:
                await finished.keep(session)
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
