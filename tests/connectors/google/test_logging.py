"""Cloud Logging: against a stand-in, each of whose requests Google's own document must know."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from bot.connectors.errors import Invalid, NotAllowed, NotFound
from bot.connectors.gcloud_logging import CloudLogging
from bot.connectors.gcloud_logging.connector import MOST_PAGES
from bot.connectors.gcloud_logging.filters import Refused
from tests.connectors.google.conftest import PROJECT, Google, failure, key_file
from tests.connectors.google.discovery import check_call
from tests.connectors.google.test_filters import corpus
from tests.connectors.helpers import rows, run
from tests.vendor_documents import vendor_document

FENCE = 'resource.labels.namespace_name="shop" OR labels.team="shop"'
EMPTY = httpx.Response(200, json={})

ENTRY = {
    "timestamp": "2026-05-13T14:00:00.123456789Z",
    "severity": "ERROR",
    "insertId": "i1",
    "logName": f"projects/{PROJECT}/logs/run.googleapis.com%2Fstderr",
    "resource": {
        "type": "cloud_run_revision",
        "labels": {"service_name": "cart", "project_id": PROJECT},
    },
    "jsonPayload": {"message": "no stock", "sku": "x-1"},
    "httpRequest": {
        "requestMethod": "GET",
        "requestUrl": "https://shop.example/cart?token=secret",
        "status": 502,
        "latency": "0.45s",
    },
    "trace": f"projects/{PROJECT}/traces/abc",
}


def page(*entries: dict[str, Any], token: str = "") -> httpx.Response:
    more = {"nextPageToken": token} if token else {}
    return httpx.Response(200, json={"entries": list(entries), **more})


class TestAQuery:
    async def test_is_about_the_last_24_hours_newest_first(self) -> None:
        google = Google(EMPTY)
        await run(google.connect(CloudLogging), "query_logs", filter="severity>=ERROR OR a:b")
        [body] = google.bodies()
        assert body == {
            "resourceNames": [f"projects/{PROJECT}"],
            "filter": '(severity>=ERROR OR a:b) AND timestamp>="2026-05-12T14:21:00.000Z" '
            'AND timestamp<="2026-05-13T14:21:00.000Z"',
            "orderBy": "timestamp desc",
            "pageSize": 101,
        }

    async def test_shows_what_an_entry_says_and_where_it_comes_from(self) -> None:
        [row] = await rows(Google(page(ENTRY)).connect(CloudLogging), "query_logs")
        assert row == {
            "timestamp": "2026-05-13T14:00:00.123456789Z",
            "severity": "ERROR",
            "message": "no stock",
            "resource": "cloud_run_revision",
            "resource_labels": {"service_name": "cart"},
            "log": "run.googleapis.com/stderr",
            "payload": {"sku": "x-1"},
            "http": "GET https://shop.example/cart 502 0.45s",
            "labels": None,
            "trace": "abc",
            "insert_id": "i1",
        }

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            ({"textPayload": "plain words"}, "plain words"),
            ({"jsonPayload": {"msg": "short form"}}, "short form"),
            ({"protoPayload": {"methodName": "x.Delete"}}, "x.Delete"),
            ({"protoPayload": {"methodName": "x", "status": {"message": "denied"}}}, "denied"),
            ({"jsonPayload": {"sku": "x"}}, ""),
        ],
    )
    async def test_finds_the_words_in_every_kind_of_payload(
        self, entry: dict[str, Any], message: str
    ) -> None:
        [row] = await rows(Google(page(entry)).connect(CloudLogging), "query_logs")
        assert row["message"] == message

    async def test_says_who_did_what_in_an_audit_log(self) -> None:
        audit = {
            "serviceName": "storage.googleapis.com",
            "methodName": "storage.objects.delete",
            "resourceName": "projects/_/buckets/b",
            "authenticationInfo": {"principalEmail": "ana@example.com"},
        }
        [row] = await rows(
            Google(page({"protoPayload": audit})).connect(CloudLogging), "query_logs"
        )
        assert row["payload"]["who"] == "ana@example.com"
        assert row["payload"]["method"] == "storage.objects.delete"

    async def test_goes_on_searching_after_an_empty_page(self) -> None:
        google = Google(page(token="a"), page(token="b"), page(ENTRY))
        found = await run(google.connect(CloudLogging), "query_logs")
        assert len(found.rows) == 1
        assert found.cut == ""
        bodies = google.bodies()
        assert [body.pop("pageToken", None) for body in bodies] == [None, "a", "b"]
        assert bodies[0] == bodies[1] == bodies[2]

    async def test_ends_a_search_that_finds_nothing_and_says_so(self) -> None:
        google = Google(page(token="more"))
        found = await run(google.connect(CloudLogging), "query_logs")
        assert len(google.requests) == MOST_PAGES
        assert "may have missed older entries" in found.cut

    async def test_shows_100_of_101(self) -> None:
        found = await run(Google(page(*[ENTRY] * 101)).connect(CloudLogging), "query_logs")
        assert len(found.rows) == 100
        assert found.cut == "Only the newest 100 entries are shown; there are more."


class TestTheFence:
    async def test_is_put_before_every_query_and_the_answer_says_so(self) -> None:
        google = Google(EMPTY)
        fenced = google.connect(CloudLogging, default_filter=FENCE)
        found = await run(fenced, "query_logs", filter="severity=ERROR OR severity=INFO")
        assert google.bodies()[0]["filter"].startswith(
            f"({FENCE}) AND (severity=ERROR OR severity=INFO) AND timestamp>="
        )
        assert FENCE in found.title
        assert FENCE in fenced.about()

    async def test_holds_queries_that_ask_for_everything(self) -> None:
        google = Google(EMPTY)
        await run(google.connect(CloudLogging, default_filter=FENCE), "query_logs")
        assert google.bodies()[0]["filter"].startswith(f"({FENCE}) AND timestamp>=")

    @pytest.mark.parametrize("text", corpus("filters_hostile.txt"))
    async def test_cannot_be_left(self, text: str) -> None:
        google = Google(EMPTY)
        with pytest.raises(Refused):
            await run(google.connect(CloudLogging, default_filter=FENCE), "query_logs", filter=text)
        assert google.requests == []

    @pytest.mark.parametrize("text", ["a) OR (b", '"', "a -- b"])
    def test_that_would_not_hold_is_refused_in_the_form(self, text: str) -> None:
        form = {"service_account_json": key_file(), "project_id": PROJECT, "default_filter": text}
        with pytest.raises(ValidationError) as caught:
            CloudLogging.Credentials.model_validate(form)
        [problem] = caught.value.errors()
        assert problem["loc"] == ("default_filter",)
        assert "was not used" in problem["msg"]

    async def test_is_part_of_the_connection_test(self) -> None:
        google = Google(EMPTY)
        health = await google.connect(CloudLogging, default_filter=FENCE).check()
        assert health.account == f"project {PROJECT}"
        [body] = google.bodies()
        assert body["filter"].startswith(f'({FENCE}) AND timestamp>="2026-05-13T13:21:00.000Z"')
        assert body["pageSize"] == 1


TYPES = [
    {
        "type": f"type_{number}",
        "displayName": f"Kind {number}",
        "labels": [{"key": "project_id"}, {"key": "name"}],
        "description": "Something.",
    }
    for number in range(120)
]


class TestResourceTypes:
    def google(self) -> Google:
        return Google(
            httpx.Response(200, json={"resourceDescriptors": TYPES[:60], "nextPageToken": "p2"}),
            httpx.Response(200, json={"resourceDescriptors": TYPES[60:]}),
        )

    async def test_come_with_the_labels_to_filter_by(self) -> None:
        found = await rows(
            self.google().connect(CloudLogging), "list_resource_types", containing="KIND 77"
        )
        assert found == [
            {
                "resource_type": "type_77",
                "name": "Kind 77",
                "labels": "project_id, name",
                "description": "Something.",
            }
        ]

    async def test_are_read_from_all_pages_and_cut_at_100(self) -> None:
        google = self.google()
        found = await run(google.connect(CloudLogging), "list_resource_types")
        assert len(found.rows) == 100
        assert found.cut == "Only the first 100 of 120 are listed; look for a part of a name."
        assert [one.url.params.get("pageToken") for one in google.requests] == [None, "p2"]


class TestErrors:
    async def test_the_place_of_a_mistake_in_a_filter_reaches_the_model(self) -> None:
        words = "Unparseable filter: syntax error at line 1, column 9, token '=='"
        with pytest.raises(Invalid, match="line 1, column 9"):
            await run(
                Google(failure(400, "INVALID_ARGUMENT", words)).connect(CloudLogging),
                "query_logs",
                filter="severity==ERROR",
            )

    async def test_a_missing_permission_names_permission_and_role(self) -> None:
        info = {"reason": "X", "metadata": {"permission": "logging.logEntries.list"}}
        google = Google(failure(403, "PERMISSION_DENIED", "denied", **info))
        with pytest.raises(NotAllowed, match=r"logging\.logEntries\.list") as caught:
            await google.connect(CloudLogging).check()
        assert "Logs Viewer" in caught.value.remedy

    async def test_a_project_that_is_not_there_is_told(self) -> None:
        google = Google(failure(404, "NOT_FOUND", f"Project does not exist: {PROJECT}"))
        with pytest.raises(NotFound, match=PROJECT):
            await google.connect(CloudLogging).check()


async def test_every_request_is_one_that_google_documents() -> None:
    description = vendor_document("gcloud_logging/logging.v2.discovery.json")
    google = Google(page(ENTRY, token="more"))
    connector = google.connect(CloudLogging, default_filter=FENCE)
    await connector.check()
    await run(connector, "query_logs", filter="severity>=ERROR", start="2026-05-13T00:00:00Z")
    google.answers = [httpx.Response(200, json={"nextPageToken": "x"}), EMPTY]
    await run(connector, "list_resource_types")
    assert {check_call(description, request) for request in google.requests} == {
        "logging.entries.list",
        "logging.monitoredResourceDescriptors.list",
    }
