"""MongoDB's tools against a server that speaks its wire protocol."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from bson import DBRef, MaxKey, ObjectId, Regex, Timestamp
from pydantic import SecretStr
from pymongo.errors import OperationFailure

from bot.connectors.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooBig,
    Unavailable,
)
from bot.connectors.mongodb import MongoDB, connector
from bot.connectors.mongodb.guard import Refused
from bot.connectors.mongodb.session import _refused, opened
from bot.connectors.mongodb.values import kind, plain
from bot.connectors.results import Rows
from tests.cloud_servers import secantus
from tests.connectors.helpers import rows, run
from tests.connectors.mongodb.conftest import ANA, connected, everything_allowed
from tests.connectors.mongodb.test_guard import HONEST, HOSTILE


class TestFind:
    async def test_filters_sorts_and_shows_only_what_is_wanted(self, mongo: Any) -> None:
        found = await rows(
            mongo,
            "find",
            collection="orders",
            filter={"status": "open", "total": {"$gt": 170}},
            projection={"number": 1, "total": 1, "_id": 0},
            sort=[{"field": "total", "descending": True}, {"field": "number"}],
            limit=2,
            skip=1,
        )
        assert found == [{"number": 118, "total": 177.0}, {"number": 116, "total": 174.0}]

    async def test_shows_100_and_says_that_there_are_more(self, mongo: Any) -> None:
        found = await run(mongo, "find", collection="orders")
        assert len(found.rows) == 100
        assert found.cut == "Only the first 100 are shown; there are more."

    async def test_says_nothing_of_more_where_there_is_none(self, mongo: Any) -> None:
        found = await run(mongo, "find", collection="orders", filter={"number": {"$lt": 100}})
        assert len(found.rows) == 100
        assert found.cut == ""

    async def test_takes_ids_and_times_as_extended_json(self, mongo: Any) -> None:
        [ana] = await rows(mongo, "find", collection="users", filter={"_id": {"$oid": str(ANA)}})
        assert ana["name"] == "ana"
        late = {"placed": {"$gte": {"$date": "2026-05-28T00:00:00Z"}}}
        found = await rows(mongo, "find", collection="orders", filter=late)
        assert {row["placed"] for row in found} == {"2026-05-28T00:00:00Z"}

    async def test_gives_values_that_json_can_hold(self, mongo: Any) -> None:
        [ana] = await rows(mongo, "find", collection="users")
        assert ana["_id"] == str(ANA)
        assert ana["visits"] == str(2**60)
        assert ana["credit"] == "1.10"
        assert ana["photo"].endswith("… (100 bytes)")
        assert ana["address"] == {"city": "Rome", "geo": {"lat": 1.5}}

    async def test_bounds_what_it_takes(self, mongo: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr(connector, "LARGEST_ANSWER", 2_000)
        with pytest.raises(TooBig, match="fewer fields with a projection"):
            await run(mongo, "find", collection="orders")

    async def test_finds_nothing_in_a_collection_that_is_not_there(self, mongo: Any) -> None:
        assert await rows(mongo, "find", collection="nothing") == []


class TestAggregate:
    async def test_groups_and_sums(self, mongo: Any) -> None:
        pipeline = [
            {"$match": {"number": {"$lt": 6}}},
            {"$group": {"_id": "$status", "n": {"$sum": 1}, "total": {"$sum": "$total"}}},
            {"$sort": {"_id": 1}},
        ]
        found = await rows(mongo, "aggregate", collection="orders", pipeline=pipeline)
        assert found == [
            {"_id": "open", "n": 4, "total": 18.0},
            {"_id": "paid", "n": 2, "total": 4.5},
        ]

    async def test_shows_100_whatever_the_pipeline_says(self, mongo: Any) -> None:
        pipeline = [{"$limit": 110}]
        found = await run(mongo, "aggregate", collection="orders", pipeline=pipeline)
        assert len(found.rows) == 100
        assert "there are more" in found.cut

    async def test_gives_back_the_server_s_words_about_a_mistake(self, mongo: Any) -> None:
        with pytest.raises(Invalid, match=r"MongoDB refused the query\. It says"):
            await run(
                mongo, "aggregate", collection="orders", pipeline=[{"$group": {"n": {"$sum": 1}}}]
            )


@pytest.mark.parametrize("found", HONEST, ids=str)
async def test_whatever_is_honest_runs(mongo: Any, found: Any) -> None:
    if isinstance(found, list):
        result = await run(mongo, "aggregate", collection="orders", pipeline=found)
    else:
        result = await run(mongo, "find", collection="orders", filter=found)
    assert isinstance(result, Rows)


@pytest.mark.parametrize("found", HOSTILE, ids=str)
async def test_whatever_is_hostile_is_not_even_sent(found: Any) -> None:
    nowhere = connected("mongodb://127.0.0.1:1/shop")
    asked: list[tuple[str, dict[str, Any]]] = [("aggregate", {"pipeline": found})]
    if isinstance(found, dict):
        asked = [("find", {"filter": found}), ("find", {"projection": found})]
    for verb, arguments in asked:
        with pytest.raises(Invalid):
            await run(nowhere, verb, collection="orders", **arguments)


class TestListCollections:
    async def test_has_counts_and_fields_with_their_types(self, mongo: Any) -> None:
        orders, users = await rows(mongo, "list_collections")
        assert orders == {
            "collection": "orders",
            "kind": "collection",
            "documents": 120,
            "fields": "_id objectId, number int, customer string, status string, total double, "
            "placed date, lines[].sku string, lines[].qty int",
        }
        assert users["fields"] == (
            "_id objectId, name string, address.city string, address.geo object, visits long, "
            "credit decimal, photo binData"
        )

    async def test_shows_no_value_and_no_other_database(self, mongo: Any) -> None:
        found = str(await rows(mongo, "list_collections"))
        assert "Rome" not in found
        assert "secrets" not in found

    async def test_looks_for_a_part_of_a_name(self, mongo: Any) -> None:
        found = await rows(mongo, "list_collections", containing="USER")
        assert [row["collection"] for row in found] == ["users"]


class TestTheConnectionTest:
    async def test_names_the_database(self, mongo: Any) -> None:
        assert (await mongo.check()).account == "database shop"

    async def test_tells_a_port_where_nothing_listens(self) -> None:
        quick = "mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=200"
        with pytest.raises(Unavailable, match=r"at 127\.0\.0\.1:1 refused the connection"):
            await connected(quick).check()

    async def test_tells_a_wrong_user(self, port: int) -> None:
        wrong = f"mongodb://eve:hush-hush@127.0.0.1:{port}/shop?directConnection=true"
        with pytest.raises(NotSignedIn, match="does not accept the user or the password") as caught:
            await connected(wrong).check()
        assert "hush-hush" not in str(caught.value)

    async def test_tells_a_host_without_an_srv_record(self, monkeypatch: Any) -> None:
        from dns import asyncresolver, resolver

        async def nobody(*args: Any, **kwargs: Any) -> Any:
            raise resolver.NXDOMAIN

        monkeypatch.setattr(asyncresolver, "resolve", nobody)
        with pytest.raises(
            Unavailable, match=r"hosts behind shop\.example\.net could not be found"
        ):
            await connected("mongodb+srv://ana:x@shop.example.net/shop").check()


async def test_hosts_of_an_srv_record_are_reached(port: int, monkeypatch: Any) -> None:
    """DNS is a stand-in, which leads to the server of the tests; that it does, its answer tells."""
    from dns import asyncresolver, resolver

    class Record:
        def __init__(self) -> None:
            self.target = self
            self.port = port

        def to_text(self, **_: Any) -> str:
            return "db-1.shop.example"

    async def resolve(name: str, kind: str, **_: Any) -> Any:
        if kind != "SRV":
            raise resolver.NoAnswer
        assert name == "_mongodb._tcp.cluster.shop.example"
        return [Record()]

    def look_up(host: str, *rest: Any, **more: Any) -> Any:
        return usual("127.0.0.1" if host == "db-1.shop.example" else host, *rest, **more)

    usual = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(asyncresolver, "resolve", resolve)
    address = "mongodb+srv://cluster.shop.example/shop?tls=false"
    assert (await connected(address).check()).account == "database shop"


async def test_a_user_who_may_only_read_is_enough(tmp_path: Path) -> None:
    with secantus(tmp_path) as port, everything_allowed(port) as client:
        client["shop"]["orders"].insert_one({"a": 1})
        roles = [{"role": "read", "db": "shop"}]
        client["shop"].command("createUser", "reader", pwd="letmein", roles=roles)
    with secantus(tmp_path, auth=True) as port:
        address = f"mongodb://reader:letmein@127.0.0.1:{port}/shop?directConnection=true"
        reader = connected(address)
        assert (await reader.check()).account == "database shop"
        [row] = await rows(reader, "find", collection="orders", projection={"a": 1, "_id": 0})
        assert row == {"a": 1}
        with pytest.raises(NotSignedIn):
            await connected(address.replace("letmein", "wrong")).check()
        await _writing_without_our_guard_is_refused(address)


async def _writing_without_our_guard_is_refused(address: str) -> None:
    async with opened(SecretStr(address), "shop") as database:
        for stage in ({"$out": "stolen"}, {"$merge": {"into": "orders"}}):
            with pytest.raises(OperationFailure) as caught:
                await database["orders"].aggregate([stage])
            assert caught.value.code == 13
        with pytest.raises(OperationFailure) as caught:
            await database["orders"].insert_one({"a": 2})
        assert caught.value.code == 13


async def test_a_silent_server_is_left_when_the_run_is_cancelled() -> None:
    """It takes the connection and says nothing; after the cancelling it sees the end of it."""
    greeted, left = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.set()
        while await reader.read(1024):
            pass
        writer.close()
        left.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    address = f"mongodb://127.0.0.1:{port}/shop?directConnection=true"
    task = asyncio.ensure_future(run(connected(address), "find", collection="orders"))
    await greeted.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(left.wait(), 10)
    server.close()


@pytest.mark.parametrize(
    ("code", "words", "error", "said"),
    [
        (13, "not authorized on shop", NotAllowed, "role read on this database"),
        (8000, "bad auth : authentication failed", NotSignedIn, "user or the password"),
        (8000, "user is not allowed to do action [find]", NotAllowed, "may not do this"),
        (50, "operation exceeded time limit", Unavailable, "within 15 seconds"),
        (292, "Sort exceeded memory limit", TooBig, "Put $match first"),
        (26, "ns not found", NotFound, "list_collections has them"),
        (11600, "interrupted at shutdown", Unavailable, "changing its servers"),
        (40324, "Unrecognized pipeline stage name", Invalid, "Unrecognized pipeline stage"),
    ],
)
def test_the_server_s_errors_say_what_to_do(
    code: int, words: str, error: type[Exception], said: str
) -> None:
    found = _refused(OperationFailure(words, code, {"errmsg": words}))
    assert type(found) is error
    assert said in str(found)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Timestamp(0, 7), "1970-01-01T00:00:00Z #7"),
        (Regex("^a", "i"), "/^a/"),
        (DBRef("users", 1), {"$ref": "users", "$id": 1}),
        (MaxKey(), "MaxKey"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (2**53 + 1, str(2**53 + 1)),
        (True, True),
        ([ObjectId("65f1c0ffee65f1c0ffee65f1")], ["65f1c0ffee65f1c0ffee65f1"]),
    ],
)
def test_values_of_bson_are_shown_plainly(value: Any, shown: Any) -> None:
    assert plain(value) == shown


def test_types_are_named_as_mongodb_does() -> None:
    values: list[Any] = [None, True, 1, 1.5, "x", {}, [], b"", Timestamp(0, 1)]
    found = [kind(one) for one in values]
    assert found == [
        *("null", "bool", "int", "double", "string", "object", "array", "binData", "timestamp")
    ]


def test_only_reading_commands_are_declared() -> None:
    declared = {tool.path for tool in MongoDB.tools.values()}
    assert declared == {"find", "aggregate", "listCollections"}


async def test_a_collection_of_the_server_is_refused_before_it_is_asked() -> None:
    with pytest.raises(Refused, match="collections of the server itself"):
        await run(connected("mongodb://127.0.0.1:1/shop"), "find", collection="system.users")
