"""What every Web API call goes through: tokens, scopes, arguments, limits."""

from __future__ import annotations

import json

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import APP_TOKEN, BOT_TOKEN, Workspace
from playground.workspace.manifest import parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.helpers import INCIDENTS, Clock, error_of, refusal, section


async def post(ws: Workspace, method: str, **request: object) -> Json:
    url = f"{ws.api_url}{method}"
    async with aiohttp.request("POST", url, **request) as response:  # type: ignore[arg-type]
        body: Json = await response.json()
        return body


BEARER = {"Authorization": f"Bearer {BOT_TOKEN}"}


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, "not_authed"),
        ("xoxb-something-else", "invalid_auth"),
        (APP_TOKEN, "not_allowed_token_type"),
    ],
)
async def test_a_wrong_token_opens_nothing(ws: Workspace, token: str | None, error: str) -> None:
    client = AsyncWebClient(token=token, base_url=ws.api_url)

    assert await error_of(client.chat_postMessage(channel=INCIDENTS, text="hi")) == error


async def test_a_revoked_token_is_dead(ws: Workspace, client: AsyncWebClient) -> None:
    assert (await client.auth_revoke())["revoked"] is True

    assert await error_of(client.auth_test()) == "token_revoked"


async def test_auth_test_says_who_the_token_is(ws: Workspace, client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert answer["user_id"] == "U0OPSBOT"
    assert answer["bot_id"] == "B0OPSBOT"
    assert answer["team_id"] == "T0HARBOR"
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_a_method_that_does_not_exist_is_unknown(client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"


async def test_a_missing_scope_is_named(manifest_data: Json, clock: Clock) -> None:
    manifest_data["oauth_config"]["scopes"]["bot"].remove("reactions:write")
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        ts = ws.post("ana", "#incidents", "hello")
        client = AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)

        answer = await refusal(client.reactions_add(channel=INCIDENTS, timestamp=ts, name="eyes"))

    assert (answer["error"], answer["needed"]) == ("missing_scope", "reactions:write")
    assert "chat:write" in answer["provided"]


async def test_the_scope_must_fit_the_kind_of_conversation(
    manifest_data: Json, clock: Clock
) -> None:
    manifest_data["oauth_config"]["scopes"]["bot"].remove("im:history")
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        ws.post("ana", "@ops", "hello")
        client = AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)

        answer = await refusal(client.conversations_history(channel=ws.direct("ana")))

    assert (answer["error"], answer["needed"]) == ("missing_scope", "im:history")


async def test_a_missing_argument_is_named(client: AsyncWebClient) -> None:
    answer = await refusal(client.api_call("chat.update", json={"channel": INCIDENTS}))

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: ts"]


async def test_unknown_arguments_are_tolerated(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=INCIDENTS, text="hi", team_id="T0HARBOR", tea="green")


async def test_arguments_may_come_as_query_form_or_json(ws: Workspace) -> None:
    fields = {"channel": INCIDENTS, "text": "hi"}
    ways: list[Json] = [
        {"params": fields},
        {"data": fields},
        {"json": fields},
        {"params": {"channel": INCIDENTS}, "data": {"text": "hi"}},
    ]
    for way in ways:
        assert (await post(ws, "chat.postMessage", headers=BEARER, **way))["ok"] is True

    assert [m["text"] for m in ws.messages("#incidents")] == ["hi"] * 4


async def test_blocks_may_come_as_json_text(ws: Workspace) -> None:
    data = {"channel": INCIDENTS, "text": "hi", "blocks": json.dumps([section("*hi*")])}

    answer = await post(ws, "chat.postMessage", headers=BEARER, data=data)

    assert answer["message"]["blocks"][0]["text"]["text"] == "*hi*"


async def test_a_body_that_is_not_json_is_refused(ws: Workspace) -> None:
    headers = BEARER | {"Content-Type": "application/json"}

    assert (await post(ws, "auth.test", headers=headers, data="{"))["error"] == "invalid_json"
    assert (await post(ws, "auth.test", headers=headers, data="[1]"))["error"] == "json_not_object"


async def test_the_token_may_come_as_an_argument(ws: Workspace) -> None:
    assert (await post(ws, "auth.test", data={"token": BOT_TOKEN}))["ok"] is True


async def test_posting_faster_than_slack_allows_is_limited(
    ws: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    for _ in range(5):
        await client.chat_postMessage(channel=INCIDENTS, text="hi")
    answer = await refusal(client.chat_postMessage(channel=INCIDENTS, text="hi"))

    assert answer["error"] == "ratelimited"
    last = ws.calls("chat.postMessage")[-1]
    assert last.status == 429

    clock.advance(1)
    await client.chat_postMessage(channel=INCIDENTS, text="hi again")


async def test_another_channel_is_not_limited_by_that(client: AsyncWebClient) -> None:
    for _ in range(5):
        await client.chat_postMessage(channel=INCIDENTS, text="hi")

    await client.chat_postMessage(channel="C0PRODUCT", text="hi")


async def test_a_tier_is_so_many_calls_a_minute(client: AsyncWebClient, clock: Clock) -> None:
    for _ in range(20):
        await client.users_list()
    assert await error_of(client.users_list()) == "ratelimited"

    clock.advance(60)
    await client.users_list()


async def test_limits_can_be_switched_off(ws: Workspace, client: AsyncWebClient) -> None:
    ws.services.limits.enabled = False
    for _ in range(30):
        await client.users_list()


async def test_a_rate_limit_can_be_ordered_and_the_sdk_waits_it_out(
    ws: Workspace, client: AsyncWebClient
) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    ws.fail_next("chat.postMessage", retry_after=0)

    await client.chat_postMessage(channel=INCIDENTS, text="hi")

    assert [call.status for call in ws.calls("chat.postMessage")] == [429, 200]


async def test_errors_and_broken_servers_can_be_ordered(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ws.fail_next("chat.postMessage", "is_archived")
    ws.fail_next("chat.postMessage", status=503)

    post_hi = client.chat_postMessage
    assert await error_of(post_hi(channel=INCIDENTS, text="hi")) == "is_archived"
    assert await error_of(post_hi(channel=INCIDENTS, text="hi")) == "internal_error"
    await post_hi(channel=INCIDENTS, text="hi")


async def test_distributed_apps_read_history_once_a_minute_and_fifteen_at_most(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ws.services.limits.restricted_history = True
    for number in range(20):
        ws.post("ana", "#incidents", f"message {number}")

    answer = await client.conversations_history(channel=INCIDENTS, limit=200)

    assert len(answer["messages"]) == 15
    assert await error_of(client.conversations_history(channel=INCIDENTS)) == "ratelimited"


async def test_the_journal_keeps_method_arguments_token_and_answer(
    ws: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=INCIDENTS, text="hi")

    call = ws.api_calls[-1]

    assert (call.method, call.args["text"], call.token) == ("chat.postMessage", "hi", BOT_TOKEN)
    assert call.answer["message"]["text"] == "hi"


async def test_another_host_name_gets_nothing(ws: Workspace) -> None:
    headers = {"Host": "evil.example"}
    async with aiohttp.request("GET", f"{ws.url}/", headers=headers) as response:
        assert response.status == 421


async def test_the_workspace_is_never_open_to_the_network(ws: Workspace) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        await ws.start(host="0.0.0.0")
