"""Installing by OAuth: the consent page, the code, the token."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import CLIENT_ID, CLIENT_SECRET, Workspace
from tests.playground.workspace.helpers import ANA, INCIDENTS, Clock, error_of

# slack_sdk 3.47 signs in with an aiohttp class that aiohttp 3.14 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BACK = "http://127.0.0.1:3001/slack/oauth_redirect"
ASKED = {
    "client_id": CLIENT_ID,
    "scope": "chat:write,commands",
    "state": "s-1",
    "redirect_uri": BACK,
}


async def decide(ws: Workspace, decision: str = "allow", **changes: str) -> dict[str, str]:
    """What the consent page sends back to the app."""
    form = ASKED | {"team": "T0LIGHTHOUSE", "user": ANA, "decision": decision} | changes
    url = f"{ws.url}/oauth/v2/authorize"
    async with aiohttp.request("POST", url, data=form, allow_redirects=False) as response:
        assert response.status == 302
        location = response.headers["Location"]
    assert location.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


@pytest.fixture
def stranger(ws: Workspace) -> AsyncWebClient:
    return AsyncWebClient(base_url=ws.api_url)


async def exchange(client: AsyncWebClient, code: str, secret: str = CLIENT_SECRET) -> object:
    return await client.oauth_v2_access(
        client_id=CLIENT_ID, client_secret=secret, code=code, redirect_uri=BACK
    )


async def test_the_page_says_what_the_app_wants(ws: Workspace) -> None:
    url = f"{ws.url}/oauth/v2/authorize"
    async with aiohttp.request("GET", url, params=ASKED) as response:
        page = await response.text()

    assert "Ops Crew" in page
    assert "chat:write" in page


async def test_allowing_gives_a_code_and_the_code_a_token_of_that_workspace(
    ws: Workspace, stranger: AsyncWebClient
) -> None:
    answer = await decide(ws)
    assert answer["state"] == "s-1"

    access = await stranger.oauth_v2_access(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, code=answer["code"], redirect_uri=BACK
    )

    assert access["team"] == {"id": "T0LIGHTHOUSE", "name": "Lighthouse"}
    assert access["scope"] == "chat:write,commands"
    assert access["authed_user"]["id"] == ANA
    client = AsyncWebClient(token=access["access_token"], base_url=ws.api_url)
    whoami = await client.auth_test()
    assert whoami["team_id"] == "T0LIGHTHOUSE"
    assert whoami["user_id"] == access["bot_user_id"] != "U0OPSBOT"


async def test_a_code_works_once(ws: Workspace, stranger: AsyncWebClient) -> None:
    code = (await decide(ws))["code"]
    await exchange(stranger, code)

    again = stranger.oauth_v2_access(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, code=code)

    assert await error_of(again) == "invalid_code"


async def test_a_code_lives_ten_minutes(
    ws: Workspace, stranger: AsyncWebClient, clock: Clock
) -> None:
    code = (await decide(ws))["code"]
    clock.advance(601)

    late = stranger.oauth_v2_access(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, code=code)

    assert await error_of(late) == "invalid_code"


async def test_the_secret_and_the_redirect_must_be_right(
    ws: Workspace, stranger: AsyncWebClient
) -> None:
    code = (await decide(ws))["code"]
    access = stranger.oauth_v2_access

    wrong_secret = access(client_id=CLIENT_ID, client_secret="x", code=code)
    wrong_client = access(client_id="1.2", client_secret=CLIENT_SECRET, code=code)
    wrong_place = access(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        code=code,
        redirect_uri="https://x.example",
    )

    assert await error_of(wrong_secret) == "bad_client_secret"
    assert await error_of(wrong_client) == "invalid_client_id"
    assert await error_of(wrong_place) == "bad_redirect_uri"


async def test_each_workspace_hears_of_its_own_channels_only(
    ws: Workspace, stranger: AsyncWebClient
) -> None:
    code = (await decide(ws, scope="chat:write,channels:history"))["code"]
    access = await stranger.oauth_v2_access(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, code=code
    )
    lighthouse = AsyncWebClient(token=access["access_token"], base_url=ws.api_url)
    ws.invite_bot("eve", "#lantern")

    await lighthouse.chat_postMessage(channel="C0LANTERN", text="hello")
    foreign = lighthouse.chat_postMessage(channel=INCIDENTS, text="hello")

    assert await error_of(foreign) == "channel_not_found"
    await ws.wait_for(lambda: ws.deliveries)
    assert {delivery.payload["team_id"] for delivery in ws.deliveries} == {"T0LIGHTHOUSE"}


async def test_cancelling_goes_back_without_a_code(ws: Workspace) -> None:
    assert await decide(ws, "deny") == {"error": "access_denied", "state": "s-1"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example/x"}, "bad_redirect_uri"),
        ({"redirect_uri": "https://ops.example.com.evil.example/x"}, "bad_redirect_uri"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": ""}, "no_scopes"),
    ],
)
async def test_what_was_not_registered_is_refused(
    ws: Workspace, changes: dict[str, str], error: str
) -> None:
    url = f"{ws.url}/oauth/v2/authorize"
    async with aiohttp.request("GET", url, params=ASKED | changes) as response:
        assert response.status == 400
        assert error in await response.text()


async def test_installing_again_adds_scopes(ws: Workspace, stranger: AsyncWebClient) -> None:
    await exchange(stranger, (await decide(ws))["code"])
    code = (await decide(ws, scope="im:write"))["code"]

    access = await stranger.oauth_v2_access(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, code=code
    )

    assert access["scope"] == "chat:write,commands,im:write"
