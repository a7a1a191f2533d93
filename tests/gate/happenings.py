"""What can happen to a request, drawn by chance."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bot.gate.decisions import Press
from tests.gate.histories import LAMP, Step, World, the_button, undisturbed
from tests.support.one_thread import drive, interleave

MOST_AWAITS = 90
"""An execution awaits about this often; dying later is not dying at all."""

PEOPLE = ("ana", "ana", "cy", "cy", "bo", "eve")
PRESSES = (Press.APPROVE, Press.APPROVE, Press.DENY, Press.WITHDRAW)

Draw = Callable[[Random], Step]


def somebody_presses(chance: Random) -> Step:
    return undisturbed(chance.choice(PEOPLE), chance.choice(PRESSES))


def they_approve(chance: Random) -> Step:
    return undisturbed(chance.choice(("ana", "cy")), Press.APPROVE)


def a_process_dies_over_a_press(chance: Random) -> Step:
    name, press, awaits = *_press(chance), chance.randrange(MOST_AWAITS)

    async def happen(world: World) -> None:
        bundle = world.bundles[0]
        await bundle.process.dying(world.press(name, press, bundle), awaits)

    return Step(f"{name} presses {press}, and the process dies at await {awaits}", happen)


def two_press_at_once(chance: Random) -> Step:
    one, other, seed = _press(chance), _press(chance), chance.randrange(1000)

    async def happen(world: World) -> None:
        here, there = world.bundles
        works = [world.press(*one, here), world.press(*other, there)]
        await interleave(works, Random(seed))

    words = f"{one[0]} presses {one[1]} while {other[0]} presses {other[1]}"
    return Step(f"{words} (turns {seed})", happen)


def somebody_presses_while_the_wait_ends(chance: Random) -> Step:
    one, seed = _press(chance), chance.randrange(1000)

    async def happen(world: World) -> None:
        here, there = world.bundles
        await interleave([world.press(*one, here), world.expire(there)], Random(seed))

    return Step(f"{one[0]} presses {one[1]} while the wait ends (turns {seed})", happen)


def a_worker_comes_by(_chance: Random) -> Step:
    return Step("a worker comes by", lambda world: drive(world.execute(world.bundles[0])))


def a_worker_dies(chance: Random) -> Step:
    awaits = chance.randrange(MOST_AWAITS)

    async def happen(world: World) -> None:
        bundle = world.bundles[0]
        await bundle.process.dying(world.execute(bundle), awaits)

    return Step(f"a worker dies at await {awaits}", happen)


def two_workers_come_at_once(chance: Random) -> Step:
    seed = chance.randrange(1000)

    async def happen(world: World) -> None:
        world.truth.crowded = True
        here, there = world.bundles
        await interleave([world.execute(here), world.execute(there)], Random(seed))

    return Step(f"two workers come at once (turns {seed})", happen)


def a_worker_comes_while_somebody_presses(chance: Random) -> Step:
    one, seed = _press(chance), chance.randrange(1000)

    async def happen(world: World) -> None:
        here, there = world.bundles
        await interleave([world.press(*one, here), world.execute(there)], Random(seed))

    return Step(f"a worker comes while {one[0]} presses {one[1]} (turns {seed})", happen)


def the_answer_is_lost(chance: Random) -> Step:
    point = chance.choice(("before", "after"))

    async def happen(world: World) -> None:
        with world.trouble(point):
            await drive(world.execute(world.bundles[0]))

    return Step(f"a worker comes by, and the answer is lost {point} the service acts", happen)


def time_passes(chance: Random) -> Step:
    minutes = chance.choice((10, 31))

    async def happen(world: World) -> None:
        world.clock.forward(minutes=minutes)

    return Step(f"{minutes} minutes pass", happen)


def the_wait_is_looked_at(_chance: Random) -> Step:
    return Step("the wait is looked at", lambda world: drive(world.expire(world.bundles[0])))


def the_wait_is_over(_chance: Random) -> Step:
    async def happen(world: World) -> None:
        world.clock.forward(minutes=31)
        await drive(world.expire(world.bundles[0]))

    return Step("31 minutes pass, and the wait is looked at", happen)


def a_process_dies_over_the_end_of_the_wait(chance: Random) -> Step:
    awaits = chance.randrange(MOST_AWAITS // 3)

    async def happen(world: World) -> None:
        world.clock.forward(minutes=31)
        bundle = world.bundles[0]
        await bundle.process.dying(world.expire(bundle), awaits)

    return Step(f"the wait ends, and the process dies at await {awaits}", happen)


def somebody_switches_it_by_hand(chance: Random) -> Step:
    on = chance.choice((True, False))

    async def happen(world: World) -> None:
        world.truth.touched = world.truth.touched or world.service.lamps[LAMP] != on
        world.service.lamps[LAMP] = on

    return Step(f"somebody switches it {'on' if on else 'off'} by hand", happen)


def the_access_changes(chance: Random) -> Step:
    taken = chance.choice((True, False))
    return Step(
        f"the access is {'taken away' if taken else 'given'}", lambda world: world.grant(not taken)
    )


def the_row_is_tampered_with(chance: Random) -> Step:
    column, value = chance.choice(
        (
            ("arguments", '{"name": "bow", "on": true}'),
            ("arguments", '{"name": "mast", "on": false}'),
            ("tool", "lamp_remove_lamp"),
        )
    )
    sql = f"UPDATE approvals SET {column} = ? WHERE id = ?"

    async def happen(world: World) -> None:
        world.disk.tamper(sql, value, world.approval_id)

    return Step(f"somebody sets {column} to {value} in the database", happen)


def the_button_is_pressed(_chance: Random) -> Step:
    return the_button()


def a_process_dies_over_the_button(chance: Random) -> Step:
    awaits = chance.randrange(MOST_AWAITS)

    async def happen(world: World) -> None:
        bundle = world.bundles[0]
        await bundle.process.dying(world.press_button(bundle), awaits)

    return Step(f"ana presses the button, and the process dies at await {awaits}", happen)


def the_button_is_delivered_twice_at_once(chance: Random) -> Step:
    seed = chance.randrange(1000)

    async def happen(world: World) -> None:
        world.truth.crowded = True
        here, there = world.bundles
        await interleave([world.press_button(here), world.press_button(there)], Random(seed))

    return Step(f"ana's press is delivered twice at once (turns {seed})", happen)


def the_button_is_delivered_while_somebody_decides(chance: Random) -> Step:
    one, seed = _press(chance), chance.randrange(1000)

    async def happen(world: World) -> None:
        world.truth.crowded = True
        here, there = world.bundles
        await interleave([world.press_button(here), world.press(*one, there)], Random(seed))

    return Step(f"ana's press comes again while {one[0]} presses {one[1]} (turns {seed})", happen)


DRAWS: tuple[Draw, ...] = (
    *(they_approve,) * 5,
    *(somebody_presses,) * 3,
    *(a_worker_dies,) * 4,
    *(the_answer_is_lost,) * 2,
    *(two_workers_come_at_once,) * 2,
    *(time_passes,) * 2,
    a_process_dies_over_a_press,
    two_press_at_once,
    somebody_presses_while_the_wait_ends,
    a_worker_comes_by,
    a_worker_comes_while_somebody_presses,
    the_wait_is_looked_at,
    the_wait_is_over,
    a_process_dies_over_the_end_of_the_wait,
    somebody_switches_it_by_hand,
    the_access_changes,
    the_row_is_tampered_with,
)


BUTTONS: tuple[Draw, ...] = (
    *DRAWS,
    *(the_button_is_pressed,) * 3,
    *(a_process_dies_over_the_button,) * 5,
    *(the_button_is_delivered_twice_at_once,) * 3,
    *(the_button_is_delivered_while_somebody_decides,) * 2,
)


def draw(chance: Random) -> Step:
    return chance.choice(DRAWS)(chance)


def draw_with_button(chance: Random) -> Step:
    """The same where the request is a button that Ana pressed."""
    return chance.choice(BUTTONS)(chance)


def _press(chance: Random) -> tuple[str, Press]:
    return chance.choice(PEOPLE), chance.choice(PRESSES)
