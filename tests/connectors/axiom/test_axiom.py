"""Axiom's logs, through a stand-in that holds each request against Axiom's own documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from bot.connectors.axiom import Axiom
from bot.connectors.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Unavailable
from tests.connectors.helpers import Answer, connect, rows, run
from tests.connectors.vendor_service import VendorService, flattened
from tests.vendor_documents import vendor_document

TOKEN = "xaat-12345678-aaaa"


def axiom(
    *answers: httpx.Response | Exception | Answer,
    credentials: Mapping[str, str] | None = None,
    **settings: str,
) -> tuple[Any, VendorService]:
    edge = flattened(vendor_document("axiom/axiom-v1-edge-query.openapi.json"))
    first = flattened(vendor_document("axiom/axiom-v1.openapi.json"))
    documents = {
        "/v1/query": {**edge, "paths": _below(edge, "/query")},
        "/v1": first,
        "/v2": flattened(vendor_document("axiom/axiom-v2.openapi.json")),
    }
    service = VendorService(documents, *answers)
    given = {"token": TOKEN, "dataset": "web-logs", **(credentials or {})}
    return connect(Axiom, service.client, credentials=given, settings=settings), service


def _below(document: Mapping[str, Any], begin: str) -> dict[str, Any]:
    return {path.removeprefix(begin): value for path, value in document["paths"].items()}


def table(
    columns: Mapping[str, list[Any]], *, datasets: list[str] | None = None, **status: Any
) -> httpx.Response:
    """An answer in Axiom's form: columns, and a second table with totals."""
    fields = [{"name": name, "type": "string"} for name in columns]
    one = {"sources": [], "fields": fields, "order": [], "groups": []}
    return httpx.Response(
        200,
        json={
            "format": "tabular",
            "status": {"elapsedTime": 260650, "isPartial": False, **status},
            "tables": [
                {**one, "name": "0", "columns": list(columns.values())},
                {**one, "name": "_totals", "columns": [[999] for _ in columns]},
            ],
            "datasetNames": ["web-logs"] if datasets is None else datasets,
        },
    )


EMPTY: dict[str, list[Any]] = {"_time": [], "message": []}


class TestAQuery:
    async def test_gives_rows_from_columns(self) -> None:
        connector, _ = axiom(table({"_time": ["t1", "t2"], "status": [500, 502]}))
        assert await rows(connector, "query_logs", apl="where status >= 500") == [
            {"_time": "t1", "status": 500},
            {"_time": "t2", "status": 502},
        ]

    async def test_is_held_inside_the_dataset_and_the_last_day(self) -> None:
        connector, service = axiom(table(EMPTY))
        result = await run(connector, "query_logs", apl="where status >= 500")
        assert service.bodies == [
            {
                "apl": "['web-logs']\n| where status >= 500\n| limit 101",
                "startTime": "2026-05-12T14:21:00Z",
                "endTime": "2026-05-13T14:21:00Z",
            }
        ]
        assert service.requests[0].url.params["format"] == "tabular"
        assert "web-logs" in result.title
        assert "12 May, 14:21 UTC to today, 14:21 UTC" in result.title

    async def test_can_look_at_another_time(self) -> None:
        connector, service = axiom(table(EMPTY))
        await run(
            connector, "query_logs", start="2026-05-01T10:00:00+02:00", end="2026-05-01T12:00:00Z"
        )
        assert service.bodies[0]["startTime"] == "2026-05-01T10:00:00+02:00"
        with pytest.raises(Invalid, match="before the end"):
            await run(connector, "query_logs", start="2026-05-02", end="2026-05-01")

    async def test_shows_100_rows_and_says_that_there_are_more(self) -> None:
        connector, _ = axiom(table({"n": list(range(101))}))
        result = await run(connector, "query_logs")
        assert len(result.rows) == 100
        assert "more than 100" in result.cut
        connector, _ = axiom(table({"n": list(range(100))}))
        assert (await run(connector, "query_logs")).cut == ""

    async def test_says_when_axiom_did_not_look_at_everything(self) -> None:
        connector, _ = axiom(table(EMPTY, isPartial=True))
        assert "partial" in (await run(connector, "query_logs")).cut

    async def test_that_leads_elsewhere_is_not_sent(self) -> None:
        connector, service = axiom(table(EMPTY))
        with pytest.raises(Invalid, match="web-logs only"):
            await run(connector, "query_logs", apl="union ['payroll']")
        assert service.requests == []

    async def test_whose_answer_comes_from_elsewhere_is_not_shown(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second fence, with the first one taken away."""
        monkeypatch.setattr("bot.connectors.axiom.connector.held_inside", lambda apl, *_: apl)
        connector, _ = axiom(table({"pay": [1]}, datasets=["payroll", "web-logs"]))
        with pytest.raises(NotAllowed, match="holds data of payroll") as caught:
            await run(connector, "query_logs", apl="['web-logs'] | union ['payroll']")
        assert "pay:" not in str(caught.value)

    async def test_that_axiom_cannot_read_says_where(self) -> None:
        wrong = {"message": "unknown field statuz", "detail": {"line": 2, "column": 9}}
        connector, _ = axiom(httpx.Response(400, json=wrong))
        with pytest.raises(Invalid, match=r"unknown field statuz \(line 2, column 9\)"):
            await run(connector, "query_logs", apl="where statuz == 1")

    async def test_goes_to_the_path_of_edge_domains_there(self) -> None:
        connector, service = axiom(table(EMPTY), base_url="https://eu-central-1.aws.edge.axiom.co")
        await run(connector, "query_logs")
        assert str(service.requests[0].url) == (
            "https://eu-central-1.aws.edge.axiom.co/v1/query/_apl?format=tabular"
        )

    async def test_answered_by_something_else_is_told(self) -> None:
        connector, _ = axiom(httpx.Response(200, json={"tables": 1}))
        with pytest.raises(Unavailable, match=r"not in the format of Axiom's API"):
            await run(connector, "query_logs")


class TestFields:
    listed = httpx.Response(
        200,
        json=[
            {"name": "status", "type": "integer", "unit": "", "description": "HTTP status code"},
            {"name": "duration", "type": "float", "unit": "ms"},
            {"name": "secret", "type": "string", "hidden": True},
        ],
    )

    async def test_are_listed_with_types_and_units_but_not_hidden_ones(self) -> None:
        connector, service = axiom(self.listed)
        assert await rows(connector, "list_fields") == [
            {"name": "duration", "type": "float", "unit": "ms", "description": None},
            {"name": "status", "type": "integer", "unit": None, "description": "HTTP status code"},
        ]
        assert service.requests[0].url.path == "/v2/datasets/web-logs/fields"

    async def test_can_be_searched(self) -> None:
        connector, _ = axiom(self.listed)
        assert [row["name"] for row in await rows(connector, "list_fields", find="STAT")] == [
            "status"
        ]

    async def test_are_read_from_the_data_where_the_token_may_not_see_the_description(self) -> None:
        schema = table({"ColumnName": ["a"], "ColumnOrdinal": [0], "ColumnType": ["long"]})
        connector, service = axiom(httpx.Response(403, json={"message": "no"}), schema)
        assert await rows(connector, "list_fields") == [
            {"name": "a", "type": "long", "unit": None, "description": None}
        ]
        assert service.bodies[0]["apl"] == "['web-logs']\n| getschema"

    async def test_more_than_100_are_cut_and_counted(self) -> None:
        many = [{"name": f"f{n:03}", "type": "string"} for n in range(130)]
        connector, _ = axiom(httpx.Response(200, json=many))
        result = await run(connector, "list_fields")
        assert len(result.rows) == 100
        assert result.cut.startswith("30 more fields")

    async def test_of_an_edge_dataset_are_described_at_the_main_address(self) -> None:
        connector, service = axiom(self.listed, base_url="https://us-east-1.aws.edge.axiom.co")
        await run(connector, "list_fields")
        assert service.requests[0].url.host == "api.axiom.co"


class TestTheConnection:
    async def test_is_checked_with_one_event(self) -> None:
        connector, service = axiom(table(EMPTY))
        assert (await connector.check()).account == "dataset web-logs"
        assert service.bodies[0]["apl"] == "['web-logs']\n| limit 1"

    async def test_tells_a_token_that_is_refused(self) -> None:
        connector, _ = axiom(httpx.Response(401, json={"message": "unauthorized"}))
        with pytest.raises(NotSignedIn):
            await connector.check()
        connector, _ = axiom(httpx.Response(403, json={"message": "forbidden"}))
        with pytest.raises(NotSignedIn, match="neither the right"):
            await connector.check()

    async def test_tells_a_missing_right(self) -> None:
        connector, _ = axiom(
            httpx.Response(403, json={"message": "forbidden"}), httpx.Response(200, json=[])
        )
        with pytest.raises(NotAllowed, match="may not query the dataset web-logs"):
            await connector.check()

    async def test_tells_a_missing_dataset_and_a_wrong_host(self) -> None:
        connector, _ = axiom(httpx.Response(404, json={"message": "dataset not found"}))
        with pytest.raises(NotFound, match="knows no dataset web-logs"):
            await connector.check()
        connector, _ = axiom(httpx.ConnectError("no"))
        with pytest.raises(Unavailable, match=r"could not be reached at api.axiom.co"):
            await connector.check()

    async def test_names_the_organisation_with_a_personal_token(self) -> None:
        personal = {"token": "xapt-12345678", "organisation_id": "acme-x1"}
        connector, service = axiom(table(EMPTY), credentials=personal)
        await run(connector, "query_logs")
        assert service.requests[0].headers["X-Axiom-Org-Id"] == "acme-x1"
        assert service.requests[0].headers["Authorization"] == "Bearer xapt-12345678"

    @pytest.mark.parametrize(
        ("credentials", "field"),
        [
            ({"token": "xapt-12345678"}, "organisation_id"),
            ({"token": "abcd-12345678"}, "token"),
            ({"dataset": "web*"}, "dataset"),
            ({"dataset": "a'] | union ['b"}, "dataset"),
            ({"dataset": ""}, "dataset"),
        ],
    )
    def test_says_at_the_field_what_is_wrong(self, credentials: dict[str, str], field: str) -> None:
        with pytest.raises(ValidationError) as caught:
            axiom(table(EMPTY), credentials=credentials)
        assert [error["loc"] for error in caught.value.errors()] == [(field,)]

    def test_says_which_dataset_it_reads(self) -> None:
        connector, _ = axiom(table(EMPTY))
        assert connector.about() == "Reads the dataset web-logs only."


def test_the_stand_in_finds_what_axiom_does_not_know() -> None:
    _, service = axiom(table(EMPTY))
    for wrong in (
        httpx.Request("POST", "https://a/v1/datasets/_apl?format=xml", json={"apl": "x"}),
        httpx.Request("POST", "https://a/v1/datasets/_apl?limit=1", json={"apl": "x"}),
        httpx.Request("POST", "https://a/v1/datasets/_apl", json={"apql": "x"}),
        httpx.Request("POST", "https://a/v1/query/_apl", json={"apl": 1}),
        httpx.Request("DELETE", "https://a/v1/query/_apl"),
        httpx.Request("GET", "https://a/v3/datasets"),
    ):
        with pytest.raises(Exception, match=r"no |not one of|not of type|required"):
            service._checked(wrong)
