"""Stand-ins and real servers for cloud services, started for a test on a free port of loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.servers import free_port

START_TIMEOUT = 60.0


@contextlib.contextmanager
def moto() -> Iterator[str]:
    """moto's server, which speaks AWS's protocols; gives its address."""
    pytest.importorskip("moto", reason="NOT RUN against AWS's protocol: moto is not installed")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    address = f"http://127.0.0.1:{port}"
    with _running(command, lambda: _greet(f"{address}/moto-api/")):
        yield address


@contextlib.contextmanager
def secantus(folder: Path | None = None, *, auth: bool = False) -> Iterator[int]:
    """SecantusDB, which speaks MongoDB's wire protocol; gives its port."""
    binary = Path(sys.executable).with_name("secantusd-py")
    if not binary.exists():
        pytest.skip("NOT RUN against MongoDB's wire protocol: secantusdb is not installed")
    port = free_port()
    storage = str(folder) if folder else ":memory:"
    command = [str(binary), "--host", "127.0.0.1", "--port", str(port), "--storage-path", storage]
    with _running(command + (["--auth"] if auth else []), lambda: _ping(port)):
        yield port


@contextlib.contextmanager
def firestore_emulator() -> Iterator[str]:
    """Google's own emulator of Firestore; gives its address."""
    script = _emulator_script()
    if script is None or shutil.which("java") is None:
        pytest.skip("NOT RUN against Google's emulator: it, or Java, is not installed")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(script), "start", "--host=127.0.0.1", f"--port={port}"]
    java = {"JAVA": f"{shutil.which('java')} -Xmx256m"}
    with _running(command, lambda: _greet(address), java):
        yield address


def _emulator_script() -> Path | None:
    gcloud = shutil.which("gcloud")
    name = "platform/cloud-firestore-emulator/cloud_firestore_emulator"
    for folder in Path(gcloud).resolve().parents if gcloud else ():
        if (folder / name).exists():
            return folder / name
    return None


def _greet(address: str) -> None:
    httpx.get(address, timeout=2, trust_env=False)


def _ping(port: int) -> None:
    from pymongo import MongoClient

    address = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    with MongoClient(address, serverSelectionTimeoutMS=500) as client:  # type: ignore[var-annotated]
        client.admin.command("ping")


@contextlib.contextmanager
def _running(
    command: list[str], probe: Callable[[], None], more: Mapping[str, str] | None = None
) -> Iterator[None]:

    with tempfile.TemporaryDirectory(prefix="qd", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, **(more or {})},
            start_new_session=True,
        )
        try:
            _wait(process, probe)
            yield
        finally:
            _stop(process)


def _wait(process: subprocess.Popen[bytes], probe: Callable[[], None]) -> None:
    from pymongo.errors import OperationFailure, PyMongoError

    until = time.monotonic() + START_TIMEOUT
    while True:
        try:
            return probe()
        except OperationFailure:
            return None  # it answers, but not to strangers
        except (httpx.HTTPError, PyMongoError, OSError):
            assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
            assert time.monotonic() < until, f"{process.args!r} did not answer in time"
            time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and what it started: the emulator's script runs Java as a child."""

    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
