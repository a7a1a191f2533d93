"""What every HTTP connector promises about a service that answers, fails, stalls or lies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import stamina

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
from bot.connectors.http import LONGEST_WAIT, MAX_BODY, TIMEOUT, ServiceClient, plain_words
from tests.connectors.helpers import Service

PAGE = httpx.Response(200, html="<html><body>Please sign in</body></html>")


def client(service: Service, **options: Any) -> ServiceClient:
    options = {"base_url": "https://api.example.com/", **options}
    return ServiceClient(service="Acme", client=service.client, **options)


def failed(status: int, body: Any = None, **headers: str) -> httpx.Response:
    content = b"" if body is None else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers=headers)


class TestAGoodAnswer:
    async def test_is_given_as_parsed_json(self) -> None:
        service = Service(httpx.Response(200, json={"ok": [1]}))
        assert await client(service).get("/things") == {"ok": [1]}

    @pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200)])
    async def test_without_a_body_is_none(self, answer: httpx.Response) -> None:
        assert await client(Service(answer)).delete("/things/1") is None

    async def test_is_asked_for_with_our_headers_at_our_address(self) -> None:
        service = Service(httpx.Response(200, json={}))
        await client(service, headers={"Authorization": "Bearer t0ken"}).get("/things")
        [request] = service.requests
        assert str(request.url) == "https://api.example.com/things"
        assert request.headers["Authorization"] == "Bearer t0ken"

    async def test_is_asked_for_without_the_parameters_that_are_none(self) -> None:
        service = Service(httpx.Response(200, json={}))
        await client(service).get("/things", {"open": True, "old": False, "team": None, "n": 3})
        assert dict(service.requests[0].url.params) == {"open": "true", "old": "false", "n": "3"}

    @pytest.mark.parametrize("verb", ["post", "patch"])
    async def test_to_a_write_gets_its_body_as_json(self, verb: str) -> None:
        service = Service(httpx.Response(201, json={}))
        await getattr(client(service), verb)("/things", {"name": "a"})
        [request] = service.requests
        assert request.method == verb.upper()
        assert request.headers["Content-Type"] == "application/json"
        assert json.loads(request.content) == {"name": "a"}


class TestAnErrorStatus:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, Invalid),
            (401, NotSignedIn),
            (403, NotAllowed),
            (404, NotFound),
            (409, Conflict),
            (413, TooBig),
            (418, Unavailable),
            (422, Invalid),
            (429, Throttled),
            (500, Unavailable),
            (503, Unavailable),
        ],
    )
    async def test_becomes_an_error_of_its_kind_that_names_the_service(
        self, status: int, kind: type[ConnectorError]
    ) -> None:
        with pytest.raises(kind) as caught:
            await client(Service(failed(status))).get("/things")
        assert type(caught.value) is kind
        assert "Acme" in caught.value.message

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
    async def test_repeats_the_words_of_the_service(self, status: int) -> None:
        with pytest.raises(ConnectorError, match="the moon is full"):
            await client(Service(failed(status, {"message": "the moon is full"}))).get("/things")

    @pytest.mark.parametrize("status", [401, 403, 404, 413, 429, 500])
    async def test_says_what_to_do_next(self, status: int) -> None:
        with pytest.raises(ConnectorError) as caught:
            await client(Service(failed(status))).get("/things")
        assert caught.value.remedy

    async def test_shortens_what_the_service_says_at_length(self) -> None:
        with pytest.raises(Invalid) as caught:
            await client(Service(failed(400, {"message": "x" * 5_000}))).get("/things")
        assert len(str(caught.value)) < 400

    async def test_is_explained_by_the_connector(self) -> None:
        def explain(status: int, body: Any) -> tuple[str, dict[str, str]]:
            return f"no {body['why']} at {status}", {"name": "is taken"}

        with pytest.raises(Invalid) as caught:
            await client(Service(failed(422, {"why": "luck"})), explain=explain).post("/things")
        assert "no luck at 422" in caught.value.message
        assert caught.value.fields == {"name": "is taken"}

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ({"message": "a"}, "a"),
            ({"error": "b"}, "b"),
            ({"detail": "c"}, "c"),
            ({"errors": "d"}, "d"),
            ({"errors": {"not": "words"}}, ""),
            (["neither"], ""),
            (None, ""),
        ],
    )
    async def test_without_an_explanation_of_its_own_is_read_for_the_usual_words(
        self, body: Any, words: str
    ) -> None:
        assert plain_words(400, body) == (words, {})

    async def test_with_a_web_page_is_still_the_kind_of_its_status(self) -> None:
        with pytest.raises(Unavailable, match="502"):
            await client(Service(httpx.Response(502, html="<html>Bad Gateway</html>"))).get("/x")

    async def test_404_with_a_web_page_hints_at_the_address(self) -> None:
        with pytest.raises(NotFound, match="address of the connection may be wrong"):
            await client(Service(httpx.Response(404, html="<html>Nope</html>"))).get("/x")


class TestAnAnswerThatIsNotOurs:
    async def test_a_web_page_is_named_as_such(self) -> None:
        with pytest.raises(Unavailable, match="a web page instead of data") as caught:
            await client(Service(PAGE)).get("/things")
        assert "Please sign in" not in str(caught.value)

    async def test_broken_json_is_named_as_such(self) -> None:
        with pytest.raises(Unavailable, match="not JSON"):
            await client(Service(httpx.Response(200, text='{"data": ['))).get("/things")

    async def test_a_redirect_is_not_followed(self) -> None:
        elsewhere = httpx.Response(302, headers={"Location": "https://evil.example.com/"})
        service = Service(elsewhere)
        with pytest.raises(Unavailable, match="redirected"):
            await client(service, headers={"Authorization": "Bearer t"}).get("/things")
        assert {request.url.host for request in service.requests} == {"api.example.com"}

    async def test_one_that_is_too_large_is_not_read_to_its_end(self) -> None:
        read = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal read
            while True:
                read += 1
                yield b"x" * 65_536

        with pytest.raises(TooBig, match="more than 4 MB"):
            await client(Service(httpx.Response(200, content=endless()))).get("/things")
        assert read * 65_536 < MAX_BODY + 1_000_000

    async def test_one_of_just_the_largest_size_is_read(self) -> None:
        text = '"' + "x" * (MAX_BODY - 2) + '"'
        assert len(await client(Service(httpx.Response(200, text=text))).get("/x")) == MAX_BODY - 2


class TestNoAnswer:
    @pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
    async def test_when_the_request_never_left_it_says_so(self, error: type[Exception]) -> None:
        with pytest.raises(
            Unavailable, match=r"could not be reached at api\.example\.com"
        ) as caught:
            await client(Service(error("boom"))).post("/things")
        assert not caught.value.sent

    @pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.WriteTimeout])
    async def test_a_stalled_service_is_told_with_how_long_we_waited(
        self, error: type[Exception]
    ) -> None:
        with pytest.raises(Unavailable, match=f"within {TIMEOUT.read:.0f} seconds") as caught:
            await client(Service(error("boom"))).post("/things")
        assert caught.value.sent

    @pytest.mark.parametrize("error", [httpx.ReadError, httpx.RemoteProtocolError])
    async def test_a_connection_that_breaks_may_have_had_its_effect(
        self, error: type[Exception]
    ) -> None:
        with pytest.raises(Unavailable, match="broke off") as caught:
            await client(Service(error("boom"))).post("/things")
        assert caught.value.sent

    async def test_every_request_has_a_timeout(self) -> None:
        service = Service(httpx.Response(200, json={}))
        await client(service).get("/things")
        assert set(service.requests[0].extensions["timeout"].values()) == {5.0, 15.0}


class TestTryingAgain:
    @pytest.mark.parametrize(
        "first",
        [failed(500), failed(502), failed(429), httpx.ReadTimeout("t"), httpx.ConnectError("c")],
        ids=["500", "502", "429", "timeout", "unreachable"],
    )
    async def test_a_read_succeeds_at_the_second_try(self, first: Any) -> None:
        service = Service(first, httpx.Response(200, json={"ok": True}))
        assert await client(service).get("/things") == {"ok": True}
        assert len(service.requests) == 2

    async def test_a_read_is_given_up_after_three(self) -> None:
        service = Service(failed(500))
        with pytest.raises(Unavailable):
            await client(service).get("/things")
        assert len(service.requests) == 3

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
    async def test_a_read_that_is_refused_is_not_repeated(self, status: int) -> None:
        service = Service(failed(status))
        with pytest.raises(ConnectorError):
            await client(service).get("/things")
        assert len(service.requests) == 1

    @pytest.mark.parametrize("verb", ["post", "patch", "delete"])
    @pytest.mark.parametrize(
        "answer",
        [failed(500), failed(429), httpx.ReadTimeout("t"), httpx.ConnectError("c")],
        ids=["500", "429", "timeout", "unreachable"],
    )
    async def test_a_write_is_sent_once_whatever_happens(self, verb: str, answer: Any) -> None:
        service = Service(answer, httpx.Response(200, json={}))
        with pytest.raises(ConnectorError):
            await getattr(client(service), verb)("/things")
        assert len(service.requests) == 1


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("headers", "wait"),
        [
            ({"Retry-After": "7"}, 7.0),
            ({}, None),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "Wed, 13 May 2026 14:21:09 GMT"}, None),
            (
                {
                    "Retry-After": "Wed, 13 May 2026 14:21:09 GMT",
                    "Date": "Wed, 13 May 2026 14:21:00 GMT",
                },
                9.0,
            ),
            (
                {
                    "Retry-After": "Wed, 13 May 2026 14:20:00 GMT",
                    "Date": "Wed, 13 May 2026 14:21:00 GMT",
                },
                0.0,
            ),
        ],
    )
    async def test_is_passed_on_in_seconds(
        self, headers: dict[str, str], wait: float | None
    ) -> None:
        with pytest.raises(Throttled) as caught:
            await client(Service(failed(429, **headers))).post("/things")
        assert caught.value.wait == wait

    async def test_is_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        waits: list[float] = []

        async def record(seconds: float, *_: object) -> None:
            waits.append(seconds)

        monkeypatch.setattr(asyncio, "sleep", record)
        service = Service(failed(429, **{"Retry-After": "7"}), httpx.Response(200, json={}))
        with stamina.set_testing(False):
            await client(service).get("/things")
        assert waits == [7.0]

    async def test_is_not_waited_for_when_too_long(self) -> None:
        service = Service(failed(429, **{"Retry-After": str(int(LONGEST_WAIT) + 1)}))
        with pytest.raises(Throttled) as caught:
            await client(service).get("/things")
        assert len(service.requests) == 1
        assert caught.value.wait == LONGEST_WAIT + 1
