"""Firestore: against Google's emulator, and against Google's own document of the API.

The emulator knows no sign-in, no Datastore mode and no missing index, so what people are told
about those is tried with answers in the form that the document gives errors.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.connectors.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Throttled, Unavailable
from bot.connectors.gcloud_firestore import Firestore
from bot.connectors.gcloud_firestore.queries import field_path, segments
from bot.connectors.results import Rows
from tests.connectors.google.conftest import PROJECT, Google, failure, key_file
from tests.connectors.google.discovery import check_call
from tests.connectors.helpers import connect, document, rows, run
from tests.vendor_documents import vendor_document

ROOT = f"projects/{PROJECT}/databases/(default)/documents"
DATASTORE = (
    "The Cloud Firestore API is not available for Firestore in Datastore Mode database "
    f"projects/{PROJECT}/databases/(default)."
)
NATIVE = httpx.Response(200, json={"type": "FIRESTORE_NATIVE"})


def text(value: str) -> dict[str, Any]:
    return {"stringValue": value}


USERS: dict[str, dict[str, Any]] = {
    "users/ana": {
        "name": text("Ana"),
        "age": {"integerValue": "30"},
        "address": {"mapValue": {"fields": {"city": text("Rome")}}},
        "joined": {"timestampValue": "2026-05-01T00:00:00Z"},
        "odd-name": {"booleanValue": True},
        "tags": {"arrayValue": {"values": [text("vip")]}},
    },
    "users/bo": {
        "name": text("Bo"),
        "age": {"integerValue": "20"},
        "address": {"mapValue": {"fields": {"city": text("Oslo")}}},
        "joined": {"timestampValue": "2026-01-01T00:00:00Z"},
        "friend": {"referenceValue": f"{ROOT}/users/ana"},
        "none": {"nullValue": None},
    },
    "users/ana/orders/o1": {"total": {"doubleValue": 5.5}},
    "users/bo/orders/o2": {"total": {"doubleValue": 1.5}},
}


@pytest.fixture
async def firestore(emulator: str, client: httpx.AsyncClient) -> AsyncIterator[Any]:
    """A connection to the emulator with two users, each with an order below."""
    for path, fields in USERS.items():
        address = f"{emulator}/v1/{ROOT}/{path}"
        owner = {"Authorization": "Bearer owner"}
        done = await client.patch(address, json={"fields": fields}, headers=owner)
        assert done.is_success
    form = {"service_account_json": key_file(), "project_id": PROJECT}
    yield connect(Firestore, client, credentials=form, settings={"endpoint": emulator})
    await client.delete(f"{emulator}/emulator/v1/{ROOT}")


async def found(firestore: Any, *filters: Any, **arguments: Any) -> list[str]:
    """The paths of the users that filters (field, op, value) find."""
    wanted = [{"field": field, "op": op, "value": value} for field, op, value in filters]
    got = await rows(firestore, "query", collection="users", filters=wanted, **arguments)
    return [row["__name__"] for row in got]


class TestOnTheEmulator:
    async def test_the_connection_test_names_project_and_database(self, firestore: Any) -> None:
        assert (await firestore.check()).account == f"{PROJECT}, (default)"

    async def test_collections_are_listed_at_the_root_and_below_a_document(
        self, firestore: Any
    ) -> None:
        assert await rows(firestore, "list_collections") == [{"collection": "users"}]
        below = await rows(firestore, "list_collections", document="users/ana")
        assert below == [{"collection": "users/ana/orders"}]

    async def test_documents_come_as_a_table_of_plain_values(self, firestore: Any) -> None:
        first, second = await rows(firestore, "query", collection="users")
        assert first["__name__"] == "users/ana"
        assert first["age"] == 30
        assert first["address"] == {"city": "Rome"}
        assert first["friend"] is None
        assert second["friend"] == "users/ana"
        assert list(first) == list(second)

    async def test_filters_find_by_every_kind_of_value(self, firestore: Any) -> None:
        may = {"$timestamp": "2026-05-01T00:00:00Z"}
        ana, bo = ["users/ana"], ["users/bo"]
        assert await found(firestore, ("address.city", "==", "Rome")) == ana
        assert await found(firestore, ("age", "<", 25)) == bo
        assert await found(firestore, ("joined", ">=", may)) == ana
        assert await found(firestore, ("odd-name", "==", True)) == ana
        assert await found(firestore, ("tags", "array-contains-any", ["vip", "x"])) == ana
        assert await found(firestore, ("name", "in", ["Bo", "Cy"])) == bo
        assert await found(firestore, ("name", "not-in", ["Bo"])) == ana
        assert await found(firestore, ("none", "==", None)) == bo
        assert await found(firestore, ("friend", "==", {"$reference": "users/ana"})) == bo
        assert await found(firestore, ("__name__", "==", "users/bo")) == bo

    async def test_all_filters_must_hold_or_any(self, firestore: Any) -> None:
        both = (("name", "==", "Ana"), ("age", "==", 20))
        assert await found(firestore, *both) == []
        assert await found(firestore, *both, match="any") == ["users/ana", "users/bo"]

    async def test_order_fields_and_limit_are_kept(self, firestore: Any) -> None:
        result = await run(
            firestore,
            "query",
            collection="users",
            order_by=[{"field": "age", "descending": False}],
            fields=["name"],
            limit=1,
        )
        assert result.rows == [{"__name__": "users/bo", "name": "Bo"}]
        assert result.cut == "Only the first 1 are shown; there are more."

    async def test_a_collection_of_that_name_is_found_everywhere(self, firestore: Any) -> None:
        orders = await rows(firestore, "query", collection="orders", everywhere=True)
        assert [row["total"] for row in orders] == [5.5, 1.5]
        assert len(await rows(firestore, "query", collection="users/bo/orders")) == 1

    async def test_figures_are_worked_out_by_the_service(self, firestore: Any) -> None:
        measures = [
            {"op": "count"},
            {"op": "sum", "field": "age"},
            {"op": "avg", "field": "age"},
        ]
        figures = await document(firestore, "aggregate", collection="users", measures=measures)
        assert figures == {"count": 2, "sum of age": 50, "avg of age": 25.0}

    async def test_figures_of_nothing_are_nothing(self, firestore: Any) -> None:
        measures = [{"op": "count"}, {"op": "avg", "field": "age"}]
        figures = await document(firestore, "aggregate", collection="none", measures=measures)
        assert figures == {"count": 0, "avg of age": None}

    async def test_one_document_comes_in_full(self, firestore: Any) -> None:
        got = await document(firestore, "get_document", document="users/ana/orders/o1")
        assert got == {"__name__": "users/ana/orders/o1", "total": 5.5}

    async def test_a_document_that_is_not_there_is_told(self, firestore: Any) -> None:
        with pytest.raises(NotFound, match="no document users/zoe"):
            await run(firestore, "get_document", document="users/zoe")

    async def test_a_filter_that_makes_no_sense_comes_back_with_the_service_s_words(
        self, firestore: Any
    ) -> None:
        with pytest.raises(Invalid, match="requires an ArrayValue"):
            await found(firestore, ("name", "in", "Ana"))


def answered(*answers: httpx.Response) -> Any:
    return Google(*answers).connect(Firestore)


class TestTheConnectionTest:
    async def test_refuses_datastore_mode_by_the_database_s_kind(self) -> None:
        with pytest.raises(NotAllowed, match="runs in Datastore mode"):
            await answered(httpx.Response(200, json={"type": "DATASTORE_MODE"})).check()

    @pytest.mark.parametrize(
        "words",
        [DATASTORE, "The Cloud Firestore API is not available for Cloud Datastore projects."],
    )
    async def test_refuses_datastore_mode_by_the_service_s_words(self, words: str) -> None:
        forbidden = failure(403, "PERMISSION_DENIED")
        with pytest.raises(NotAllowed, match="runs in Datastore mode"):
            await answered(forbidden, failure(400, "FAILED_PRECONDITION", words)).check()

    async def test_needs_no_right_to_read_the_database_s_kind(self) -> None:
        forbidden = failure(403, "PERMISSION_DENIED")
        health = await answered(forbidden, httpx.Response(200, json={})).check()
        assert health.account == f"{PROJECT}, (default)"

    async def test_tells_a_missing_permission_and_names_the_role(self) -> None:
        denied = failure(403, "PERMISSION_DENIED", "Missing or insufficient permissions.")
        with pytest.raises(NotAllowed) as caught:
            await answered(NATIVE, denied).check()
        assert PROJECT in caught.value.message
        assert "Cloud Datastore Viewer" in caught.value.remedy

    async def test_names_the_permission_where_google_does(self) -> None:
        info: Any = {"metadata": {"permission": "datastore.entities.list"}, "reason": "IAM"}
        with pytest.raises(NotAllowed, match=r"lacks the permission datastore\.entities\.list"):
            await answered(NATIVE, failure(403, "PERMISSION_DENIED", **info)).check()

    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            ("https://console.developers.google.com/apis/x?project=1", True),
            ("https://evil.example/console.developers.google.com/", False),
        ],
    )
    async def test_tells_an_api_that_is_not_enabled(self, address: str, shown: bool) -> None:
        info: Any = {"reason": "SERVICE_DISABLED", "metadata": {"activationUrl": address}}
        disabled = failure(403, "PERMISSION_DENIED", **info)
        with pytest.raises(NotAllowed, match="is not enabled in the project") as caught:
            await answered(disabled, disabled).check()
        assert (address in caught.value.remedy) is shown

    async def test_tells_a_database_that_is_not_there(self) -> None:
        missing = failure(404, "NOT_FOUND", "The database (default) does not exist")
        with pytest.raises(NotFound, match=rf"{PROJECT} has no Firestore database \(default\)"):
            await answered(missing, missing).check()

    async def test_tells_a_sign_in_that_is_refused(self) -> None:
        with pytest.raises(NotSignedIn, match="does not accept the service account's sign-in"):
            await answered(failure(401, "UNAUTHENTICATED")).check()


class TestErrors:
    async def test_a_missing_index_comes_with_the_link_that_makes_it(self) -> None:
        words = "The query requires an index. You can create it here: https://console.firebase.google.com/x"
        wrapped = httpx.Response(
            400, json=[{"error": {"code": 400, "status": "FAILED_PRECONDITION", "message": words}}]
        )
        with pytest.raises(Invalid, match="create it here: https://console"):
            await run(answered(wrapped), "query", collection="users")

    async def test_an_error_in_the_middle_of_a_stream_is_not_taken_for_the_end(self) -> None:
        broken = {"error": {"code": 504, "status": "DEADLINE_EXCEEDED", "message": "late"}}
        stream = httpx.Response(200, json=[{"readTime": "2026-05-13T14:21:00Z"}, broken])
        with pytest.raises(Unavailable, match="could not answer in time"):
            await run(answered(stream), "query", collection="users")

    async def test_a_used_up_quota_is_told(self) -> None:
        with pytest.raises(Throttled, match="quota for Firestore"):
            await run(answered(failure(429, "RESOURCE_EXHAUSTED")), "list_collections")

    async def test_a_time_without_its_zone_is_refused_before_anything_is_sent(self) -> None:
        google = Google(NATIVE)
        wanted = [{"field": "at", "op": ">", "value": {"$timestamp": "2026-05-01T00:00:00"}}]
        with pytest.raises(Invalid, match="not a time with its zone"):
            await run(google.connect(Firestore), "query", collection="users", filters=wanted)
        assert google.requests == []

    async def test_a_sum_of_nothing_is_refused(self) -> None:
        with pytest.raises(Invalid, match="sum needs a field"):
            await run(answered(NATIVE), "aggregate", collection="users", measures=[{"op": "sum"}])


async def test_parts_of_a_stream_without_a_document_are_passed_over() -> None:
    stream = [
        {"readTime": "2026-05-13T14:21:00Z", "skippedResults": 1},
        {"document": {"name": f"{ROOT}/users/ana", "fields": {}}},
    ]
    got = await run(answered(httpx.Response(200, json=stream)), "query", collection="users")
    assert isinstance(got, Rows)
    assert got.rows == [{"__name__": "users/ana"}]


async def test_101_documents_are_asked_for_and_100_shown() -> None:
    stream = [{"document": {"name": f"{ROOT}/users/{number}"}} for number in range(101)]
    google = Google(httpx.Response(200, json=stream))
    got = await run(google.connect(Firestore), "query", collection="users")
    assert google.bodies()[0]["structuredQuery"]["limit"] == 101
    assert len(got.rows) == 100
    assert "there are more" in got.cut


async def test_names_go_into_paths_escaped() -> None:
    google = Google(httpx.Response(200, json={"name": f"{ROOT}/users/a?b#c d"}))
    await run(google.connect(Firestore), "get_document", document="users/a?b#c d")
    assert google.requests[0].url.raw_path.decode().endswith("/documents/users/a%3Fb%23c%20d")


async def test_every_request_is_one_that_google_documents() -> None:
    description = vendor_document("gcloud_firestore/firestore.v1.discovery.json")
    one = httpx.Response(200, json={"name": f"{ROOT}/users/ana"})
    google = Google(NATIVE, httpx.Response(200, json={}), httpx.Response(200, json=[]))
    connector = google.connect(Firestore)
    await connector.check()
    filters = [
        {"field": "a.b-c", "op": "in", "value": [1, 1.5, "x", True, None, {"k": ["v"]}]},
        {"field": "at", "op": "<", "value": {"$timestamp": "2026-05-01T02:00:00+02:00"}},
        {"field": "friend", "op": "!=", "value": {"$reference": "users/bo"}},
        {"field": "gone", "op": "!=", "value": None},
    ]
    sorted_by = [{"field": "a", "descending": True}, {"field": "b"}]
    asked = {"collection": "users/ana/orders", "filters": filters, "match": "any"}
    await run(connector, "query", **asked, order_by=sorted_by, fields=["a", "b.c"])
    measures = [{"op": "count"}, {"op": "sum", "field": "x"}, {"op": "avg", "field": "y.z"}]
    await run(connector, "aggregate", **asked, measures=measures, everywhere=True)
    google.answers = [one]
    await run(connector, "get_document", document="users/ana")
    await run(connector, "list_collections", document="users/ana")
    assert {check_call(description, request) for request in google.requests} == {
        "firestore.projects.databases.get",
        "firestore.projects.databases.documents.get",
        "firestore.projects.databases.documents.listCollectionIds",
        "firestore.projects.databases.documents.runQuery",
        "firestore.projects.databases.documents.runAggregationQuery",
    }


@pytest.mark.parametrize(
    ("path", "quoted"),
    [
        ("name", "name"),
        ("address.city", "address.city"),
        ("odd-name.x", "`odd-name`.x"),
        ("`dotted.name`.x", "`dotted.name`.x"),
        ("1st", "`1st`"),
        ("Größe", "`Größe`"),
    ],
)
def test_odd_names_of_fields_go_into_backticks(path: str, quoted: str) -> None:
    assert field_path(path) == quoted


@pytest.mark.parametrize("path", ["a..b", ".a", "a.", "`a", "a`b`"])
def test_what_is_no_path_of_fields_is_refused(path: str) -> None:
    with pytest.raises(Invalid, match="not a path of fields"):
        field_path(path)


@pytest.mark.parametrize("path", ["", "users/ana", "users//orders", "../users/x", "a/./b", "a\n"])
def test_what_is_no_collection_is_refused(path: str) -> None:
    with pytest.raises(Invalid, match="not the path of a collection"):
        segments(path, of="collection")
