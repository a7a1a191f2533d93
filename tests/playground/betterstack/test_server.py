"""Starting and stopping."""

import asyncio
import signal
import socket
import sys

import httpx
import pytest
from click.testing import CliRunner

from playground.betterstack.__main__ import main
from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.server import Sandbox
from tests.playground.betterstack.conftest import HandClock, client_for


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "harbor.example", ""])
async def test_the_sandbox_only_listens_on_loopback(clock: HandClock, host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        await Sandbox(clock).start(host=host)


async def test_two_sandboxes_share_nothing(clock: HandClock) -> None:
    async with Sandbox(clock) as first, Sandbox(clock) as second:
        async with client_for(first, TEAM_TOKEN) as client:
            await client.delete("/api/v2/monitors/3001")
        assert first.url != second.url
        assert 3001 in second.state.monitors
        assert len(second.journal) == 0


async def test_a_stopped_sandbox_answers_no_more(clock: HandClock) -> None:
    sandbox = Sandbox(clock)
    await sandbox.start()
    await sandbox.stop()
    await sandbox.stop()
    async with client_for(sandbox, TEAM_TOKEN) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/api/v2/monitors")


async def test_it_runs_by_itself_and_stops_when_asked_to() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "playground.betterstack",
        "--port",
        "0",
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
            url = line.split(" at ")[1].split(". ")[0]
            async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
                headers = {"Authorization": f"Bearer {TEAM_TOKEN}"}
                answer = await client.get("/api/v2/monitors", headers=headers)
            process.send_signal(signal.SIGTERM)
            await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert answer.status_code == 200
    assert process.returncode == 0


def test_a_port_that_is_taken_is_said_so_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["--port", str(port)])
    assert result.exit_code == 1
    assert f"Port {port} cannot be used" in result.output
    assert "--port" in result.output
