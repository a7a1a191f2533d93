"""What is sent to an API, what is never sent, and what comes back. Against real servers."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from bot.connectors.errors import (
    Conflict,
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TooBig,
    Unavailable,
)
from bot.connectors.external_api import exchange
from bot.connectors.results import Change
from tests.connectors.external_api.support import KEY, connect
from tests.connectors.helpers import everything_said, look_ahead, run
from tests.connectors.network import Handler, Site, fresh, site

SIGN_INS: list[Any] = [
    pytest.param({"auth": "bearer", "token": KEY}, id="bearer"),
    pytest.param({"auth": "api_key", "name": "X-Api-Key", "value": KEY}, id="api_key"),
    pytest.param({"auth": "basic", "user": "ana", "password": KEY}, id="basic"),
    pytest.param({"auth": "query", "name": "api_key", "value": KEY}, id="query"),
    pytest.param({"auth": "none"}, id="none"),
]


@pytest.fixture
async def serve() -> AsyncIterator[Any]:
    async with AsyncExitStack() as stack:

        async def start(answer: Handler | web.Response | None = None) -> Site:
            async def handler(request: web.Request) -> web.StreamResponse:
                if answer is None:
                    return web.json_response({"ok": True})
                return fresh(answer) if isinstance(answer, web.Response) else await answer(request)

            return await stack.enter_async_context(site(handler))

        yield start


class TestSigningIn:
    @pytest.mark.parametrize("sign_in", SIGN_INS)
    async def test_is_added_to_each_request(self, serve: Any, sign_in: dict[str, Any]) -> None:
        server = await serve()
        await run(connect(server.url, **sign_in), "request", method="GET", path="/a?x=1")
        [request] = server.requests
        packed = base64.b64encode(f"ana:{KEY}".encode()).decode()
        expected = {
            "bearer": (f"Bearer {KEY}", None, None),
            "api_key": (None, KEY, None),
            "basic": (f"Basic {packed}", None, None),
            "query": (None, None, KEY),
            "none": (None, None, None),
        }[sign_in["auth"]]
        got = (request.headers.get("Authorization"), request.headers.get("X-Api-Key"))
        assert (*got, request.query.get("api_key")) == expected
        assert request.query["x"] == "1"

    @pytest.mark.parametrize("sign_in", SIGN_INS[:4])
    async def test_leaves_no_trace_in_what_is_shown_even_if_the_answer_repeats_it(
        self, serve: Any, sign_in: dict[str, Any]
    ) -> None:
        async def echo(request: web.Request) -> web.Response:
            said = {
                "url": str(request.url),
                "raw": request.raw_path,
                "headers": dict(request.headers),
                "key": KEY,
            }
            link = f'<{request.url}>; rel="next"'
            return web.json_response(said, headers={"Link": link, "ETag": KEY})

        server = await serve(echo)
        connector = connect(server.url, **sign_in)
        result = await run(connector, "request", method="GET", path="/a", query={"q": "x"})
        said = everything_said(result) + connector.about()
        assert "[redacted]" in said
        for form in (KEY, json.dumps(KEY)[1:-1], "k3y-of-the-tests%2F%2B%3D", "k3y-of-the-tests"):
            assert form not in said

    async def test_leaves_no_trace_in_the_preview_or_an_error(self, serve: Any) -> None:
        server = await serve(web.json_response({"message": f"bad {KEY}"}, status=400))
        connector = connect(server.url, auth="query", name="key", value=KEY)
        call = {"method": "POST", "path": "/a", "body": {"copy": KEY}}
        preview = await look_ahead(connector, "request", **call)
        assert KEY not in everything_said(preview)
        with pytest.raises(Invalid, match="bad \\[redacted\\]") as caught:
            await run(connector, "request", **call)
        assert KEY not in str(caught.value)

    async def test_survives_a_redirect_and_the_recorded_address_does_not_show_it(
        self, serve: Any
    ) -> None:
        async def move(request: web.Request) -> web.Response:
            if request.path == "/v1/old":
                # As some do: the whole address again, with our key in it.
                return web.Response(
                    status=302, headers={"Location": f"/v1/new?{request.query_string}"}
                )
            return web.json_response({})

        server = await serve(move)
        connector = connect(f"{server.url}/v1", auth="query", name="key", value=KEY)
        result = await run(connector, "request", method="GET", path="/old", query={"a": "b"})
        assert [r.query.getall("key") for r in server.requests] == [[KEY], [KEY]]
        assert result.data["url"] == f"{server.url}/v1/new?a=b"


class TestWhatAnAgentCannotSet:
    @pytest.mark.parametrize(
        "name",
        """
        Authorization authorization AUTHORIZATION Cookie cookie2 Host Transfer-Encoding
        transfer_encoding Content-Length content_length Connection Keep-Alive Upgrade TE Trailer
        Proxy-Authorization Proxy-Connection proxy-x Expect Accept-Encoding Content-Encoding
        X-Api-Key x-api-key x_api_key X-HTTP-Method-Override X-Method-Override X-HTTP-Method
        X-Original-URL X-Rewrite-URL X-Forwarded-Host X-Forwarded-For Forwarded Content-Type
        """.split(),
    )
    async def test_a_header(self, serve: Any, name: str) -> None:
        server = await serve()
        connector = connect(server.url, auth="api_key", name="X-Api-Key", value=KEY)
        with pytest.raises(Invalid, match=name):
            await run(connector, "request", method="GET", path="/", headers={name: "x"})
        assert server.requests == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("X-A", "b\r\nHost: evil"),
            ("X-A", "b\nX-Api-Key: evil"),
            ("X-A", "b\rc"),
            ("X-A", "b\x00c"),
            ("X-A", "b\u010d\u010ac"),
            ("X-A", "ü"),
            ("X-A: b\r\nX-B", "c"),
            ("X-A ", "b"),
            (" X-A", "b"),
            ("X:A", "b"),
            ("", "b"),
            ("Ｘ", "b"),
        ],
    )
    async def test_a_header_that_ends_its_line(self, serve: Any, name: str, value: str) -> None:
        server = await serve()
        with pytest.raises(Invalid):
            await run(connect(server.url), "request", method="GET", path="/", headers={name: value})
        assert server.requests == []

    @pytest.mark.parametrize(
        "query",
        [
            {"api_key": "x"},
            {"API_KEY": "x"},
            {"api_key[]": "x"},
            {"api_key[a]": "x"},
            {" api_key": "x"},
            {"_method": "DELETE"},
        ],
    )
    async def test_a_parameter(self, serve: Any, query: dict[str, str]) -> None:
        server = await serve()
        connector = connect(server.url, auth="query", name="api_key", value=KEY)
        with pytest.raises(Invalid):
            await run(connector, "request", method="GET", path="/", query=query)
        assert server.requests == []

    @pytest.mark.parametrize("path", ["/a?api_key=x", "/a?b=1&api%5Fkey=x", "/a?_method=DELETE"])
    async def test_a_parameter_hidden_in_the_path(self, serve: Any, path: str) -> None:
        server = await serve()
        connector = connect(server.url, auth="query", name="api_key", value=KEY)
        with pytest.raises(Invalid):
            await run(connector, "request", method="GET", path=path)
        assert server.requests == []

    async def test_a_parameter_behind_a_semicolon(self, serve: Any) -> None:
        server = await serve()
        connector = connect(server.url, auth="query", name="api_key", value=KEY)
        await run(connector, "request", method="GET", path="/a?b=1;api_key=x")
        assert server.requests[0].query.getall("api_key") == [KEY]
        assert server.requests[0].query["b"] == "1;api_key=x"

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ("a=1&_method=DELETE", "application/x-www-form-urlencoded"),
            ("%5Fmethod=DELETE", "application/x-www-form-urlencoded"),
            ({"_method": "DELETE"}, None),
            ('--x\r\nContent-Disposition: form-data; name="_method"', "multipart/form-data"),
        ],
    )
    async def test_another_method_by_the_body(
        self, serve: Any, body: Any, content_type: str | None
    ) -> None:
        server = await serve()
        with pytest.raises(Invalid, match="_method"):
            await run(
                connect(server.url),
                "request",
                method="POST",
                path="/",
                body=body,
                content_type=content_type,
            )
        assert server.requests == []

    @pytest.mark.parametrize("kind", ["a", "text/plain\r\nX: y", "text/plain; a=b\n", "a/b, c/d"])
    async def test_a_content_type_that_is_none(self, serve: Any, kind: str) -> None:
        server = await serve()
        with pytest.raises(Invalid, match="media type"):
            await run(
                connect(server.url),
                "request",
                method="POST",
                path="/",
                body="x",
                content_type=kind,
            )
        assert server.requests == []

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_a_body_where_there_is_none(self, serve: Any, method: str) -> None:
        server = await serve()
        with pytest.raises(Invalid, match="use query"):
            await run(connect(server.url), "request", method=method, path="/", body={"a": 1})

    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "get", "PURGE", "GET /x"])
    def test_another_method(self, method: str) -> None:
        with pytest.raises(Invalid, match="method"):
            connect("https://a.example").tools["request"].parse({"method": method, "path": "/"})

    async def test_characters_that_cannot_be_sent(self, serve: Any) -> None:
        server = await serve()
        for extra in ({"query": {"a": "\ud800"}}, {"body": "\udfff"}, {"body": {"a": "\ud800"}}):
            with pytest.raises(Invalid, match="cannot be sent"):
                await run(connect(server.url), "request", method="POST", path="/", **extra)

    async def test_too_much(self, serve: Any) -> None:
        server = await serve()
        with pytest.raises(Invalid, match="too large"):
            await run(connect(server.url), "request", method="POST", path="/", body="x" * 70_000)
        with pytest.raises(Invalid, match="too long"):
            await run(connect(server.url), "request", method="GET", path="/" + "x" * 9000)


class TestARequest:
    async def test_has_query_headers_and_a_json_body(self, serve: Any) -> None:
        server = await serve()
        await run(
            connect(f"{server.url}/v1/"),
            "request",
            method="PUT",
            path="items/7",
            query={"tag": ["a", "b"], "n": 5, "dry": True, "q": "x&y"},
            headers={"accept": "application/vnd.acme+json", "X-Trace": "t"},
            body={"name": "Ü"},
        )
        [request] = server.requests
        assert (request.method, request.path) == ("PUT", "/v1/items/7")
        assert request.query.getall("tag") == ["a", "b"]
        assert (request.query["n"], request.query["dry"], request.query["q"]) == (
            "5",
            "true",
            "x&y",
        )
        assert request.headers.getall("Accept") == ["application/vnd.acme+json"]
        assert request.headers["Content-Type"] == "application/json"
        assert json.loads(server.bodies[0]) == {"name": "Ü"}

    async def test_may_have_a_body_of_another_kind(self, serve: Any) -> None:
        server = await serve()
        await run(
            connect(server.url),
            "request",
            method="POST",
            path="/",
            body="a=1&b=2",
            content_type="application/x-www-form-urlencoded; charset=utf-8",
        )
        assert server.bodies == [b"a=1&b=2"]
        assert server.requests[0].headers["Content-Type"].startswith("application/x-www-form")

    async def test_is_sent_once_even_if_it_fails(self, serve: Any) -> None:
        server = await serve(web.Response(status=503))
        with pytest.raises(Unavailable):
            await run(connect(server.url), "request", method="POST", path="/")
        assert len(server.requests) == 1


class TestAnAnswer:
    async def test_in_json_is_laid_out(self, serve: Any) -> None:
        server = await serve(web.json_response([{"id": 1}, {"id": 2}], headers={"X-Total": "9"}))
        result = await run(connect(server.url), "request", method="GET", path="/items")
        assert result.text == '[\n {\n  "id": 1\n },\n {\n  "id": 2\n }\n]'
        assert result.data["status"] == 200
        assert result.data["items"] == 2
        assert result.data["headers"]["x-total"] == "9"
        assert result.cut == ""

    async def test_that_is_long_is_cut_at_8_kb_and_says_so(self, serve: Any) -> None:
        server = await serve(web.json_response([{"id": n, "name": "é" * 20} for n in range(1000)]))
        result = await run(connect(server.url), "request", method="GET", path="/items")
        assert 8000 < len(result.text.encode()) <= 8192
        assert result.data["items"] == 1000
        assert "shown up to 8 KB" in result.cut

    async def test_that_is_huge_is_not_read_to_its_end(self, serve: Any) -> None:
        written = 0

        async def flood(request: web.Request) -> web.StreamResponse:
            nonlocal written
            response = web.StreamResponse(headers={"Content-Type": "text/plain"})
            await response.prepare(request)
            while written < 200_000_000:
                await response.write(b"x" * 100_000)
                written += 100_000
            return response

        server = await serve(flood)
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert "more than 262144 bytes" in result.cut
        assert len(result.text) == 8192
        assert written < 100_000_000

    async def test_that_unpacks_to_much_more_is_not_unpacked_to_its_end(self, serve: Any) -> None:
        bomb = gzip.compress(b"x" * 50_000_000, 9)
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/plain"}
        server = await serve(web.Response(body=bomb, headers=headers))
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert "more than 262144 bytes" in result.cut

    async def test_that_is_packed_is_unpacked(self, serve: Any) -> None:
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        server = await serve(web.Response(body=gzip.compress(b'{"a": 1}'), headers=headers))
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert result.text == '{\n "a": 1\n}'

    async def test_that_nests_deeply_stays_small(self, serve: Any) -> None:
        deep = "[" * 900 + ",".join("1" for _ in range(60_000)) + "]" * 900
        server = await serve(web.Response(text=deep, content_type="application/json"))
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert len(result.text) <= 8192

    async def test_that_never_ends_is_given_up_in_time(
        self, serve: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def drip(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"x")
            await asyncio.Event().wait()
            return response

        assert exchange.TIMEOUT == 15.0
        monkeypatch.setattr(exchange, "TIMEOUT", 0.2)
        server = await serve(drip)
        with pytest.raises(Unavailable, match="did not answer within"):
            await run(connect(server.url), "request", method="GET", path="/")

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
            (b"\xff\xfe\xfd\x80\x81", "application/octet-stream"),
            (b"PK\x03\x04\x00", "application/zip"),
        ],
    )
    async def test_that_is_binary_is_named_and_not_shown(
        self, serve: Any, body: bytes, kind: str
    ) -> None:
        server = await serve(web.Response(body=body, content_type=kind))
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert result.text == ""
        assert f"binary ({kind}, {len(body)} bytes)" in result.cut

    async def test_in_a_packing_that_we_do_not_know_is_binary(self, serve: Any) -> None:
        headers = {"Content-Encoding": "br", "Content-Type": "application/json"}
        server = await serve(web.Response(body=b"\x8b\x03\x80", headers=headers))
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert "binary" in result.cut

    async def test_that_is_a_page_becomes_its_words(self, serve: Any) -> None:
        page = "<html><head><style>p{}</style></head><body><h1>Sign in</h1><script>x<y</script>"
        server = await serve(
            web.Response(text=page + "<p>to &amp; fro</p>", content_type="text/html")
        )
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert result.text == "Sign in\nto & fro"
        assert result.data["type"] == "text/html"

    async def test_in_another_alphabet_is_read_as_it_says(self, serve: Any) -> None:
        headers = {"Content-Type": "text/plain; charset=iso-8859-1"}
        server = await serve(web.Response(body="Grüße".encode("latin-1"), headers=headers))
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert result.text == "Grüße"

    async def test_to_head_has_no_body(self, serve: Any) -> None:
        server = await serve()
        result = await run(connect(server.url), "request", method="HEAD", path="/")
        assert (result.text, result.data["status"]) == ("", 200)

    async def test_never_brings_cookies_out(self, serve: Any) -> None:
        server = await serve(web.Response(text="x", headers={"Set-Cookie": "session=s3cr3t"}))
        result = await run(connect(server.url), "request", method="GET", path="/")
        assert "s3cr3t" not in everything_said(result)

    async def test_to_a_read_that_finds_nothing_is_still_an_answer(self, serve: Any) -> None:
        server = await serve(web.json_response({"error": "no customer 42"}, status=404))
        result = await run(connect(server.url), "request", method="GET", path="/customers/42")
        assert result.data["status"] == 404
        assert "no customer 42" in result.text


class TestAFailure:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (301, Unavailable),
            (307, Conflict),
            (308, Conflict),
            (400, Invalid),
            (401, NotSignedIn),
            (403, NotAllowed),
            (404, NotFound),
            (409, Conflict),
            (413, TooBig),
            (422, Invalid),
            (429, Throttled),
            (500, Unavailable),
            (503, Unavailable),
        ],
    )
    async def test_of_a_write_is_never_taken_for_done(
        self, serve: Any, status: int, kind: type[ConnectorError]
    ) -> None:
        headers = {"Location": "/elsewhere"} if status < 400 else {}
        server = await serve(web.json_response({"message": "no."}, status=status, headers=headers))
        with pytest.raises(kind) as caught:
            await run(connect(server.url), "request", method="POST", path="/a", body={})
        assert type(caught.value) is kind
        assert len(server.requests) == 1

    async def test_may_be_a_redirect_to_the_result_of_a_write(self, serve: Any) -> None:
        server = await serve(web.Response(status=303, headers={"Location": "/jobs/1"}))
        result = await run(connect(server.url), "request", method="POST", path="/jobs")
        assert result.data["headers"]["location"] == "/jobs/1"
        assert len(server.requests) == 1

    async def test_says_when_to_come_back(self, serve: Any) -> None:
        server = await serve(web.Response(status=429, headers={"Retry-After": "7"}))
        with pytest.raises(Throttled, match="in 7 seconds") as caught:
            await run(connect(server.url), "request", method="GET", path="/")
        assert caught.value.wait == 7.0

    async def test_by_redirects_in_a_circle_comes_to_an_end(self, serve: Any) -> None:
        server = await serve(web.Response(status=302, headers={"Location": "/again"}))
        with pytest.raises(Unavailable, match="redirected more than 5 times"):
            await run(connect(server.url), "request", method="GET", path="/")
        assert len(server.requests) == 6

    async def test_to_connect_says_that_nothing_was_sent(self, serve: Any) -> None:
        async with site(lambda request: asyncio.sleep(0)) as gone:  # type: ignore[arg-type, return-value]
            url = gone.url
        with pytest.raises(Unavailable, match=r"127.0.0.1 could not be reached") as caught:
            await run(connect(url), "request", method="POST", path="/")
        assert caught.value.sent is False

    async def test_without_tls_where_nobody_allowed_it(self) -> None:
        with pytest.raises(NotAllowed, match="not encrypted"):
            await run(connect("http://a.example"), "request", method="GET", path="/")


class TestThePreview:
    async def test_shows_all_that_would_be_sent_and_sends_nothing(self, serve: Any) -> None:
        server = await serve()
        preview = await look_ahead(
            connect(f"{server.url}/v1", auth="bearer", token=KEY),
            "request",
            method="POST",
            path="/refunds",
            query={"dry": False},
            headers={"X-Reason": "double"},
            body={"amount": 5},
        )
        assert preview.resource == f"POST {server.url}/v1/refunds?dry=false"
        assert list(preview.changes) == [
            Change("X-Reason", "", "double"),
            Change("Content-Type", "", "application/json"),
            Change("body", "", '{"amount": 5}'),
        ]
        assert (preview.state, preview.obstacle, preview.done) == ("", "", None)
        assert server.requests == []

    async def test_refuses_what_could_not_be_sent(self) -> None:
        connector = connect("https://a.example/v1")
        with pytest.raises(Invalid):
            await look_ahead(connector, "request", method="DELETE", path="/../admin")
        with pytest.raises(Invalid):
            await look_ahead(
                connector, "request", method="POST", path="/", headers={"Host": "evil.example"}
            )
