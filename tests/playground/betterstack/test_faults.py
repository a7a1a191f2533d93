"""What goes wrong on demand."""

import asyncio

import httpx
import pytest

from playground.betterstack.faults import Fault, Kind
from playground.betterstack.seed_names import CHECKOUT_5XX
from playground.betterstack.server import Sandbox

MONITORS = "/api/v2/monitors"
INCIDENTS = "/api/v3/incidents"
NEW = {"requester_email": "bo@harbor.example", "summary": "Something"}


async def test_throttling_lasts_for_as_many_answers_as_asked(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    sandbox.faults.add(Fault(kind=Kind.THROTTLED, path=MONITORS, times=2, retry_after=7))
    answers = [await api.get(MONITORS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"


async def test_throttling_may_come_without_a_hint(sandbox: Sandbox, api: httpx.AsyncClient) -> None:
    sandbox.faults.add(Fault(kind=Kind.THROTTLED))
    answer = await api.get(MONITORS)
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, False)


async def test_a_server_error_is_json_and_a_bad_gateway_is_html(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    sandbox.faults.add(Fault(kind=Kind.ERROR))
    sandbox.faults.add(Fault(kind=Kind.BAD_GATEWAY))
    error, gateway = await api.get(MONITORS), await api.get(MONITORS)
    assert (error.status_code, list(error.json())) == (500, ["errors"])
    assert (gateway.status_code, gateway.headers["Content-Type"]) == (
        502,
        "text/html; charset=utf-8",
    )


async def test_malformed_json_is_a_success_that_cannot_be_read(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    sandbox.faults.add(Fault(kind=Kind.MALFORMED))
    answer = await api.get(MONITORS)
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()


async def test_a_closed_connection_gives_no_answer(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    sandbox.faults.add(Fault(kind=Kind.CLOSED))
    with pytest.raises(httpx.TransportError):
        await api.get(MONITORS)
    assert sandbox.journal.entries[-1].status is None
    assert (await api.get(MONITORS)).status_code == 200


async def test_a_slow_answer_waits_until_it_is_let_go(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    fault = sandbox.faults.add(Fault(kind=Kind.SLOW, path=MONITORS))
    waiting = asyncio.create_task(api.get(MONITORS))
    async with asyncio.timeout(5):
        await fault.arrived.wait()
        other = await api.get(INCIDENTS)
        assert not waiting.done()
        assert [entry.status for entry in sandbox.journal] == [None, 200]
        fault.released.set()
        answer = await waiting
    assert (other.status_code, answer.status_code) == (200, 200)


async def test_stopping_does_not_wait_for_slow_answers(sandbox: Sandbox) -> None:
    fault = sandbox.faults.add(Fault(kind=Kind.SLOW))
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as client:
        waiting = asyncio.create_task(client.get(MONITORS))
        async with asyncio.timeout(5):
            await fault.arrived.wait()
            await sandbox.stop()
            await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.done()


async def test_a_fault_strikes_only_what_it_is_meant_for(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    sandbox.faults.add(Fault(kind=Kind.ERROR, path=f"{INCIDENTS}/*", method="POST"))
    spared = [
        await api.get(MONITORS),
        await api.get(f"{INCIDENTS}/{CHECKOUT_5XX}"),
        await api.post(INCIDENTS, json=NEW),
    ]
    struck = await api.post(f"{INCIDENTS}/{CHECKOUT_5XX}/acknowledge", json={})
    assert [answer.status_code for answer in spared] == [200, 200, 201]
    assert struck.status_code == 500
    assert sandbox.state.incidents[CHECKOUT_5XX].status == "Started"


@pytest.mark.parametrize("kind", [Kind.BAD_GATEWAY, Kind.CLOSED, Kind.MALFORMED])
async def test_an_answer_can_be_lost_after_the_request_took_effect(
    sandbox: Sandbox, api: httpx.AsyncClient, kind: Kind
) -> None:
    before = len(sandbox.state.incidents)
    sandbox.faults.add(Fault(kind=kind, path=INCIDENTS, after=True))
    await asyncio.gather(api.post(INCIDENTS, json=NEW), return_exceptions=True)
    assert len(sandbox.state.incidents) == before + 1


async def test_faults_can_be_set_and_cleared_from_another_process(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    order = {"kind": "throttled", "path": MONITORS, "times": 5, "retry_after": 1}
    set_up = await api.post("/_sandbox/faults", json=order)
    struck = await api.get(MONITORS)
    cleared = await api.delete("/_sandbox/faults")
    assert [set_up.status_code, struck.status_code, cleared.status_code] == [201, 429, 204]
    assert (await api.get(MONITORS)).status_code == 200


@pytest.mark.parametrize("order", [{"kind": "fire"}, {"kind": "error", "times": 0}, {"path": "x"}])
async def test_an_order_that_makes_no_sense_is_refused(
    sandbox: Sandbox, api: httpx.AsyncClient, order: dict[str, object]
) -> None:
    assert (await api.post("/_sandbox/faults", json=order)).status_code == 422
    assert len(sandbox.faults) == 0


async def test_a_web_page_cannot_control_the_sandbox(
    sandbox: Sandbox, api: httpx.AsyncClient
) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    order = {"kind": "error"}
    answer = await api.post("/_sandbox/faults", json=order, headers=headers)
    assert answer.status_code == 403
    assert len(sandbox.faults) == 0
