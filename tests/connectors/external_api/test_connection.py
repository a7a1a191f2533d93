"""What an owner fills in, what it makes of the tool, and what is tested before it is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from bot.connectors.base import Access
from bot.connectors.catalogue import describe
from bot.connectors.errors import NotAllowed, NotFound, NotSignedIn, Unavailable
from bot.connectors.external_api import ExternalApi
from tests.connectors.external_api.support import KEY, connect
from tests.connectors.helpers import run
from tests.connectors.network import Names, fresh, site

BASE = "https://api.example.com/v1"
REQUEST = ExternalApi.tools["request"]


def answering(response: web.Response) -> Any:
    async def handler(request: web.Request) -> web.Response:
        return fresh(response)

    return site(handler)


class TestTheForm:
    @pytest.mark.parametrize(
        ("given", "missing"),
        [
            ({"auth": "bearer"}, "token"),
            ({"auth": "api_key", "name": "X-Key"}, "value"),
            ({"auth": "api_key", "value": "v"}, "name"),
            ({"auth": "basic", "user": "ana"}, "password"),
            ({"auth": "basic", "password": "p"}, "user"),
            ({"auth": "query", "name": "key"}, "value"),
            ({"auth": "magic"}, "auth"),
            ({"auth": "api_key", "name": "Host", "value": "v"}, "name"),
            ({"auth": "api_key", "name": "X Key", "value": "v"}, "name"),
            ({"auth": "api_key", "name": "X-Key", "value": "a\nb"}, "value"),
            ({"auth": "bearer", "token": "ü"}, "token"),
            ({"auth": "none", "docs_url": "https://docs.example@evil.example/"}, "docs_url"),
            ({"auth": "none", "description": "x" * 2001}, "description"),
        ],
    )
    def test_says_at_the_field_what_is_missing_or_wrong(
        self, given: dict[str, Any], missing: str
    ) -> None:
        with pytest.raises(ValidationError) as caught:
            ExternalApi.Credentials(base_url=BASE, **given)
        assert [error["loc"] for error in caught.value.errors()] == [(missing,)]

    @pytest.mark.parametrize(
        "given",
        [
            {"auth": "bearer", "token": "t"},
            {"auth": "api_key", "name": "X-Key", "value": "v"},
            {"auth": "api_key", "name": "Authorization", "value": "Token v"},
            {"auth": "basic", "user": "ana", "password": "pässword"},
            {"auth": "query", "name": "key", "value": "ü"},
            {"auth": "none", "docs_url": "https://docs.example/api?version=2"},
        ],
    )
    def test_takes_each_kind_of_sign_in(self, given: dict[str, Any]) -> None:
        form = ExternalApi.Credentials(base_url=BASE, **given)
        assert form.sign_in.secrets or given["auth"] == "none"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("allowed_private_hosts", "http://localhost"),
            ("allowed_private_hosts", "localhost:8080"),
            ("allowed_private_hosts", "*.example.com"),
            ("allowed_private_hosts", "10.0.0.0/8"),
            ("reads", "DELETE /search"),
            ("reads", "GET /search"),
            ("reads", "POST search"),
            ("reads", "POST /a/../b"),
            ("reads", "/search"),
        ],
    )
    def test_refuses_settings_that_would_mean_something_else(self, name: str, value: str) -> None:
        with pytest.raises(ValidationError):
            ExternalApi.Settings(**{name: value})


class TestAccess:
    def needed(self, reads: str = "", /, **arguments: Any) -> Access:
        return REQUEST.access_for(ExternalApi.Settings(reads=reads), REQUEST.parse(arguments))

    @pytest.mark.parametrize(
        ("method", "level"),
        [
            ("GET", Access.READ),
            ("HEAD", Access.READ),
            ("POST", Access.WRITE),
            ("PUT", Access.WRITE),
            ("PATCH", Access.WRITE),
            ("DELETE", Access.FULL),
        ],
    )
    def test_goes_by_the_method(self, method: str, level: Access) -> None:
        assert self.needed(method=method, path="/x") is level

    def test_is_printed_by_method(self) -> None:
        [printed] = [t for t in describe(ExternalApi)["tools"] if t["name"].endswith("request")]
        assert printed["access"] == "by_method"
        assert printed["by_method"] == {
            "GET": "read",
            "HEAD": "read",
            "POST": "write",
            "PUT": "write",
            "PATCH": "write",
            "DELETE": "full",
        }
        assert "by_method" not in describe(ExternalApi)["tools"][1]

    @pytest.mark.parametrize("path", ["/search", "search", "/search?page=2"])
    def test_of_a_pair_that_an_owner_allowed_is_read(self, path: str) -> None:
        assert self.needed("POST /search, PUT /v2/find", method="POST", path=path) is Access.READ

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("PUT", "/search"),
            ("DELETE", "/search"),
            ("POST", "/search/"),
            ("POST", "/search/all"),
            ("POST", "/Search"),
            ("POST", "/searches"),
            ("POST", "//search"),
            ("POST", "/x/../search"),
            ("POST", "/%73earch"),
        ],
    )
    def test_of_anything_beside_such_a_pair_is_not(self, method: str, path: str) -> None:
        assert self.needed("POST /search", method=method, path=path) > Access.READ

    def test_is_offered_from_reading_and_knows_its_levels(self) -> None:
        assert REQUEST.access is Access.READ
        assert REQUEST.levels == {Access.READ, Access.WRITE, Access.FULL}

    async def test_makes_a_refused_search_an_answer_and_no_error(self) -> None:
        async with answering(web.json_response({"error": "bad field"}, status=400)) as server:
            connector = connect(server.url, reads="POST /search")
            result = await run(connector, "request", method="POST", path="/search", body={})
        assert "bad field" in result.text


class TestWhatTheToolSaysOfItself:
    def test_holds_the_owners_description_and_no_secret(self) -> None:
        said = connect(
            BASE,
            auth="bearer",
            token=KEY,
            label="Billing",
            description=f"Invoices and refunds. Never {KEY}.",
            docs_url="https://docs.example.com/",
            reads="POST /search",
        ).about()
        assert "Billing at https://api.example.com/v1." in said
        assert "Invoices and refunds." in said
        assert "at https://docs.example.com/. read_docs reads it" in said
        assert "POST /search" in said
        assert KEY not in said

    def test_is_short_where_nothing_was_filled_in(self) -> None:
        assert connect(BASE).about() == "This API at https://api.example.com/v1."


class TestTheCheck:
    async def test_sends_one_request_to_the_base_url(self) -> None:
        async with answering(web.Response(text="hi")) as server:
            health = await connect(f"{server.url}/v1", label="Billing").check()
        assert health.account == "Billing (answered with HTTP status 200)"
        assert [(r.method, r.path) for r in server.requests] == [("GET", "/v1")]

    async def test_takes_404_for_an_answer(self) -> None:
        async with answering(web.Response(status=404)) as server:
            assert "404" in (await connect(server.url).check()).account

    @pytest.mark.parametrize(
        ("status", "kind", "words"),
        [
            (401, NotSignedIn, "does not accept this connection's sign-in"),
            (403, NotAllowed, "may not do this"),
            (502, Unavailable, "HTTP status 502"),
        ],
    )
    async def test_tells_wrong_keys_missing_rights_and_trouble_apart(
        self, status: int, kind: type[Exception], words: str
    ) -> None:
        async with answering(web.Response(status=status)) as server:
            with pytest.raises(kind, match=words):
                await connect(server.url, auth="bearer", token=KEY).check()

    async def test_tells_a_host_that_does_not_exist(self) -> None:
        with pytest.raises(Unavailable, match=r"api.example.com could not be reached"):
            await connect(BASE, resolver=Names()).check()

    async def test_tells_a_host_that_may_not_be_reached(self) -> None:
        async with answering(web.Response()) as server:
            with pytest.raises(NotAllowed, match="An owner can allow the host"):
                await connect(f"https://localhost:{server.port}", allowed="").check()
        assert server.requests == []


OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Billing", "version": "2"},
    "servers": [{"url": "https://api.example.com/v1"}],
    "paths": {
        "/customers": {
            "parameters": [{"$ref": "#/components/parameters/Tenant"}],
            "get": {
                "summary": "List customers",
                "parameters": [{"name": "limit", "in": "query"}],
            },
            "post": {
                "summary": "Create a customer",
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/C"}}}
                },
            },
        },
        "/refunds/{id}": {"delete": {"description": "Takes a refund back.\nFor good."}},
        "/broken": None,
    },
    "components": {
        "parameters": {"Tenant": {"name": "tenant", "in": "query", "required": True}},
        "schemas": {
            "C": {"type": "object", "required": ["name"], "properties": {"name": {}, "mail": {}}}
        },
    },
}
LINES = [
    "Billing 2",
    "server: https://api.example.com/v1",
    "GET /customers · List customers · query: tenant*, limit",
    "POST /customers · Create a customer · query: tenant* · body: name*, mail",
    "DELETE /refunds/{id} · Takes a refund back. For good.",
]


class TestTheDocumentation:
    async def test_as_openapi_is_cut_to_its_operations(self) -> None:
        async with answering(web.json_response(OPENAPI)) as server:
            result = await run(self.of(f"{server.url}/openapi.json"), "read_docs")
        assert result.text.splitlines() == LINES

    async def test_in_yaml_is_the_same(self) -> None:
        import yaml

        text = yaml.safe_dump(OPENAPI, sort_keys=False)
        async with answering(web.Response(text=text)) as server:
            result = await run(self.of(f"{server.url}/openapi.yaml"), "read_docs")
        assert result.text.splitlines() == LINES

    async def test_can_be_searched(self) -> None:
        async with answering(web.json_response(OPENAPI)) as server:
            result = await run(self.of(server.url), "read_docs", find="post CUSTOMER")
        assert result.text.splitlines() == [LINES[3]]

    async def test_as_a_page_becomes_its_words(self) -> None:
        page = web.Response(text="<h1>API</h1><p>Use /things</p>", content_type="text/html")
        async with answering(page) as server:
            result = await run(self.of(server.url), "read_docs")
        assert result.text == "API\nUse /things"

    async def test_that_is_long_says_what_is_missing(self) -> None:
        many = {f"/p{n}": {"get": {"summary": "x" * 80}} for n in range(500)}
        async with answering(web.json_response({**OPENAPI, "paths": many})) as server:
            result = await run(self.of(server.url), "read_docs")
        assert len(result.text.encode()) <= 8192
        assert "more lines are not shown; narrow it with find" in result.cut

    @pytest.mark.parametrize(
        "hostile",
        [
            {"openapi": "3", "paths": {"/a": {"get": {"parameters": "x", "requestBody": []}}}},
            {"openapi": "3", "paths": {"/a": {"get": {"parameters": [1, None]}}}},
            {"paths": {"/a": {"post": {"requestBody": {"$ref": "#/paths/~1a/post/requestBody"}}}}},
            {"paths": {"/a": {"post": {"requestBody": {"$ref": "#/nowhere/at/all"}}}}},
            {"paths": {"/a": {"post": {"requestBody": {"content": {"a": {"schema": []}}}}}}},
            {"paths": []},
            {"info": "x", "servers": "y", "paths": {"/a": [], "/b": {"get": 1}}},
        ],
    )
    async def test_that_is_broken_does_not_break_us(self, hostile: Any) -> None:
        async with answering(web.json_response(hostile)) as server:
            await run(self.of(server.url), "read_docs")

    async def test_that_makes_a_yaml_reader_swell_does_not(self) -> None:
        laughs = "openapi: '3'\na: &a [x, x]\n" + "".join(
            f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
            for a, b in zip("abcdefghij", "bcdefghijk", strict=True)
        )
        async with answering(web.Response(text=laughs + "paths: {/x: {get: {summary: *k}}}")) as s:
            result = await run(self.of(s.url), "read_docs")
        assert len(result.text) <= 8192

    async def test_never_gets_the_key_and_may_be_elsewhere(self) -> None:
        async with answering(web.Response(text="manual")) as server:
            sign_ins: list[dict[str, Any]] = [
                {"auth": "bearer", "token": KEY},
                {"auth": "query", "name": "key", "value": KEY},
            ]
            for sign_in in sign_ins:
                await run(self.of(server.url, **sign_in), "read_docs")
        for request in server.requests:
            assert KEY not in json.dumps(dict(request.headers)) + str(request.url)

    async def test_is_held_to_its_host_and_to_public_addresses(self) -> None:
        async def away(request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": "http://evil.example/"})

        async with site(away) as server:
            with pytest.raises(NotAllowed, match="not followed"):
                await run(self.of(server.url), "read_docs")
        names = Names({"docs.example": ["10.0.0.1"]})
        with pytest.raises(NotAllowed, match="private address"):
            await run(connect(BASE, resolver=names, docs_url="https://docs.example/"), "read_docs")

    async def test_cannot_be_requested_with_the_other_tool(self) -> None:
        async with answering(web.Response(text="manual")) as server:
            with pytest.raises(Exception, match="path"):
                await run(self.of(server.url), "request", method="GET", path=server.url)
        assert server.requests == []

    async def test_that_is_missing_is_told(self) -> None:
        with pytest.raises(NotFound, match="no documentation"):
            await run(connect(BASE), "read_docs")
        async with answering(web.Response(status=404)) as server:
            with pytest.raises(NotFound, match="404"):
                await run(self.of(server.url), "read_docs")

    @staticmethod
    def of(docs_url: str, **sign_in: Any) -> Any:
        return connect(BASE, docs_url=docs_url, **sign_in)
