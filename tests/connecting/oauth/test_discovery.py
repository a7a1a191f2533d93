"""What servers publish of their sign-in, and what of it is not believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.connecting.oauth.discovery import Endpoints, NotDiscovered, endpoints
from bot.connecting.oauth.wire import Answer, Lost, Wire
from bot.connectors.addresses import Reach
from bot.connectors.base import Category
from bot.connectors.oauth import OAuth, vendors

URL = "https://mcp.example.com/mcp"
ISSUER = "https://login.example.org/"
MCP = OAuth(
    service="mcp",
    app="mcp",
    title="MCP",
    category=Category.MONITORING,
    resource="{url}",
    registers=True,
)
RESOURCE = {"resource": URL, "authorization_servers": [ISSUER], "scopes_supported": ["read"]}
SERVER = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://login.example.org/authorize",
    "token_endpoint": "https://login.example.org/token",
    "registration_endpoint": "https://login.example.org/register",
    "code_challenge_methods_supported": ["S256"],
    "token_endpoint_auth_methods_supported": ["none"],
}


class Documents(Wire):
    """Answers with documents by their address."""

    def __init__(self, documents: Mapping[str, Any], challenge: str = "") -> None:
        super().__init__(Reach())
        self.documents = documents
        self.challenge = challenge

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        if url == URL:
            return Answer(401, None, {"www-authenticate": self.challenge})
        if url in self.documents:
            return Answer(200, self.documents[url], {})
        if url.startswith("https://gone."):
            raise Lost("it could not be reached", sent=False)
        return Answer(404, None, {})


PLACE = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
SERVER_PLACE = "https://login.example.org/.well-known/oauth-authorization-server"


async def found(
    resource: Mapping[str, Any] | None = None,
    server: Mapping[str, Any] | None = None,
    challenge: str = "",
) -> Endpoints:
    documents = {PLACE: RESOURCE | dict(resource or {}), SERVER_PLACE: SERVER | dict(server or {})}
    return await endpoints(Documents(documents, challenge), MCP, {"url": URL})


async def test_a_resource_names_its_server_which_names_its_addresses() -> None:
    where = await found()
    assert where.token == "https://login.example.org/token"
    assert (where.resource, where.client, where.scopes) == (URL, "none", ("read",))


async def test_the_challenge_says_where_to_look_and_what_to_ask_for() -> None:
    elsewhere = "https://mcp.example.com/meta.json"
    documents = {elsewhere: RESOURCE, SERVER_PLACE: SERVER}
    challenge = f'Bearer resource_metadata="{elsewhere}", scope="tides:read boats:read"'
    where = await endpoints(Documents(documents, challenge), MCP, {"url": URL})
    assert where.scopes == ("tides:read", "boats:read")


async def test_an_old_server_is_its_own_sign_in() -> None:
    own = SERVER | {"issuer": "https://mcp.example.com"}
    place = "https://mcp.example.com/.well-known/oauth-authorization-server"
    where = await endpoints(Documents({place: own}), MCP, {"url": URL})
    assert where.issuer == "https://mcp.example.com"


@pytest.mark.parametrize(
    "named", ["https://bank.example/api", "https://mcp.example.com/mcp2", "http://mcp.example.com"]
)
async def test_a_resource_that_speaks_of_another_is_not_believed(named: str) -> None:
    with pytest.raises(NotDiscovered, match="which is not it"):
        await found({"resource": named})


async def test_a_server_that_publishes_another_s_sign_in_is_not_believed() -> None:
    with pytest.raises(NotDiscovered, match="not its own"):
        await found(server={"issuer": "https://honest.example"})


@pytest.mark.parametrize(
    "address",
    ["http://login.example.org/token", "javascript:alert(1)", "", "https://", "file:///etc/x"],
)
@pytest.mark.parametrize("name", ["token_endpoint", "authorization_endpoint"])
async def test_an_address_that_is_not_safe_is_not_used(name: str, address: str) -> None:
    with pytest.raises(NotDiscovered, match="no safe address"):
        await found(server={name: address})


@pytest.mark.parametrize("methods", [[], ["plain"], None, "S256"])
async def test_an_mcp_server_without_pkce_is_not_signed_in_to(methods: Any) -> None:
    with pytest.raises(NotDiscovered, match="PKCE"):
        await found(server={"code_challenge_methods_supported": methods})


async def test_a_service_that_publishes_nothing_says_so() -> None:
    with pytest.raises(NotDiscovered, match="does not publish"):
        await endpoints(Documents({}), MCP, {"url": URL})
    with pytest.raises(NotDiscovered, match="could not be reached"):
        await endpoints(Documents({}), MCP, {"url": "https://gone.example/mcp"})


@pytest.mark.parametrize("service", vendors())
async def test_every_declared_vendor_has_safe_addresses_and_steps(service: str) -> None:
    oauth = vendors()[service]
    settings = {one.name: one.default or "acme" for one in oauth.questions}
    where = await endpoints(Wire(Reach()), oauth, settings)
    for address in (where.authorize, where.token):
        assert address.startswith("https://")
        assert "{" not in address
    assert oauth.scopes
    assert len(oauth.steps) >= 3
    assert oauth.choice is None or oauth.choice.fills


def test_the_services_of_the_issue_are_declared() -> None:
    apps = {one.app for one in vendors().values()}
    named = "gitlab bitbucket jira intercom zendesk x linkedin meta google_ads"
    assert apps == set(named.split())
    assert vendors()["google_ads"].secrets.keys() == {"developer_token"}


def test_a_region_stands_for_a_host() -> None:
    intercom = vendors()["intercom"]
    assert intercom.filled(intercom.token_url, {"region": "EU"}).startswith(
        "https://api.eu.intercom.io/"
    )
    assert intercom.filled(intercom.token_url, {}).startswith("https://api.intercom.io/")
