"""Real servers for tests. Each is the one of this environment, or is started from the binaries
that are installed, or the test is skipped with what is missing. Nothing leaves loopback.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pymysql  # type: ignore[import-untyped]
import pytest

START_TIMEOUT = 60.0


@dataclass(frozen=True)
class Server:
    """Where a server listens, and an account that may do everything there."""

    port: int
    user: str
    password: str = ""
    host: str = "127.0.0.1"
    folder: Path | None = None

    def url(self, scheme: str, database: str, user: str = "", password: str = "") -> str:
        name = user or self.user
        secret = password or (self.password if not user else "")
        return f"{scheme}://{name}:{secret}@{self.host}:{self.port}/{database}"


@contextlib.contextmanager
def postgres() -> Iterator[Server]:
    """PostgreSQL: that of the environment if it lets us in on 5432, else one of our own."""
    here = Server(port=int(os.environ.get("PGPORT", "5432")), user="postgres")
    if _answers(functools.partial(_try_postgres, here)):
        yield here
        return
    with _own_postgres() as server:
        yield server


@contextlib.contextmanager
def new_database(server: Server) -> Iterator[str]:
    """The name of a database of PostgreSQL's that is gone afterwards."""
    name = f"quarterdeck_{uuid.uuid4().hex}"
    with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield name
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _try_postgres(server: Server) -> None:
    psycopg.connect(server.url("postgresql", "postgres"), connect_timeout=2).close()


@contextlib.contextmanager
def _own_postgres() -> Iterator[Server]:
    initdb, binary = _binary("initdb"), _binary("postgres")
    with _folder("postgres") as folder:
        data = folder / "data"
        _run_as("postgres", [initdb, "-A", "trust", "-U", "postgres", "-D", str(data)])
        port = free_port()
        options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"]
        server = Server(port=port, user="postgres", folder=folder)
        command = [binary, "-D", str(data), *options]
        with _running("postgres", command, functools.partial(_try_postgres, server)):
            yield server


@contextlib.contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB of our own, with a certificate that it made itself."""
    install, binary = _binary("mariadb-install-db"), _binary("mariadbd")
    with _folder("mysql") as folder:
        data = folder / "data"
        authentication = "--auth-root-authentication-method=normal"
        _run_as("mysql", [install, "--no-defaults", f"--datadir={data}", authentication])
        port = free_port()
        certificate = _certificate(folder)
        server = Server(port=port, user="root", folder=folder)
        command = [
            *(binary, "--no-defaults", f"--datadir={data}", f"--port={port}"),
            *("--bind-address=127.0.0.1", f"--socket={folder}/socket", "--skip-name-resolve"),
            *(f"--pid-file={folder}/pid", f"--ssl-cert={certificate}", "--performance-schema=off"),
            *(f"--ssl-key={certificate}", "--innodb-buffer-pool-size=32M"),
            "--character-set-server=utf8mb4",
        ]
        with _running("mysql", command, functools.partial(_try_mariadb, server)):
            yield server


def _try_mariadb(server: Server) -> None:
    pymysql.connect(host=server.host, port=server.port, user="root", connect_timeout=2).close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _binary(name: str) -> str:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *map(str, places)])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"NOT RUN against a real server: {name} is not installed")
    return found


@contextlib.contextmanager
def _folder(account: str) -> Iterator[Path]:
    """A short folder, as sockets live in it, that the server's account may write to."""
    with tempfile.TemporaryDirectory(prefix="qd", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, account, account)
        yield folder


def _certificate(folder: Path) -> Path:
    from tests.certificates import self_signed

    path = folder / "server.pem"
    path.write_bytes(self_signed("127.0.0.1"))
    path.chmod(0o644)
    return path


def _account(name: str) -> dict[str, int | list[int]]:
    """How to start a program as that account, if we are root, which databases refuse to run as."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _run_as(account: str, command: list[str]) -> None:
    done = subprocess.run(  # type: ignore[call-overload]
        command, capture_output=True, timeout=START_TIMEOUT, cwd="/", **_account(account)
    )
    assert done.returncode == 0, done.stderr.decode()


@contextlib.contextmanager
def _running(account: str, command: list[str], probe: Callable[[], None]) -> Iterator[None]:
    process = subprocess.Popen(  # type: ignore[call-overload]
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **_account(account)
    )
    try:
        _wait(process, probe)
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], probe: Callable[[], None]) -> None:
    until = time.monotonic() + START_TIMEOUT
    while not _answers(probe):
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        assert time.monotonic() < until, f"{process.args!r} did not answer in {START_TIMEOUT} s"
        time.sleep(0.1)


def _answers(probe: Callable[[], None]) -> bool:
    try:
        probe()
    except (psycopg.Error, pymysql.Error, OSError):
        return False
    return True
