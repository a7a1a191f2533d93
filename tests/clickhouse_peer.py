"""ClickHouse's engine (chDB) behind an HTTP interface: a stand-in for the server's own.

Run as `python clickhouse_peer.py PORT` by a Python that has chdb. The queries are answered by the
real engine; what is ours is the transport: it knows one user, takes the settings that the real
engine knows, and refuses others, as the server does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from chdb import session  # type: ignore[import-not-found, import-untyped, unused-ignore]

USER, PASSWORD = "reader", "reading"
ENGINE = session.Session()
TABLES = Path(__file__).parent / "connectors" / "sql" / "shop_clickhouse.sql"
NOT_SETTINGS = {"database", "default_format", "wait_end_of_query"}
READING = ("select", "with", "(", "show", "describe", "exists", "explain")

Answer = tuple[int, bytes]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer((200, b"Ok.\n") if self.path == "/ping" else (404, b"There is no such path"))

    def do_POST(self) -> None:
        parameters = dict(parse_qsl(urlsplit(self.path).query))
        sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = (self.headers.get("X-ClickHouse-User"), self.headers.get("X-ClickHouse-Key"))
        if given != (USER, PASSWORD):
            self.answer(error(516, "Authentication failed", 403))
        else:
            self.answer(result(sql, parameters))

    def answer(self, answer: Answer) -> None:
        status, body = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def result(sql: str, parameters: Mapping[str, str]) -> Answer:
    for name in set(parameters) - NOT_SETTINGS:
        known = ENGINE.query(f"select count() from system.settings where name = '{name}'")
        if str(known).strip() != "1":
            return error(115, f"Unknown setting {name}", 404)
    if parameters.get("readonly") == "1" and not sql.lstrip().lower().startswith(READING):
        return error(164, "Cannot execute query in readonly mode", 500)
    try:
        return 200, str(ENGINE.query(sql, parameters["default_format"])).encode()
    except Exception as problem:
        return 500, str(problem).encode()


def error(code: int, words: str, status: int) -> Answer:
    return status, f"Code: {code}. DB::Exception: {words}. (version 26)".encode()


def load(script: str) -> None:
    for statement in ["create database if not exists default", "use default", *script.split(";\n")]:
        if statement.strip():
            ENGINE.query(statement)


if __name__ == "__main__":
    load(TABLES.read_text())
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
