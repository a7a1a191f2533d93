"""MongoDB: databases of collections of documents, on Atlas or on servers of one's own.

Signing in    A connection string with a user and a password; the role read on one database is
              enough, and with it the database itself refuses every write.
Requests      The commands find, aggregate, listCollections, count and ping; no other is ever sent.
Reading only  Filters and pipelines are walked to their last key; stages and operators must be on
              lists of those that only read (`guard`, `operators`). Another database cannot be
              reached by $lookup or $unionWith.
Bounds        15 seconds on the server, no temporary files there, 101 documents.
Replicas      Reads go to a secondary where there is one, unless the connection string says more.

Source: https://www.mongodb.com/docs/manual/reference/command/
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.errors import TooBig
from bot.connectors.mongodb.address import DATABASE, address
from bot.connectors.mongodb.guard import collection_name, read_filter, read_pipeline
from bot.connectors.mongodb.sampling import structure
from bot.connectors.mongodb.session import (
    MAX_TIME_MS,
    Documents,
    allowed_to_lack_rights,
    opened,
)
from bot.connectors.mongodb.values import plain_document
from bot.connectors.results import Health, Row, Rows
from bot.connectors.tables import MAX_ROWS, same_keys

if TYPE_CHECKING:
    from pymongo.asynchronous.database import AsyncDatabase

SAMPLED = 5
"""Documents from which the fields of a collection are told."""

AT_ONCE = 4
"""Collections that are looked at side by side."""

LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes of documents that one answer takes; a single one may have 16 MB."""

CollectionName = Annotated[
    str,
    Field(min_length=1, max_length=200, description="The collection, from list_collections."),
]
FilterDocument = Annotated[
    dict[str, Any] | None,
    Field(description="MongoDB's query filter, as Extended JSON. Left out: all documents."),
]


class Sorting(TypedDict):
    field: str
    descending: NotRequired[bool]


class MongoDBCredentials(Form):
    # So that a database that is left out is missed here, and not when the connection is used.
    model_config = ConfigDict(validate_default=True)

    connection_string: SecretStr = form_field(
        "Connection string",
        help="In Atlas: Connect, Drivers; else mongodb://user:password@host:27017/database. Use a "
        "user of its own with the role read on one database.",
        max_length=2_000,
    )
    database: str = form_field(
        "Database",
        help="Needed if the connection string names none; it wins over the one that is named "
        "there.",
        default="",
        pattern=DATABASE,
    )

    @field_validator("connection_string")
    @classmethod
    def _is_a_connection_string(cls, value: SecretStr) -> SecretStr:
        try:
            address(value.get_secret_value())
        except ValueError as error:
            raise PydanticCustomError("address", "{problem}", {"problem": str(error)}) from None
        return value

    @field_validator("database")
    @classmethod
    def _is_named_somewhere(cls, value: str, info: ValidationInfo) -> str:
        text = info.data.get("connection_string")
        if value or text is None or address(text.get_secret_value()).database:
            return value
        raise PydanticCustomError("database", "is needed, as the connection string names none")


class MongoDB(Connector):
    slug = "mongodb"
    title = "MongoDB"
    category = Category.DATABASES
    auth = Auth.KEY
    docs = "https://www.mongodb.com/docs/manual/tutorial/query-documents/"
    areas = (Area("collections", "Collections and documents"),)
    Credentials = MongoDBCredentials

    @property
    def database(self) -> str:
        named = self.credentials.database
        return str(named or address(self.credentials.connection_string.get_secret_value()).database)

    def about(self) -> str:
        return f"It reads the database {self.database}."

    def _opened(self) -> AbstractAsyncContextManager[AsyncDatabase[Documents]]:
        return opened(self.credentials.connection_string, self.database)

    async def check(self) -> Health:
        """Greets the server, which some answer to anybody, then asks for one collection's name."""
        async with self._opened() as database:
            await database.command("ping")
            await database.command("listCollections", nameOnly=True, cursor={"batchSize": 1})
        return Health(account=f"database {self.database}")

    @tool(area="collections", access=Access.READ, method="COMMAND", path="find")
    async def find(
        self,
        collection: CollectionName,
        filter: FilterDocument = None,
        projection: Annotated[
            dict[str, Any] | None,
            Field(description='Which fields to show: {"name": 1, "total": 1, "_id": 0}.'),
        ] = None,
        sort: Annotated[
            list[Sorting] | None,
            Field(max_length=10, description="By which fields to sort, the first one first."),
        ] = None,
        limit: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 100,
        skip: Annotated[
            int, Field(ge=0, le=100_000, description="How many to leave out at the beginning.")
        ] = 0,
    ) -> Rows:
        """Finds documents of a MongoDB collection; 100 at most.

        Use list_collections first for names and fields. Filter by fields that have an index
        (_id always has), and show only the fields that you need: documents can be large. To count,
        sum or group, use aggregate instead.

        {"collection": "orders", "filter": {"status": "open", "total": {"$gt": 100}},
          "sort": [{"field": "placed", "descending": true}], "limit": 20}
        {"collection": "users", "filter": {"_id": {"$oid": "65f1c0ffee65f1c0ffee65f1"}}}
        {"collection": "orders", "filter": {"placed": {"$gte": {"$date": "2026-05-01T00:00:00Z"}}},
          "projection": {"customer": 1, "total": 1}}

        Times and ids must be written as $date and $oid, or nothing is found. $where and other
        JavaScript are not possible; a search is stopped after 15 seconds.
        https://www.mongodb.com/docs/manual/reference/operator/query/
        """
        name, wanted = collection_name(collection), read_filter(filter or {})
        shown = read_filter(projection) if projection else None
        order = [(one["field"], -1 if one.get("descending") else 1) for one in sort or ()]
        async with self._opened() as database:
            cursor = database[name].find(
                wanted,
                shown,
                sort=order or None,
                limit=limit + 1,
                skip=skip,
                batch_size=limit + 1,
                max_time_ms=MAX_TIME_MS,
                allow_disk_use=False,
            )
            async with cursor:
                rows = await _gathered(cursor)
        return _table(rows, limit, f"Documents of {name}")

    @tool(area="collections", access=Access.READ, method="COMMAND", path="aggregate")
    async def aggregate(
        self,
        collection: CollectionName,
        pipeline: Annotated[
            list[dict[str, Any]],
            Field(min_length=1, max_length=50, description="The stages, as Extended JSON."),
        ],
    ) -> Rows:
        """Counts, sums, groups and joins documents of a MongoDB collection; 100 rows at most.

        Use list_collections first for names and fields. Put $match first, on fields that have an
        index, and $project early: what comes later works on all that is left.

        [{"$match": {"status": "paid"}}, {"$group": {"_id": "$country", "orders": {"$sum": 1},
          "total": {"$sum": "$total"}}}, {"$sort": {"total": -1}}]
        [{"$match": {"placed": {"$gte": {"$date": "2026-05-01T00:00:00Z"}}}},
          {"$group": {"_id": {"$dateTrunc": {"date": "$placed", "unit": "day"}},
          "n": {"$sum": 1}}}, {"$sort": {"_id": 1}}]
        [{"$match": {"status": "open"}}, {"$count": "open_orders"}]

        $lookup and $unionWith reach collections of the same database. $out, $merge, JavaScript
        ($function, $accumulator) and stages about the server itself are not possible. It is
        stopped after 15 seconds or 100 MB of memory.
        https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
        """
        name = collection_name(collection)
        stages = [*read_pipeline(pipeline), {"$limit": MAX_ROWS + 1}]
        async with self._opened() as database:
            cursor = await database[name].aggregate(
                stages, maxTimeMS=MAX_TIME_MS, allowDiskUse=False, batchSize=MAX_ROWS + 1
            )
            async with cursor:
                rows = await _gathered(cursor)
        return _table(rows, MAX_ROWS, f"Aggregation over {name}")

    @tool(area="collections", access=Access.READ, method="COMMAND", path="listCollections")
    async def list_collections(
        self,
        containing: Annotated[
            str, Field(max_length=200, description="Only those with this text in their name.")
        ] = "",
    ) -> Rows:
        """The collections of the MongoDB database with document counts and fields; start here.

        Fields are told from five documents of each, with their types and two levels deep
        (address.city string); rare ones may be missing. Counts are estimates; views have none.
        https://www.mongodb.com/docs/manual/core/databases-and-collections/
        """
        async with self._opened() as database:
            names = await _names(database)
            found = [one for one in names if containing.lower() in one["name"].lower()]
            rows = await _all_described(database, found[:MAX_ROWS])
        more = len(found) > MAX_ROWS
        return Rows(
            rows,
            title=f"Collections of the database {self.database}",
            cut=f"Only the first {MAX_ROWS} of {len(found)} are listed; look for a part of a name."
            if more
            else "",
        )


async def _names(database: AsyncDatabase[Documents]) -> list[Documents]:
    """The collections and their kinds by name, without the server's own."""
    cursor = await database.list_collections(filter={"name": {"$not": {"$regex": r"^system\."}}})
    async with cursor:
        return sorted([dict(one) async for one in cursor], key=lambda one: str(one["name"]))


async def _all_described(database: AsyncDatabase[Documents], found: list[Documents]) -> list[Row]:
    """Each collection with its count and fields, a few at a time; none goes on when one fails."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(collection: Documents) -> Row:
        async with gate:
            return await _described(database, collection)

    rows: list[Row] = []
    for answer in await asyncio.gather(*map(one, found), return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
        rows.append(answer)
    return rows


async def _described(database: AsyncDatabase[Documents], found: Documents) -> Row:
    name, kind = str(found["name"]), str(found.get("type", "collection"))
    count: int | None = None
    fields = "(the database user may not read it)"
    with allowed_to_lack_rights():
        if kind == "collection":
            count = await database[name].estimated_document_count(maxTimeMS=MAX_TIME_MS)
        cursor = database[name].find(limit=SAMPLED, max_time_ms=MAX_TIME_MS)
        async with cursor:
            fields = structure([one async for one in cursor])
    return {"collection": name, "kind": kind, "documents": count, "fields": fields}


async def _gathered(cursor: AsyncIterator[Documents]) -> list[Row]:
    """The cursor's documents, shaped as they come, so that large ones are not held twice."""
    rows: list[Row] = []
    size = 0
    async for document in cursor:
        row = plain_document(document)
        size += len(str(row))
        if size > LARGEST_ANSWER:
            raise TooBig(
                f"The documents have more than {LARGEST_ANSWER // 1024 // 1024} MB.",
                "Ask for fewer of them, or for fewer fields with a projection.",
            )
        rows.append(row)
    return rows


def _table(rows: list[Row], limit: int, title: str) -> Rows:
    more = len(rows) > limit
    return Rows(
        same_keys(rows[:limit]),
        title=title,
        cut=f"Only the first {limit} are shown; there are more." if more else "",
    )
