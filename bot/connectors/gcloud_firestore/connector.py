"""Google Firestore in native mode: collections of documents, which have collections of their own.

Signing in    A service account with the role Cloud Datastore Viewer. There is no scope for reading
              only, so that role is what keeps Google from writing; security rules do not apply to
              service accounts.
Requests      REST v1. Of its methods only runQuery, runAggregationQuery, listCollectionIds and the
              reading of a document or of the database's kind are ever used.
Answers       Queries answer with a list: parts of a stream, some without a document, some perhaps
              with an error. Values name their type (`values`).
Costs         A read for each document; an aggregation one for each 1,000 index entries.
Native mode   A database in Datastore mode does not serve this API; the connection's test says so.

Source: https://cloud.google.com/firestore/docs/reference/rest
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field, SecretStr

from bot.connectors.base import Access, Area, Auth, Category, Connector, form_field, tool
from bot.connectors.errors import ConnectorError, Invalid, NotAllowed, NotFound, Unavailable
from bot.connectors.gcloud_firestore.queries import (
    FieldPath,
    Filter,
    Measure,
    Order,
    aggregations,
    segments,
    structured,
)
from bot.connectors.gcloud_firestore.values import decoded, document_row
from bot.connectors.google.errors import error_of
from bot.connectors.google.forms import (
    GoogleCredentials,
    GoogleSettings,
    project_id,
    service_account_json,
)
from bot.connectors.google.service import google_service
from bot.connectors.http import Json, ServiceClient
from bot.connectors.results import Document, Health, Rows
from bot.connectors.tables import MAX_ROWS, same_keys

ADDRESS = "https://firestore.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/datastore"
ROLE = "Cloud Datastore Viewer"

CollectionPath = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1500,
        description="The collection: users, or users/ana/orders for one below a document.",
    ),
]
DocumentPath = Annotated[
    str, Field(min_length=1, max_length=1500, description="The document's path: users/ana.")
]
Filters = Annotated[
    list[Filter] | None,
    Field(max_length=30, description="What documents must be like to be found."),
]
Match = Annotated[
    Literal["all", "any"],
    Field(description="Whether all filters must be true, or any of them is enough."),
]
Everywhere = Annotated[
    bool,
    Field(
        description="Whether to look in every collection of that name, below whatever document "
        "(a collection group). Give only the last name as the collection then."
    ),
]


class FirestoreCredentials(GoogleCredentials):
    service_account_json: SecretStr = service_account_json(
        f"the role {ROLE} (roles/datastore.viewer)"
    )
    project_id: str = project_id()
    database_id: str = form_field(
        "Database ID",
        help="Leave it as it is unless the project has several Firestore databases.",
        default="(default)",
        pattern=r"\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9]",
        pattern_help="is (default), or 4 to 63 small letters, digits and hyphens",
    )


class Firestore(Connector):
    slug = "gcloud_firestore"
    title = "Google Firestore"
    category = Category.DATABASES
    auth = Auth.SERVICE_ACCOUNT
    docs = "https://cloud.google.com/firestore/docs/query-data/queries"
    areas = (Area("documents", "Collections and documents"),)
    Credentials = FirestoreCredentials
    Settings = GoogleSettings

    @property
    def database(self) -> str:
        credentials = self.credentials
        return f"projects/{credentials.project_id}/databases/{credentials.database_id}"

    @property
    def documents(self) -> str:
        """What the names of all documents begin with."""
        return f"{self.database}/documents"

    def about(self) -> str:
        return f"It reads the database {self.credentials.database_id} of the project " + str(
            self.credentials.project_id
        )

    async def _service(self) -> ServiceClient:
        return await google_service(
            "Firestore",
            ADDRESS,
            scope=SCOPE,
            role=ROLE,
            credentials=self.credentials,
            settings=self.settings,
            link=self.link,
        )

    async def check(self) -> Health:
        """Reads the database's kind, where that is allowed, and the name of one collection."""
        service = await self._service()
        await self._refuse_datastore_mode(service)
        try:
            await service.ask(self._at([], ":listCollectionIds"), {"pageSize": 1})
        except Invalid as error:
            if "datastore mode" in error.message.lower() or "Datastore projects" in error.message:
                raise _datastore_mode() from None
            raise
        except NotFound:
            raise NotFound(
                f"The project {self.credentials.project_id} has no Firestore database "
                f"{self.credentials.database_id}.",
                "Check the project ID and the database ID in the Google Cloud console.",
            ) from None
        return Health(account=f"{self.credentials.project_id}, {self.credentials.database_id}")

    async def _refuse_datastore_mode(self, service: ServiceClient) -> None:
        try:
            answer = await service.get(f"/v1/{_escaped(self.database)}")
        except (NotAllowed, NotFound, Unavailable):
            return  # a right that only this question needs; the next one tells more
        if isinstance(answer, dict) and answer.get("type") == "DATASTORE_MODE":
            raise _datastore_mode()

    @tool(
        area="documents",
        access=Access.READ,
        method="POST",
        path="/v1/{parent}:runQuery",
    )
    async def query(
        self,
        collection: CollectionPath,
        filters: Filters = None,
        match: Match = "all",
        order_by: Annotated[
            list[Order] | None,
            Field(max_length=10, description="How to sort. Documents without the field drop out."),
        ] = None,
        fields: Annotated[
            list[FieldPath] | None,
            Field(max_length=100, description="Only these fields. Left out: all of them."),
        ] = None,
        everywhere: Everywhere = False,
        limit: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 100,
    ) -> Rows:
        """Finds documents of a Firestore collection by their fields; 100 at most.

        Use list_collections first, then a query with limit 3 to see what documents look like.
        Every document that is found costs a read, so filter, and use aggregate to count or sum.

        {"collection": "orders", "filters": [{"field": "status", "op": "==", "value": "open"},
          {"field": "placed", "op": ">=", "value": {"$timestamp": "2026-05-01T00:00:00Z"}}],
          "order_by": [{"field": "placed", "descending": true}], "limit": 20}
        {"collection": "users", "filters": [{"field": "tags", "op": "array-contains-any",
          "value": ["vip", "beta"]}], "fields": ["name", "address.city"]}

        Texts match exactly, with their capitals; a beginning is found with >= "abc" and < "abd".
        Times need $timestamp, or nothing is found. Several fields at once may need an index: the
        error then has the link by which a person can make it.
        https://cloud.google.com/firestore/docs/query-data/queries
        """
        path = segments(collection, of="collection")
        asked = structured(
            path[-1],
            self.documents,
            filters=filters or (),
            match=match,
            order_by=order_by or (),
            select=fields or (),
            everywhere=everywhere,
            limit=limit + 1,
        )
        parts = await self._ask(path[:-1], ":runQuery", {"structuredQuery": asked})
        found = [
            document_row(part["document"], self.documents) for part in parts if "document" in part
        ]
        more = len(found) > limit
        return Rows(
            same_keys(found[:limit]),
            title=f"Documents of {collection}",
            cut=f"Only the first {limit} are shown; there are more." if more else "",
        )

    @tool(
        area="documents",
        access=Access.READ,
        method="POST",
        path="/v1/{parent}:runAggregationQuery",
    )
    async def aggregate(
        self,
        collection: CollectionPath,
        measures: Annotated[
            list[Measure],
            Field(
                min_length=1,
                max_length=5,
                description="What to work out: count, or sum or avg of a field.",
            ),
        ],
        filters: Filters = None,
        match: Match = "all",
        everywhere: Everywhere = False,
    ) -> Document:
        """Counts Firestore documents, or sums or averages one of their fields, in one request.

        Use it for "how many", "in total", "on average". It is far cheaper than reading the
        documents: one read for each 1,000 index entries. There is no grouping: ask once a group.

        {"collection": "orders", "measures": [{"op": "count"}, {"op": "sum", "field": "total"}],
          "filters": [{"field": "status", "op": "==", "value": "paid"}]}

        Filters are as in query. Documents without a number in the field are left out of sum and
        avg; avg of none is null.
        https://cloud.google.com/firestore/docs/query-data/aggregation-queries
        """
        path = segments(collection, of="collection")
        asked = aggregations(measures)
        query = structured(
            path[-1], self.documents, filters=filters or (), match=match, everywhere=everywhere
        )
        body = {
            "structuredAggregationQuery": {
                "structuredQuery": query,
                "aggregations": list(asked.values()),
            }
        }
        parts = await self._ask(path[:-1], ":runAggregationQuery", body)
        values: Mapping[str, Any] = {}
        for part in parts:
            values = (part.get("result") or {}).get("aggregateFields") or values
        return Document(
            {
                name: decoded(values[one["alias"]], self.documents)
                for name, one in asked.items()
                if one["alias"] in values
            },
            title=f"Figures of {collection}",
        )

    @tool(area="documents", access=Access.READ, method="GET", path="/v1/{name}")
    async def get_document(self, document: DocumentPath) -> Document:
        """One Firestore document with all of its fields, by its path, as in users/ana.

        Paths are in the __name__ of what query finds. list_collections with the same path shows
        which collections lie below the document; they are not part of it.
        https://cloud.google.com/firestore/docs/query-data/get-data
        """
        path = segments(document, of="document")
        service = await self._service()
        try:
            found = await service.get(self._at(path))
        except NotFound:
            raise NotFound(
                f"There is no document {document}.",
                "Query its collection for the paths that there are.",
            ) from None
        [row] = same_keys([document_row(found, self.documents)])
        return Document(row, title=f"Document {document}")

    @tool(
        area="documents",
        access=Access.READ,
        method="POST",
        path="/v1/{parent}:listCollectionIds",
    )
    async def list_collections(
        self,
        document: Annotated[
            str,
            Field(
                max_length=1500,
                description="Only with a document's path (users/ana): the collections below it.",
            ),
        ] = "",
    ) -> Rows:
        """The Firestore collections of the database, or those below one document; start here.

        Collections have no schema and no count of their own: query a few documents to see their
        fields, and use aggregate to count them.
        https://cloud.google.com/firestore/docs/data-model
        """
        path = segments(document, of="document") if document else []
        service = await self._service()
        found: list[str] = []
        token = ""
        while len(found) <= MAX_ROWS:
            body = {"pageSize": MAX_ROWS + 1, **({"pageToken": token} if token else {})}
            page = await service.ask(self._at(path, ":listCollectionIds"), body)
            found += page.get("collectionIds") or ()
            token = page.get("nextPageToken") or ""
            if not token:
                break
        prefix = f"{'/'.join(path)}/" if path else ""
        more = len(found) > MAX_ROWS
        return Rows(
            [{"collection": prefix + name} for name in found[:MAX_ROWS]],
            title=f"Collections of {document or self.credentials.project_id}",
            cut=f"Only the first {MAX_ROWS} are listed; there are more." if more else "",
        )

    async def _ask(self, parent: list[str], method: str, body: Json) -> list[Mapping[str, Any]]:
        """The parts of a streamed answer. An error may come after parts that went well."""
        service = await self._service()
        answer = await service.ask(self._at(parent, method), body)
        parts = answer if isinstance(answer, list) else [answer]
        if error_of(parts) and service.judge and (problem := service.judge(400, parts)):
            raise problem
        return parts

    def _at(self, path: list[str], method: str = "") -> str:
        """The path of a request to a document, or to the database's root."""
        name = "/".join([_escaped(self.documents), *(quote(one, safe="") for one in path)])
        return f"/v1/{name}{method}"


def _escaped(name: str) -> str:
    return quote(name, safe="/()")


def _datastore_mode() -> ConnectorError:
    return NotAllowed(
        "This database runs in Datastore mode, which does not serve Firestore's API.",
        "Connect a database in native mode; an existing one cannot be changed unless it is empty.",
    )
