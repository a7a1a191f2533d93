"""Stand-ins for Supabase's doors. Behind those that run SQL stands a real PostgreSQL.

They are ours: no server of Supabase's or PostgREST's can be installed here. Requests to the
Management API are held against the vendor's document where this machine has it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from bot.connectors.supabase import Supabase
from tests.connectors.helpers import Service, connect
from tests.connectors.sql.conftest import Shop, postgres_shop

__all__ = ["postgres_shop"]

REF = "abcdefghijklmnopqrst"
URL = f"https://{REF}.supabase.co"
PAGE = Path(__file__).parents[3] / "docs" / "sql.md"


def jwt(role: str) -> str:
    parts = [{"alg": "HS256"}, {"iss": "supabase", "ref": REF, "role": role}]
    encoded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    ]
    return ".".join([*encoded, "signature"])


DOCUMENT = {
    "swagger": "2.0",
    "definitions": {
        "customers": {
            "required": ["id", "name"],
            "description": "Everyone who ever signed up",
            "properties": {
                "id": {
                    "type": "integer",
                    "format": "bigint",
                    "description": "Note:\nThis is a Primary Key.<pk/>",
                },
                "name": {"type": "string", "format": "text", "description": "As they spell it"},
            },
        },
        "orders": {
            "required": ["id"],
            "properties": {
                "id": {"type": "integer", "format": "bigint", "description": "Note:\n<pk/>"},
                "customer_id": {
                    "type": "integer",
                    "format": "bigint",
                    "description": "Note:\nThis is a Foreign Key to `customers.id`."
                    "<fk table='customers' column='id'/>",
                },
                "status": {"type": "string", "format": "text", "default": "open"},
            },
        },
    },
}


def supabase(service: Service, **credentials: str) -> Any:
    given = {"project_url": URL, "service_role_key": jwt("service_role"), **credentials}
    return connect(Supabase, service.client, credentials=given)


@pytest.fixture(scope="session")
def with_function(postgres_shop: Shop) -> Iterator[Shop]:
    """The shop with the function that docs/sql.md shows. Supabase's roles get names of our own,
    as roles belong to the whole server."""
    [sql] = re.findall(r"```sql\n(CREATE OR REPLACE FUNCTION.*?)```", PAGE.read_text(), re.DOTALL)
    roles = {name: role(postgres_shop, name) for name in ("anon", "authenticated", "service_role")}
    for name, ours in roles.items():
        sql = re.sub(rf"\b{name}\b", ours, sql)
    with psycopg.connect(postgres_shop.owner, autocommit=True) as connection:
        for ours in roles.values():
            connection.execute(f"create role {ours}".encode())
        service = roles["service_role"]
        connection.execute(sql.encode())
        connection.execute(f"grant usage on schema shop to {service}".encode())
        connection.execute(f"grant all on all tables in schema shop to {service}".encode())
        yield postgres_shop
        for ours in roles.values():
            connection.execute(f"drop owned by {ours}".encode())
            connection.execute(f"drop role {ours}".encode())


def role(shop: Shop, name: str) -> str:
    return f"{shop.database}_{name}"


def function_door(shop: Shop) -> Service:
    """PostgREST calling the function, but in a transaction that may write: the function must not
    need the other lock."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/rest/v1/rpc/quarterdeck_query"
        query = json.loads(request.content)["query"]
        with psycopg.connect(shop.owner) as connection:
            connection.execute(f"set role {role(shop, 'service_role')}".encode())
            try:
                [[rows]] = connection.execute("select quarterdeck_query(%s)", [query]).fetchall()
            except psycopg.Error as error:
                body = {"code": error.sqlstate, "message": error.diag.message_primary}
                return httpx.Response(400, json=body)
        return httpx.Response(200, json=rows)

    return Service(answer)


def management_door(shop: Shop) -> Service:
    """The Management API's read-only endpoint: no search path, a read-only transaction."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer sbp_token"
        query = json.loads(request.content)["query"]
        with psycopg.connect(shop.reader, row_factory=dict_row) as connection:
            connection.read_only = True
            connection.execute("set local search_path = ''")
            try:
                rows = connection.execute(query).fetchall()
            except psycopg.Error as error:
                words = f"ERROR:  {error.sqlstate}: {error.diag.message_primary}"
                return httpx.Response(400, json={"message": f"Failed to run sql query: {words}"})
        return httpx.Response(201, content=json.dumps(rows, default=str))

    return Service(answer)
