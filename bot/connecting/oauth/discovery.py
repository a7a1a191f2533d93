"""Where to sign in: from the declaration, or from what the service publishes of itself.

A resource names the server that signs people in for it (RFC 9728); that server publishes its
addresses (RFC 8414, or OpenID Connect Discovery). Both documents must be about whom we asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bot.connecting.oauth.wire import Lost, Wire
from bot.connectors.oauth import ClientAuth, OAuth

_METADATA = re.compile(r'resource_metadata="?([^",\s]+)"?', re.IGNORECASE)
_SCOPE = re.compile(r'\bscope="([^"]*)"', re.IGNORECASE)


class NotDiscovered(Exception):
    """A service does not say how to sign in, or says it in a way that must not be trusted."""


@dataclass(frozen=True)
class Endpoints:
    """Where one sign-in goes. `issuer` is who must answer, where that is known.

    `names_itself` says that the server puts its name (`iss`) on each answer (RFC 9207).
    """

    authorize: str
    token: str
    issuer: str = ""
    revoke: str = ""
    register: str = ""
    scopes: tuple[str, ...] = ()
    resource: str = ""
    pkce: bool = True
    client: ClientAuth = "body"
    names_itself: bool = False


async def endpoints(wire: Wire, oauth: OAuth, settings: Mapping[str, Any]) -> Endpoints:
    """Where to sign in to a service.

    Raises:
        NotDiscovered: in words for people.
    """
    if oauth.resource:
        return await _of_resource(wire, oauth, oauth.filled(oauth.resource, settings))
    if oauth.authorize_url:
        return declared(oauth, settings)
    server = await _server(wire, oauth.filled(oauth.issuer, settings))
    return _from_metadata(wire, server, oauth, scopes=oauth.scopes)


def declared(oauth: OAuth, settings: Mapping[str, Any]) -> Endpoints:
    """The addresses of a vendor that are known beforehand."""
    return Endpoints(
        authorize=oauth.filled(oauth.authorize_url, settings),
        token=oauth.filled(oauth.token_url, settings),
        revoke=oauth.filled(oauth.revoke_url, settings),
        issuer=oauth.filled(oauth.issuer, settings),
        scopes=oauth.scopes,
        pkce=oauth.pkce,
        client=oauth.client,
    )


async def _of_resource(wire: Wire, oauth: OAuth, url: str) -> Endpoints:
    found, wanted = await _resource(wire, url)
    servers = found.get("authorization_servers")
    issuer = servers[0] if isinstance(servers, list) and servers else _origin(url)
    server = await _server(wire, str(issuer))
    scopes = oauth.scopes or wanted or _texts(found.get("scopes_supported"))
    resource = str(found.get("resource") or url)
    return _from_metadata(wire, server, oauth, scopes=scopes, resource=resource)


async def _resource(wire: Wire, url: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A resource's metadata, and the scopes that it asks for. Old servers have none."""
    scopes: tuple[str, ...] = ()
    places = []
    try:
        refusal = await wire.get(url, {"Accept": "application/json, text/event-stream"})
    except Lost as lost:
        raise NotDiscovered(f"{lost.words[:1].upper()}{lost.words[1:]}.") from None
    challenge = refusal.headers.get("www-authenticate", "")
    if named := _METADATA.search(challenge):
        places.append(named[1])
    if asked := _SCOPE.search(challenge):
        scopes = tuple(asked[1].split())
    places += _well_known(url, "oauth-protected-resource")
    for place in places:
        found = await _document(wire, place)
        if found is not None:
            _check_resource(str(found.get("resource") or ""), url)
            return found, scopes
    return {}, scopes


def _check_resource(named: str, url: str) -> None:
    """A resource may only speak of itself, or of the part of its own host that it is in."""
    theirs, ours = urlsplit(named), urlsplit(url)
    path = theirs.path.rstrip("/")
    inside = ours.path == path or ours.path.startswith(f"{path}/") or not path
    if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc) or not inside:
        raise NotDiscovered(
            f"{ours.hostname} says that its sign-in is for {named or 'nothing'}, which is not it."
        )


async def _server(wire: Wire, issuer: str) -> dict[str, Any]:
    """The metadata of an authorisation server, if they are its own."""
    parts = urlsplit(issuer)
    base = issuer.rstrip("/")
    places = [
        *_well_known(issuer, "oauth-authorization-server")[:1],
        *_well_known(issuer, "openid-configuration")[:1],
    ]
    if parts.path.strip("/"):
        places.append(f"{base}/.well-known/openid-configuration")
    for place in places:
        found = await _document(wire, place)
        if found is not None:
            # RFC 8414, 3.3. Only a last slash may differ: libraries add it to bare hosts.
            if str(found.get("issuer", "")).rstrip("/") != base:
                raise NotDiscovered(
                    f"{parts.hostname} publishes the sign-in of {found.get('issuer')!r}, "
                    "which is not its own."
                )
            return found
    raise NotDiscovered(f"{parts.hostname or issuer} does not publish how to sign in.")


def _from_metadata(
    wire: Wire,
    server: Mapping[str, Any],
    oauth: OAuth,
    *,
    scopes: tuple[str, ...],
    resource: str = "",
) -> Endpoints:
    methods = _texts(server.get("code_challenge_methods_supported"))
    if resource and "S256" not in methods:
        raise NotDiscovered(f"{server['issuer']} does not support PKCE, so it is not signed in to.")
    ways = _texts(server.get("token_endpoint_auth_methods_supported"))
    return Endpoints(
        authorize=_address(wire, server, "authorization_endpoint"),
        token=_address(wire, server, "token_endpoint"),
        issuer=str(server["issuer"]),
        revoke=_address(wire, server, "revocation_endpoint", needed=False),
        register=_address(wire, server, "registration_endpoint", needed=False),
        scopes=scopes,
        resource=resource,
        pkce=oauth.pkce and ("S256" in methods or not methods),
        client=_client_auth(ways) if resource else oauth.client,
        names_itself=server.get("authorization_response_iss_parameter_supported") is True,
    )


def _client_auth(ways: tuple[str, ...]) -> ClientAuth:
    if not ways:
        return "basic"  # what RFC 8414 says for a server that says nothing
    if "none" in ways:
        return "none"
    return "body" if "client_secret_post" in ways else "basic"


def _address(wire: Wire, server: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    url = str(server.get(name) or "")
    parts = urlsplit(url)
    if not url and not needed:
        return ""
    plain = parts.scheme == "http" and wire.may_be_plain(url)
    if not parts.hostname or not (parts.scheme == "https" or plain) or parts.fragment:
        raise NotDiscovered(f"{server.get('issuer')} gives no safe address as its {name}.")
    return url


async def _document(wire: Wire, url: str) -> dict[str, Any] | None:
    try:
        answer = await wire.get(url)
    except Lost:
        return None
    return answer.body if answer.ok and isinstance(answer.body, dict) else None


def _well_known(url: str, name: str) -> list[str]:
    """Where a document about an address is: with its path behind, and at the root."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    found = [f"/.well-known/{name}{path}", f"/.well-known/{name}"]
    return [urlunsplit((parts.scheme, parts.netloc, one, "", "")) for one in dict.fromkeys(found)]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
