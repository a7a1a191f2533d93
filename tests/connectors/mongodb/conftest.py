"""A server that speaks MongoDB's wire protocol, with a small shop in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from bson import Decimal128, Int64, ObjectId
from pymongo import MongoClient

from bot.connectors.mongodb import MongoDB
from tests.cloud_servers import secantus
from tests.connectors.helpers import connect

ANA = ObjectId("65f1c0ffee65f1c0ffee65f1")


def documents() -> dict[str, list[dict[str, Any]]]:
    orders = [
        {
            "number": number,
            "customer": "ana" if number % 2 else "bo",
            "status": "open" if number % 3 else "paid",
            "total": number * 1.5,
            "placed": datetime(2026, 5, 1 + number % 28, tzinfo=UTC),
            "lines": [{"sku": "x", "qty": number}],
        }
        for number in range(120)
    ]
    users = [
        {
            "_id": ANA,
            "name": "ana",
            "address": {"city": "Rome", "geo": {"lat": 1.5}},
            "visits": Int64(2**60),
            "credit": Decimal128("1.10"),
            "photo": b"\x00" * 100,
        }
    ]
    return {"orders": orders, "users": users}


def everything_allowed(port: int) -> MongoClient[Any]:
    """The driver itself, to make what a test then reads."""
    return MongoClient(f"mongodb://127.0.0.1:{port}/?directConnection=true")


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    with secantus() as found:
        with everything_allowed(found) as client:
            for name, rows in documents().items():
                client["shop"][name].insert_many(rows)
            client["other"]["secrets"].insert_one({"a": 1})
        yield found


def connected(address: str, **more: str) -> Any:
    form = {"connection_string": address, **more}
    return connect(MongoDB, httpx.AsyncClient(), credentials=form)


@pytest.fixture
def mongo(port: int) -> Any:
    return connected(f"mongodb://127.0.0.1:{port}/shop?directConnection=true")
