"""Histories of one request: what people, time, workers and accidents do to it, in any order.

A history is a list of steps. Each is carried out for real, by the gate over a store; only the lamp
service is invented, and the driver of the database does without its thread (see `one_thread`).
Histories that begin alike share their beginning: the database is copied there, and each goes on
from the copy. That is what makes ten thousand of them cheap.
"""

from __future__ import annotations

import copy
import gc
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.cards import CardDesk
from bot.agents.expiry import Patience
from bot.agents.following import put_next
from bot.connectors.errors import Unavailable
from bot.gate.approvals import Decision
from bot.gate.calls import ToolCall
from bot.gate.decisions import Decisions, Press, Pressed
from bot.gate.door import Gate
from bot.scheduling.queue import Claim, TableQueue
from bot.store.tables import (
    Approval,
    ApprovalPolicy,
    ApprovalState,
    Member,
    Role,
)
from tests.fixtures_store import (
    ORGANISATION,
    OTHER_ORGANISATION,
    MovableClock,
    add_member,
    add_organisations,
    counted_ids,
)
from tests.support.connectors import LampService, installed
from tests.support.harbor import ALL, WAIT, Harbor, build_harbor
from tests.support.one_thread import Disk, Process, Work, drive

LAMP = "mast"
WRITE = ("switch_lamp", {"name": LAMP, "on": True})
"""The one write that is ever approved here."""

HISTORIES = 630
"""Different histories of one share. Four houses have four shares each: 10,080 in all."""

SHARES = 4
"""Parts of a house's histories that are carried out by tests of their own; no two overlap."""

STEPS, BRANCHES = 5, 12
"""How long one way is, and how many others leave it at each place."""

S = ApprovalState
UNPRESSED = "unpressed"
"""Stands for the state of a request that is not there yet."""

AFTER: Mapping[str, frozenset[str]] = {
    UNPRESSED: frozenset({UNPRESSED, S.APPROVED, S.EXECUTING, S.DONE, S.NOT_DONE, S.UNKNOWN}),
    S.PENDING: frozenset(S),
    S.APPROVED: frozenset({S.APPROVED, S.EXECUTING, S.DONE, S.NOT_DONE, S.UNKNOWN}),
    S.EXECUTING: frozenset({S.EXECUTING, S.DONE, S.NOT_DONE, S.UNKNOWN}),
    **{one: frozenset({one}) for one in S if one.value not in ("pending", "approved", "executing")},
}
"""Where a request may be after a step, by where it was before."""

ON_RECORD: Mapping[str, tuple[str, str]] = {
    S.DONE: ("write", "done"),
    S.NOT_DONE: ("write", "not_done"),
    S.UNKNOWN: ("write", "unknown"),
    S.DENIED: ("deny", "done"),
    S.WITHDRAWN: ("withdraw", "done"),
    S.EXPIRED: ("expire", "done"),
}
"""The one entry that tells how a request ended: its action and outcome."""


@dataclass(frozen=True)
class Rule:
    """Who may approve in this house: how many, whether the one who asked, whether editors.

    `pressed`: it is no agent's request, but a button that Ana presses herself.
    """

    needed: int = 1
    own_allowed: bool = True
    editors: bool = True
    pressed: bool = False

    @property
    def agreement(self) -> Sequence[str]:
        """Whose yes is enough."""
        return [name for name in ("cy", "ana") if self.allows(name)][: self.needed]

    @property
    def alone(self) -> bool:
        """Whether Ana's own press is all that it takes."""
        return self.pressed and self.own_allowed and self.needed == 1

    def allows(self, name: str) -> bool:
        """Ana is an owner and asked; Cy is an editor; Bo is a viewer; Eve is from elsewhere."""
        return {"ana": self.own_allowed, "cy": self.editors}.get(name, False)


@dataclass
class Truth:
    """What really happened, beside what the database says."""

    said_yes: set[str] = field(default_factory=set)
    state: str = ""
    touched: bool = False
    crowded: bool = False


class Bundle:
    """The gate's parts as one process has them."""

    def __init__(self, process: Process, harbor: Harbor) -> None:
        store = process.store
        self.process = process
        self.gate = Gate(store, harbor.opener, approval_wait=WAIT, timer=lambda: 0.0)
        queue = TableQueue(store)
        self.queue = queue
        self.decisions = Decisions(store, self.gate.approvers)
        desk = CardDesk(store, self.gate, queue, sender=None)  # type: ignore[arg-type]
        self.patience = Patience(store, queue, desk, None, lambda: None)  # type: ignore[arg-type]


class World:
    """One request in one house, and everything that can happen to it."""

    harbor: Harbor
    bundles: tuple[Bundle, Bundle]

    def __init__(self, folder: Path, service: LampService, rule: Rule) -> None:
        self.rule = rule
        self.service = service
        self.clock = MovableClock()
        self.expires = self.clock() + WAIT
        self.disk = Disk(folder / "history.db")
        self.people: dict[str, Member] = {}
        self.truth = Truth()

    async def begin(self) -> None:
        """Sets the house up, with the request on its card."""
        ids = counted_ids()
        first, second = (Process(self.disk, self.clock, ids) for _ in range(2))
        self.harbor = await self._build(first)
        self.people |= {"ana": self.harbor.ana, "bo": self.harbor.bo}
        await self._invite(first)
        self.bundles = (Bundle(first, self.harbor), Bundle(second, self.harbor))
        if self.rule.pressed:
            if not self.rule.alone:
                await self.press_button(self.bundles[0])
        else:
            await self._propose()

    async def _build(self, process: Process) -> Harbor:
        store = process.store
        await add_organisations(store)
        return await build_harbor(store, self.clock, self.service)

    async def _invite(self, process: Process) -> None:
        store = process.store
        self.people["cy"] = await add_member(store, "cy", "Cy", "UTC")
        self.people["eve"] = await add_member(store, "eve", "Eve", "UTC", OTHER_ORGANISATION)
        async with store.writing(ORGANISATION) as session:
            (await session.get_one(Member, "cy")).role = Role.EDITOR
            session.add(
                ApprovalPolicy(
                    connection_id=self.harbor.connection.id,
                    people=[],
                    editors=self.rule.editors,
                    own_allowed=self.rule.own_allowed,
                    critical=["lamps"] if self.rule.needed == 2 else [],
                )
            )

    async def _propose(self) -> None:
        await self.harbor.grant(ALL)
        await self.harbor.ask()
        call = ToolCall("c1", "lamp_switch_lamp", dict(WRITE[1]))
        approval = await self.bundles[0].gate.handle(self.harbor.caller(), self.harbor.ana.id, call)
        assert isinstance(approval, Approval)

    # what is done

    def press(self, name: str, press: Press, bundle: Bundle) -> Work[Pressed]:
        """A press by somebody, with what follows from it."""
        if self.rule.allows(name) and press is Press.APPROVE and self.is_open:
            self.truth.said_yes.add(name)

        async def go_on(session: AsyncSession, approval: Approval) -> None:
            await put_next(bundle.queue, session, approval)

        return bundle.decisions.press(self.people[name], self.approval_id, press, go_on)

    async def press_button(self, bundle: Bundle) -> None:
        """Ana's own press, or its delivery once more."""
        if self.rule.own_allowed:
            self.truth.said_yes.add("ana")
        ana, lamp = self.people["ana"], self.harbor.connection.id
        try:
            await bundle.gate.press(ana, lamp, *WRITE, key="the press")
        except ValueError:
            [tool] = self.disk.ask("SELECT tool FROM approvals")
            assert tool[0] != "lamp_switch_lamp", "it was taken for another press"

    def execute(self, bundle: Bundle) -> Work[Any]:
        if self.state == UNPRESSED:
            return self.press_button(bundle)
        if self.rule.pressed:
            return bundle.gate.finish_press(ORGANISATION, self.approval_id)
        return bundle.gate.execute(self.harbor.caller(), self.approval_id)

    def expire(self, bundle: Bundle) -> Work[None]:
        claim = Claim(1, ORGANISATION, "expire", self.approval_id, 1, 1)
        return bundle.patience.expire(claim)

    async def grant(self, given: bool) -> None:
        await drive(self.harbor.grant(ALL if given else {}))

    @contextmanager
    def trouble(self, point: str) -> Iterator[None]:
        """The service loses its answer, `before` or `after` it did the write."""

        def lose() -> None:
            raise Unavailable("No answer.")

        setattr(self.service, point, lose)
        try:
            yield
        finally:
            setattr(self.service, point, lambda: None)

    @property
    def agreement(self) -> Sequence[Step]:
        """What is enough for an approval."""
        if self.rule.alone:
            return [the_button()]
        return [undisturbed(name, Press.APPROVE) for name in self.rule.agreement]

    def in_share(self, share: int, history: Sequence[str]) -> bool:
        """Whose history it is, by its first step (after the approval, if that comes first)."""
        opening = tuple(step.words for step in self.agreement)
        rest = history[len(opening) :] if history[: len(opening)] == opening else history
        return not rest or crc32(rest[0].encode()) % SHARES == share

    # what is seen

    @property
    def row(self) -> tuple[Any, ...]:
        rows = self.disk.ask("SELECT state, outcome FROM approvals")
        assert len(rows) <= 1, "one request became several"
        return rows[0] if rows else (UNPRESSED, "")

    @property
    def approval_id(self) -> str:
        rows = self.disk.ask("SELECT id FROM approvals")
        return str(rows[0][0]) if rows else "nothing"

    @property
    def state(self) -> str:
        return str(self.row[0])

    @property
    def is_open(self) -> bool:
        return self.state == S.PENDING and self.clock() < self.expires

    def expected(self, name: str, press: Press) -> set[Decision]:
        """What a press that nothing disturbs may come to."""
        if name == "eve" or self.state == UNPRESSED:
            return {Decision.GONE}
        if press is Press.WITHDRAW:
            if name != "ana":
                return {Decision.NOT_ALLOWED}
            return {Decision.TAKEN} if self.state == S.PENDING else {Decision.TOO_LATE}
        if not self.rule.allows(name):
            return {Decision.NOT_ALLOWED}
        if not self.is_open:
            return {Decision.TOO_LATE}
        yes = self.truth.said_yes | {name}
        whole = press is Press.DENY or len(yes) >= self.rule.needed
        return {Decision.TAKEN} if whole else {Decision.HALF}

    def check(self) -> None:
        """What must be true at any time."""
        truth, state = self.truth, self.state
        truth.state = truth.state or (UNPRESSED if self.rule.alone else S.PENDING)
        writes = self.service.writes
        assert state in AFTER[truth.state], f"{truth.state} became {state}"
        truth.state = state
        assert len(writes) <= 1, "it was sent twice"
        assert all(one == WRITE for one in writes), "what was sent is not what was approved"
        enough = len(truth.said_yes) >= self.rule.needed
        if state in AFTER[S.APPROVED]:
            assert enough, "it was approved, but not by those who have to"
        if writes:
            assert state in AFTER[S.EXECUTING], f"it was sent while {state}"
        if state == S.DONE:
            assert writes or truth.touched, "it is said to be done, and was never sent"
        if state == S.NOT_DONE and not (truth.touched or truth.crowded):
            assert not writes, "it is said not to be done, and was"
        if state != S.PENDING and not self.rule.alone:
            assert self.disk.ask("SELECT 1 FROM jobs WHERE kind IN ('run', 'press')"), (
                "nobody goes on with it"
            )

    async def finish(self) -> None:
        """The end of every history: somebody takes it up, or its time is over; then it stays."""
        bundle = self.bundles[1]
        if self.state not in ON_RECORD:
            await drive(self.execute(bundle))
        if self.state == S.PENDING:
            self.clock.now = max(self.clock.now, self.expires)
            await drive(self.expire(bundle))
        self.check()
        ended = self.row
        if ended[0] == UNPRESSED:
            assert self.service.lamps[LAMP], "a press came to nothing without a reason"
            assert not self.service.writes
            return
        assert ended[0] in ON_RECORD, f"it never ends: {ended[0]}"
        await drive(self.execute(bundle))
        assert self.row == ended, "it was settled, and settled again"
        self.check()
        assert self.record() == [ON_RECORD[ended[0]]]

    def record(self) -> list[tuple[str, str]]:
        """The entries that tell how the request ended."""
        found = self.disk.ask(
            "SELECT action, outcome FROM audit_entries WHERE action = 'write' "
            "OR (action IN ('deny', 'withdraw', 'expire') AND outcome = 'done')"
        )
        return [(action, outcome) for action, outcome in found]

    # going back

    @contextmanager
    def remembered(self) -> Iterator[Callable[[], None]]:
        """Gives what puts the world back to where it is now, any number of times."""
        truth = copy.deepcopy(self.truth)
        now, lamps, writes = self.clock.now, dict(self.service.lamps), list(self.service.writes)
        disk = self.disk.copy()

        def back() -> None:
            self.disk.restore(disk)
            self.truth = copy.deepcopy(truth)
            self.clock.now = now
            self.service.lamps, self.service.writes = dict(lamps), list(writes)

        yield back
        disk.close()

    async def close(self) -> None:
        for bundle in self.bundles:
            await bundle.process.stop()
        self.disk.close()


@dataclass(frozen=True)
class Step:
    """Something that happens. `words` tell it apart from others."""

    words: str
    happen: Callable[[World], Awaitable[object]]


def undisturbed(name: str, press: Press) -> Step:
    async def happen(world: World) -> None:
        expected = world.expected(name, press)
        pressed = await drive(world.press(name, press, world.bundles[0]))
        assert pressed.decision in expected, f"{pressed.decision} instead of {expected}"

    return Step(f"{name} presses {press}", happen)


def the_button() -> Step:
    return Step("ana presses the button", lambda world: drive(world.press_button(world.bundles[0])))


async def explore(folder: Path, rule: Rule, draw: Callable[[Random], Step], share: int) -> None:
    """Carries out a share of different histories in one house, each to its end."""
    service = LampService()
    with installed(service), _uncollected():
        world = World(folder, service, rule)
        await world.begin()
        chance = Random(f"{rule} {share}")
        seen: set[tuple[str, ...]] = set()
        with world.remembered() as to_the_start:
            while len(seen) < HISTORIES:
                to_the_start()
                await _grow(world, chance, draw, share, seen)
        await world.close()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Garbage is left lying for the few seconds: looking for it is a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _grow(
    world: World,
    chance: Random,
    draw: Callable[[Random], Step],
    share: int,
    seen: set[tuple[str, ...]],
) -> None:
    """Goes one way step by step, and from each place on it also into several others."""
    way: tuple[str, ...] = ()
    for step in chance.choice((world.agreement, ())):
        way = (*way, step.words)
        await _carry_out(world, way, step, finish=False)
    for _ in range(STEPS):
        with world.remembered() as back:
            for step in [draw(chance) for _ in range(BRANCHES)]:
                history = (*way, step.words)
                if history not in seen and world.in_share(share, history):
                    await _carry_out(world, history, step, finish=True)
                    seen.add(history)
                    back()
        step = draw(chance)
        while not world.in_share(share, (*way, step.words)):
            step = draw(chance)
        way = (*way, step.words)
        await _carry_out(world, way, step, finish=False)


async def _carry_out(world: World, history: Sequence[str], step: Step, *, finish: bool) -> None:
    try:
        await step.happen(world)
        world.check()
        if finish:
            await world.finish()
    except Exception as error:
        raise AssertionError("\n- ".join([f"{error!r} after:", *history])) from error
