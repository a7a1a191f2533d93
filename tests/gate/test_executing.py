"""Carrying out what was approved: exactly that, at most once, and saying what came of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from bot.connectors import errors
from bot.connectors.base import Access
from bot.gate import approvals, writes
from bot.gate.approvals import Decision
from bot.gate.calls import ToolCall
from bot.gate.decisions import Press
from bot.store.tables import Approval, ApprovalState, Connection
from tests.fixtures_store import ORGANISATION, on_both_databases
from tests.support.connectors import TOKEN
from tests.support.harbor import ALL, Harbor

SENT = ("switch_lamp", {"name": "mast", "on": True})


class Died(BaseException):
    """The process is gone."""


@pytest.fixture
async def desk(harbor: Harbor) -> Harbor:
    await harbor.grant(ALL)
    await harbor.ask()
    return harbor


async def propose(harbor: Harbor, tool: str = "switch_lamp", **arguments: Any) -> str:
    """A pending request; without arguments, to switch the mast lamp on."""
    given = arguments or ({"name": "mast", "on": True} if tool == "switch_lamp" else {})
    call = ToolCall("c1", f"lamp_{tool}", given)
    approval = await harbor.gate.handle(harbor.caller(), harbor.ana.id, call)
    assert isinstance(approval, Approval)
    return approval.id


async def approve(harbor: Harbor, approval_id: str) -> str:
    pressed = await harbor.press(harbor.ana, approval_id)
    assert pressed.decision is Decision.TAKEN
    return approval_id


async def execute(harbor: Harbor, approval_id: str) -> Approval:
    return await harbor.gate.execute(harbor.caller(), approval_id)


def failing(error: BaseException) -> Any:
    def fail() -> None:
        raise error

    return fail


@on_both_databases
async def test_an_approved_write_is_sent_once_as_it_was_shown(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    approval = await execute(desk, approval_id)
    assert (approval.state, approval.outcome) == (ApprovalState.DONE, "")
    assert desk.service.writes == [SENT]
    assert (await desk.sentences())[-1] == (
        "Debugger, asked by Ana, switched lamp “mast” in Lamp (Demo) after Ana approved, 09:00 UTC."
    )
    again = await execute(desk, approval_id)
    assert again.state == ApprovalState.DONE
    assert desk.service.writes == [SENT]


async def test_without_a_decision_nothing_is_sent(desk: Harbor) -> None:
    approval = await execute(desk, await propose(desk))
    assert approval.state == ApprovalState.PENDING
    assert desk.service.writes == []


@pytest.mark.parametrize(
    "state", [ApprovalState.DENIED, ApprovalState.WITHDRAWN, ApprovalState.EXPIRED]
)
async def test_what_was_denied_withdrawn_or_expired_is_not_sent(
    desk: Harbor, state: ApprovalState
) -> None:
    approval_id = await propose(desk)
    if state == ApprovalState.EXPIRED:
        desk.clock.forward(hours=1)
        async with desk.store.writing(ORGANISATION) as session:
            await approvals.expire(session, approval_id, now=desk.clock())
    else:
        press = Press.DENY if state == ApprovalState.DENIED else Press.WITHDRAW
        await desk.press(desk.ana, approval_id, press)
    assert (await execute(desk, approval_id)).state == state
    assert desk.service.writes == []


@on_both_databases
async def test_two_workers_at_once_send_it_once(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    await asyncio.gather(*(execute(desk, approval_id) for _ in range(5)))
    assert desk.service.writes == [SENT]


async def test_a_state_that_moved_since_the_card_was_shown_stops_it(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    desk.service.lamps["mast"] = True
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.NOT_DONE
    assert approval.outcome == (
        "Nothing was sent. Its state has moved since the card was shown. "
        "Ask again if it is still needed."
    )
    assert desk.service.writes == []
    assert (await desk.sentences())[-1].startswith(
        "Debugger, asked by Ana, did not switch lamp “mast” in Lamp (Demo) after Ana approved. "
        "Nothing was sent."
    )


async def test_an_obstacle_that_came_up_meanwhile_is_said(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    desk.service.obstacle = "The lamp is broken."
    approval = await execute(desk, approval_id)
    assert approval.outcome.startswith("Nothing was sent. The lamp is broken.")
    assert desk.service.writes == []


async def test_a_resource_that_is_gone_meanwhile_is_said(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    del desk.service.lamps["mast"]
    approval = await execute(desk, approval_id)
    assert (approval.state, approval.outcome) == (
        ApprovalState.NOT_DONE,
        "Nothing was sent. There is no lamp mast.",
    )


async def test_access_taken_away_meanwhile_stops_it(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    await desk.grant({"lamps": Access.READ})
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.NOT_DONE
    assert "access to this was taken away" in approval.outcome
    assert desk.service.writes == []


async def test_access_to_another_connection_of_the_service_does_not_count(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    north = await desk.connect("North")
    await desk.grant(ALL, connection=north)
    await desk.grant({})
    assert (await execute(desk, approval_id)).state == ApprovalState.NOT_DONE
    assert desk.service.writes == []


@pytest.mark.parametrize(
    "tampered",
    [
        {"arguments": {"name": "bow", "on": False}},
        {"tool": "lamp_remove_lamp", "arguments": {"name": "mast"}},
        {"tool": "lamp_remove_lamp"},
    ],
)
async def test_a_stored_request_that_was_tampered_with_is_not_sent(
    desk: Harbor, tampered: dict[str, Any]
) -> None:
    approval_id = await approve(desk, await propose(desk))
    async with desk.store.writing(ORGANISATION) as session:
        await session.execute(update(Approval).where(Approval.id == approval_id).values(**tampered))
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.NOT_DONE
    assert "not the one that was approved" in approval.outcome
    assert desk.service.writes == []
    assert desk.service.looks == 1, "only when it was proposed"


async def test_a_request_moved_to_another_connection_is_not_sent(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    north = await desk.connect("North")
    await desk.grant(ALL, connection=north)
    async with desk.store.writing(ORGANISATION) as session:
        await session.execute(
            update(Approval).where(Approval.id == approval_id).values(connection_id=north.id)
        )
    assert (await execute(desk, approval_id)).state == ApprovalState.NOT_DONE
    assert desk.service.writes == []


@pytest.mark.parametrize(
    "error",
    [
        errors.Invalid("Lamp refused it.", fields={"on": "is locked"}),
        errors.NotAllowed("The key may not switch lamps."),
        errors.Conflict("Somebody else was faster."),
        errors.Throttled("Too fast.", "Try again later."),
        errors.Unavailable("No connection.", sent=False),
        errors.TooBig("Too large."),
    ],
)
async def test_a_refused_write_was_not_done_and_says_why(
    desk: Harbor, error: errors.ConnectorError
) -> None:
    approval_id = await approve(desk, await propose(desk))
    desk.service.before = failing(error)
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.NOT_DONE
    assert approval.outcome == f"It was not done. {error}"
    assert desk.service.writes == []


async def test_refused_credentials_mark_the_connection_and_hide_the_key(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    desk.service.before = failing(errors.NotSignedIn(f"{TOKEN} was refused."))
    approval = await execute(desk, approval_id)
    assert approval.outcome == "It was not done. [redacted] was refused."
    async with desk.store.reading(ORGANISATION) as session:
        row = await session.get_one(Connection, desk.connection.id)
    assert (row.status, row.status_note) == ("reconnect", "[redacted] was refused.")


LOST = errors.Unavailable("Lamp did not answer.")


async def test_an_answer_lost_after_the_effect_is_found_to_be_done(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    desk.service.after = failing(LOST)
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.DONE
    assert "the service shows that it is done" in approval.outcome
    assert desk.service.writes == [SENT]


async def test_a_request_lost_before_the_effect_is_found_to_be_not_done(desk: Harbor) -> None:
    approval_id = await approve(desk, await propose(desk))
    desk.service.before = failing(LOST)
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.NOT_DONE
    assert "the service shows no change" in approval.outcome
    assert desk.service.writes == []


async def test_a_lost_answer_of_a_service_that_cannot_be_read_leaves_it_unknown(
    desk: Harbor,
) -> None:
    approval_id = await approve(desk, await propose(desk))

    def down() -> None:
        desk.service.looking = failing(errors.Unavailable("Lamp is down."))
        raise LOST

    desk.service.after = down
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.UNKNOWN
    assert approval.outcome == ("It is unknown whether it was done; please check. Lamp is down.")
    assert (await desk.sentences())[-1].startswith(
        "Debugger, asked by Ana, may or may not have switched lamp “mast” in Lamp (Demo) "
        "after Ana approved."
    )


async def test_a_lost_answer_and_a_state_that_somebody_moved_leave_it_unknown(
    desk: Harbor,
) -> None:
    approval_id = await approve(desk, await propose(desk))
    async with desk.store.writing(ORGANISATION) as session:
        await approvals.claim(session, approval_id)  # as a process that died while sending
        (await session.get_one(Approval, approval_id)).state_seen = "on: dimmed"
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.UNKNOWN
    assert "unknown whether it was done" in approval.outcome
    assert desk.service.writes == []


@pytest.mark.parametrize(
    ("tool", "arguments"), [("ring_bell", {"times": 2}), ("call_keeper", {"name": "Ola"})]
)
async def test_a_lost_answer_where_the_effect_cannot_be_read_is_never_called_not_done(
    desk: Harbor, tool: str, arguments: dict[str, Any]
) -> None:
    approval_id = await approve(desk, await propose(desk, tool, **arguments))
    desk.service.after = failing(LOST)
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.UNKNOWN
    assert "unknown whether it was done" in approval.outcome
    await execute(desk, approval_id)
    assert desk.service.writes == [(tool, arguments)]


async def test_a_connector_that_breaks_in_the_middle_is_looked_after(desk: Harbor) -> None:
    """A bug in reading the answer must not leave the card saying "sending" for good."""
    approval_id = await approve(desk, await propose(desk))
    desk.service.after = failing(KeyError("data"))
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.DONE
    assert desk.service.writes == [SENT]


async def test_a_service_that_never_answers_a_write_is_looked_after(
    desk: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "SEND_TIMEOUT", 0.01)
    approval_id = await approve(desk, await propose(desk))
    desk.service.hang = asyncio.Event()
    approval = await execute(desk, approval_id)
    assert approval.state == ApprovalState.NOT_DONE
    assert "the service shows no change" in approval.outcome


@on_both_databases
@pytest.mark.parametrize("point", ["before", "after"])
async def test_a_process_that_dies_over_the_request_never_has_it_sent_again(
    desk: Harbor, point: str
) -> None:
    approval_id = await approve(desk, await propose(desk))
    setattr(desk.service, point, failing(Died()))
    with pytest.raises(Died):
        await execute(desk, approval_id)
    assert (await desk.approval(approval_id)).state == ApprovalState.EXECUTING

    setattr(desk.service, point, lambda: None)
    sent = list(desk.service.writes)
    approval = await execute(desk, approval_id)
    assert desk.service.writes == sent, "nothing is sent again"
    assert approval.state == (ApprovalState.DONE if sent else ApprovalState.NOT_DONE)


@on_both_databases
async def test_a_worker_that_was_given_up_does_not_send_any_more(desk: Harbor) -> None:
    """Another one has looked and settled it while this one hung before sending."""
    approval_id = await approve(desk, await propose(desk))
    resumed = asyncio.Event()
    waiting = asyncio.Event()
    look = desk.service.look

    async def hanging_look() -> None:
        waiting.set()
        await resumed.wait()
        await look()

    desk.service.look = hanging_look  # type: ignore[method-assign]
    frozen = asyncio.create_task(execute(desk, approval_id))
    await waiting.wait()
    desk.service.look = look  # type: ignore[method-assign]
    settled = await execute(desk, approval_id)
    assert settled.state == ApprovalState.NOT_DONE
    resumed.set()
    assert (await frozen).state == ApprovalState.NOT_DONE
    assert desk.service.writes == []
