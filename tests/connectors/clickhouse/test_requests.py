"""What is sent to ClickHouse and how its failures are told; answers are handed in."""

from __future__ import annotations

import httpx
import pytest

from bot.connectors.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TooBig,
    Unavailable,
)
from tests.connectors.clickhouse.conftest import mocked
from tests.connectors.helpers import Service, rows, run

ONE = httpx.Response(200, json={"meta": [{"name": "one", "type": "UInt8"}], "data": [[1]]})


async def test_a_query_goes_as_text_with_read_only_settings_and_no_secret_in_its_address() -> None:
    service = Service(ONE)
    assert await rows(mocked(service), "run_query", sql="select 1 as one") == [{"one": 1}]
    [request] = service.requests
    query = dict(request.url.params)
    assert request.method == "POST"
    assert request.content == b"SELECT 1 AS one LIMIT 101"
    assert request.headers["X-ClickHouse-User"] == "default"
    assert request.headers["X-ClickHouse-Key"] == "secret-password"
    assert query["readonly"] == "1"
    assert query["max_result_rows"] == "101"
    assert query["result_overflow_mode"] == "break"
    assert query["max_execution_time"] == "15"
    assert query["cancel_http_readonly_queries_on_client_close"] == "1"
    assert query["default_format"] == "JSONCompact"
    assert "secret" not in str(request.url)


async def test_a_profile_that_takes_no_settings_is_asked_without() -> None:
    refusal = httpx.Response(
        500, text="Code: 164. DB::Exception: Cannot modify 'readonly' setting in readonly mode."
    )
    service = Service(refusal, refusal, refusal, ONE)
    assert await rows(mocked(service), "run_query", sql="select 1 as one") == [{"one": 1}]
    assert set(service.requests[-1].url.params) == {"database", "default_format"}


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (403, "Code: 516. DB::Exception: reader: Authentication failed", NotSignedIn),
        (401, "", NotSignedIn),
        (500, "Code: 497. DB::Exception: Not enough privileges", NotAllowed),
        (500, "Code: 164. DB::Exception: Cannot execute query in readonly mode", NotAllowed),
        (404, "Code: 60. DB::Exception: Table x does not exist", NotFound),
        (400, "Code: 62. DB::Exception: Syntax error", Invalid),
        (500, "Code: 47, e.displayText() = DB::Exception: Missing columns: 'x'", Invalid),
        (408, "Code: 159. DB::Exception: Timeout exceeded", TooBig),
        (500, "Code: 241. DB::Exception: Memory limit exceeded", TooBig),
        (500, "Code: 202. DB::Exception: Too many simultaneous queries", Throttled),
        (200, '{"meta": [], "data": [Code: 159. DB::Exception: Timeout exceeded', TooBig),
        (200, "<html>sign in</html>", Unavailable),
        (200, '{"hello": 1}', Unavailable),
        (502, "bad gateway", Unavailable),
        (302, "", Unavailable),
    ],
)
async def test_failures_are_told_apart(status: int, text: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        await run(mocked(Service(httpx.Response(status, text=text))), "run_query", sql="select 1")
    assert "secret" not in str(caught.value)


async def test_an_unknown_setting_never_leads_to_a_query_without_readonly() -> None:
    unknown = httpx.Response(404, text="Code: 115. DB::Exception: Unknown setting x")
    service = Service(unknown)
    with pytest.raises(Invalid, match="Unknown setting"):
        await run(mocked(service), "run_query", sql="select 1")
    assert [request.url.params["readonly"] for request in service.requests] == ["1", "1"]


async def test_a_redirect_is_not_followed() -> None:
    service = Service(httpx.Response(302, headers={"Location": "http://evil.example/"}), ONE)
    with pytest.raises(Unavailable):
        await run(mocked(service), "run_query", sql="select 1")
    assert len(service.requests) == 1


async def test_an_answer_that_is_too_large_is_not_taken() -> None:
    service = Service(httpx.Response(200, content=b" " * 5_000_000))
    with pytest.raises(TooBig, match="more than 4 MB"):
        await run(mocked(service), "run_query", sql="select 1")


async def test_a_server_that_is_something_else_is_told_before_the_password_is_sent() -> None:
    service = Service(httpx.Response(200, text="Welcome to nginx"))
    with pytest.raises(Unavailable, match="not ClickHouse's HTTP interface"):
        await mocked(service).check()
    assert "X-ClickHouse-Key" not in service.requests[0].headers


async def test_a_user_that_sees_no_table_is_told() -> None:
    version = httpx.Response(200, json={"meta": [], "data": [["26.9", "reader"]]})
    nothing = httpx.Response(200, json={"meta": [], "data": []})
    service = Service(httpx.Response(200, text="Ok.\n"), version, nothing)
    with pytest.raises(NotAllowed, match="reader sees no table"):
        await mocked(service).check()


@pytest.mark.parametrize("problem", [httpx.ReadTimeout("x"), httpx.ReadError("x")])
async def test_a_dead_server_is_told(problem: Exception) -> None:
    with pytest.raises(Unavailable):
        await run(mocked(Service(problem)), "run_query", sql="select 1")
