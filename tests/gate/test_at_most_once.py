"""The promise that matters most: no write without an approval, and never two for one.

People decide, time passes, workers come and go, and the process dies at any moment, in any order
that hypothesis can think of. The store is a real one; only the lamp service is invented.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.connectors.errors import Unavailable
from bot.gate import approvals
from bot.gate.approvals import Decision
from bot.gate.calls import ToolCall
from bot.gate.decisions import Press
from bot.store.tables import Approval, ApprovalState
from tests.fixtures_store import (
    ORGANISATION,
    SQLITE,
    VAULT,
    MovableClock,
    add_organisations,
    counted_ids,
    in_no_hurry,
    on_both_databases,
)
from tests.support.connectors import LampService, installed
from tests.support.harbor import ALL, Harbor, build_harbor
from tests.support.mortal import Danger, Died, MortalStore

EXAMPLES = 40
FEWER_EXAMPLES = 8
"""On PostgreSQL, where each takes longer."""
MOMENTS = 16
"""An execution has fewer moments to die at; dying later is not dying at all."""


class Life(RuleBasedStateMachine):
    """One request from its card to its end."""

    runner: ClassVar[asyncio.Runner]
    danger: ClassVar[Danger]
    harbor: ClassVar[Harbor]
    numbers: ClassVar[Iterator[int]]

    def __init__(self) -> None:
        super().__init__()
        self.lamp = f"lamp {next(self.numbers)}"
        self.service.lamps[self.lamp] = False
        self.approved = False
        self.closed = False
        self.touched = False
        self.crowded = False
        self.granted = True
        self.approval_id = self.run(self._propose())

    @property
    def service(self) -> LampService:
        return self.harbor.service

    @property
    def sent(self) -> int:
        return sum(arguments.get("name") == self.lamp for _, arguments in self.service.writes)

    @property
    def state(self) -> str:
        approval: Approval = self.run(self.harbor.approval(self.approval_id))
        return approval.state

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    async def _propose(self) -> str:
        harbor = self.harbor
        await harbor.grant(ALL)
        await harbor.ask(self.lamp, thread=self.lamp)
        call = ToolCall("c1", "lamp_switch_lamp", {"name": self.lamp, "on": True})
        approval = await harbor.gate.handle(harbor.caller(self.lamp), harbor.ana.id, call)
        assert isinstance(approval, Approval)
        return approval.id

    async def _execute(self) -> None:
        await self.harbor.gate.execute(self.harbor.caller(self.lamp), self.approval_id)

    @initialize(approved=st.booleans())
    def often_it_is_approved_at_once(self, approved: bool) -> None:
        if approved:
            self.somebody_presses(allowed=True, press=Press.APPROVE)

    @rule(allowed=st.booleans(), press=st.sampled_from(list(Press)))
    def somebody_presses(self, allowed: bool, press: Press) -> None:
        member = self.harbor.ana if allowed else self.harbor.bo
        pressed = self.run(self.harbor.press(member, self.approval_id, press))
        if pressed.decision is Decision.TAKEN:
            assert allowed
            assert not self.closed, "a request is decided once"
            self.closed, self.approved = True, press is Press.APPROVE

    @rule(minutes=st.sampled_from([10, 31]))
    def time_passes(self, minutes: int) -> None:
        self.harbor.clock.forward(minutes=minutes)

    @rule()
    def the_wait_ends(self) -> None:
        async def expire() -> bool:
            async with self.harbor.store.writing(ORGANISATION) as session:
                return await approvals.expire(session, self.approval_id, now=self.harbor.clock())

        if self.run(expire()):
            assert not self.closed
            self.closed = True

    @rule()
    def a_worker_comes_by(self) -> None:
        self.run(self._execute())

    @rule(moment=st.integers(0, MOMENTS))
    def a_worker_dies(self, moment: int) -> None:
        self.die_at(moment)

    def die_at(self, moment: int) -> bool:
        """False where it was done before that moment came."""
        danger = self.danger
        danger.strike_in(moment)
        self.service.before = self.service.after = self.service.looking = danger
        try:
            self.run(self._execute())
        except Died:
            pass
        finally:
            self.service.before = self.service.after = self.service.looking = lambda: None
        return danger.pass_over()

    @rule(workers=st.integers(2, 3))
    def several_workers_come_at_once(self, workers: int) -> None:
        async def crowd() -> None:
            await asyncio.gather(*(self._execute() for _ in range(workers)))

        self.crowded = True
        self.run(crowd())

    @rule(point=st.sampled_from(["before", "after"]))
    def a_worker_loses_the_answer(self, point: str) -> None:
        def lose() -> None:
            raise Unavailable("No answer.")

        setattr(self.service, point, lose)
        try:
            self.run(self._execute())
        finally:
            setattr(self.service, point, lambda: None)

    @rule(on=st.booleans())
    def somebody_switches_it_by_hand(self, on: bool) -> None:
        self.touched = self.touched or self.service.lamps[self.lamp] != on
        self.service.lamps[self.lamp] = on

    @precondition(lambda self: self.granted)
    @rule()
    def the_access_is_taken_away(self) -> None:
        self.granted = False
        self.run(self.harbor.grant({}))

    @precondition(lambda self: not self.granted)
    @rule()
    def the_access_is_given_back(self) -> None:
        self.granted = True
        self.run(self.harbor.grant(ALL))

    @invariant()
    def it_is_sent_at_most_once(self) -> None:
        assert self.sent <= 1

    @invariant()
    def it_is_sent_only_when_approved(self) -> None:
        assert self.approved or self.sent == 0

    @invariant()
    def what_is_told_is_true(self) -> None:
        """Where nobody else moved the lamp, "done" and "not done" are what happened."""
        if self.touched or self.crowded:
            return
        if self.state == ApprovalState.DONE:
            assert self.sent == 1
        if self.state == ApprovalState.NOT_DONE:
            assert self.sent == 0

    def teardown(self) -> None:
        """Whatever happened: the next worker settles it, and then it stays settled."""
        self.run(self._execute())
        state, sent = self.state, self.sent
        assert state not in (ApprovalState.APPROVED, ApprovalState.EXECUTING)
        self.run(self._execute())
        assert (self.state, self.sent) == (state, sent)
        self.it_is_sent_at_most_once()
        self.it_is_sent_only_when_approved()
        self.what_is_told_is_true()


async def _open(database: str, service: LampService) -> Harbor:
    clock = MovableClock()
    store = MortalStore(database, clock=clock, ids=counted_ids(), vault=VAULT)
    await add_organisations(in_no_hurry(store))
    return await build_harbor(store, clock, service)


@pytest.fixture
def life(database: str) -> Iterator[type[Life]]:
    service = LampService()
    with installed(service), asyncio.Runner() as runner:
        Life.runner, Life.numbers = runner, iter(range(10**9))
        Life.harbor = runner.run(_open(database, service))
        Life.danger = MortalStore.danger
        yield Life
        runner.run(Life.harbor.opener.close())
        runner.run(Life.harbor.store.close())


@on_both_databases
def test_no_write_without_an_approval_and_never_two(life: type[Life], database: str) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=EXAMPLES if database.startswith(SQLITE) else FEWER_EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_at_every_single_moment_the_process_may_die(life: type[Life]) -> None:
    """The straight way, one by one: approved, dies at the n-th moment, is taken up again."""
    ends = set()
    for moment in range(MOMENTS):
        one = life()
        one.somebody_presses(allowed=True, press=Press.APPROVE)
        died = one.die_at(moment)
        one.it_is_sent_at_most_once()
        one.a_worker_comes_by()
        assert one.sent == (one.state == ApprovalState.DONE), moment
        one.teardown()
        ends.add((died, one.state))
    assert ends == {(True, "done"), (True, "not_done"), (False, "done")}
