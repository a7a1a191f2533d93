"""Real ClickHouse for tests.

chDB is ClickHouse's current engine as a Python module; it is used where a Python has it: this one,
or the one that `QUARTERDECK_CHDB_PYTHON` names. It has no HTTP interface and no users, so
`tests/clickhouse_peer.py` puts a small one of ours in front of it.
`clickhouse-server` is the whole server with its own HTTP interface, users and read-only mode;
Debian's is of 2018, so it is only asked what was there then.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers import free_port

START_TIMEOUT = 60.0
USER, PASSWORD = "reader", "reading"


@dataclass(frozen=True)
class Engine:
    """Where ClickHouse's HTTP interface is."""

    url: str

    def rows(self, sql: str) -> list[list[Any]]:
        """A query's rows, and its totals if it has some. Past the connector, for comparison."""
        request = urllib.request.Request(
            f"{self.url}/?default_format=JSONCompact",
            data=sql.encode(),
            headers={"X-ClickHouse-User": USER, "X-ClickHouse-Key": PASSWORD},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = json.load(answer)
        return [*found["data"], *([found["totals"]] if "totals" in found else [])]


@contextlib.contextmanager
def engine() -> Iterator[Engine]:
    """The current engine, behind an HTTP interface of ours."""
    python = os.environ.get("QUARTERDECK_CHDB_PYTHON") or (
        sys.executable if importlib.util.find_spec("chdb") else ""
    )
    if not python:
        pytest.skip(
            "NOT RUN against a real ClickHouse: no Python with chdb "
            "(pip install chdb-core, or name one in QUARTERDECK_CHDB_PYTHON)"
        )
    port = free_port()
    peer = Path(__file__).with_name("clickhouse_peer.py")
    with _running([python, str(peer), str(port)], port) as url:
        yield Engine(url)


@contextlib.contextmanager
def old_server() -> Iterator[Engine]:
    """Debian's clickhouse-server, with a user `reader`."""
    binary = shutil.which("clickhouse-server", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if binary is None:
        pytest.skip("NOT RUN against a real ClickHouse server: clickhouse-server is not installed")
    with tempfile.TemporaryDirectory(prefix="qdch", ignore_cleanup_errors=True) as name:
        port = free_port()
        config = Path(name) / "config.xml"
        config.write_text(_configuration(name, port))
        with _running([binary, f"--config-file={config}"], port, folder=name) as url:
            yield Engine(url)


def _configuration(folder: str, port: int) -> str:
    user = (
        f"<password>{PASSWORD}</password><networks><ip>::/0</ip></networks>"
        "<profile>{profile}</profile><quota>default</quota>"
    )
    return f"""<yandex>
      <logger><level>none</level></logger>
      <http_port>{port}</http_port><tcp_port>{free_port()}</tcp_port>
      <interserver_http_port>{free_port()}</interserver_http_port>
      <listen_host>127.0.0.1</listen_host><path>{folder}/data/</path>
      <tmp_path>{folder}/tmp/</tmp_path><mark_cache_size>5000000</mark_cache_size>
      <users_config>{folder}/config.xml</users_config>
      <default_profile>default</default_profile><default_database>default</default_database>
      <profiles><default></default><fixed><readonly>1</readonly></fixed></profiles>
      <quotas><default></default></quotas>
      <users>
        <default><password></password><networks><ip>::/0</ip></networks>
          <profile>default</profile><quota>default</quota></default>
        <{USER}>{user.format(profile="default")}</{USER}>
        <fixed>{user.format(profile="fixed")}</fixed>
      </users>
    </yandex>"""


@contextlib.contextmanager
def _running(command: list[str], port: int, folder: str = "/") -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        until = time.monotonic() + START_TIMEOUT
        while not _answers(url):
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < until, f"{command[0]} did not answer"
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/ping", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
