"""The way out of a sign-in: who we are to the server, and the address that people are sent to."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlencode, urlsplit, urlunsplit

from bot.connecting.oauth.apps import App, OAuthApps
from bot.connecting.oauth.discovery import Endpoints
from bot.connecting.oauth.wire import Lost, Wire
from bot.connectors.oauth import OAuth


class SignInFailed(Exception):
    """A sign-in came to nothing, in words for the person at the page."""


async def client_for(
    wire: Wire,
    apps: OAuthApps,
    organisation_id: str,
    oauth: OAuth,
    where: Endpoints,
    redirect: str,
) -> tuple[App, dict[str, str]]:
    """The app to sign in with; where the server registers us, what it gave, to be kept."""
    if not oauth.registers:
        app = await apps.find(organisation_id, oauth)
        if app is None:
            raise SignInFailed(
                f"{oauth.title} needs an OAuth app first. An owner enters it with "
                f"/ops oauth {oauth.service}."
            )
        return app, {}
    if not where.register:
        raise SignInFailed(
            f"{urlsplit(where.issuer).hostname} does not register apps by itself, so it cannot "
            "be signed in to. Enter a token instead, if the service gives one."
        )
    own = await _register(wire, where, redirect)
    return App(own["client_id"], own.get("client_secret", "")), own


async def _register(wire: Wire, where: Endpoints, redirect: str) -> dict[str, str]:
    """Registers us with a server (RFC 7591)."""
    method = {"none": "none", "body": "client_secret_post", "basic": "client_secret_basic"}
    wish = {
        "client_name": "Quarterdeck",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method[where.client],
        **({"scope": " ".join(where.scopes)} if where.scopes else {}),
    }
    name = urlsplit(where.issuer).hostname
    try:
        answer = await wire.post(where.register, wish, as_json=True)
    except Lost as lost:
        raise SignInFailed(f"{name} did not register this installation: {lost.words}.") from None
    client_id = answer.values.get("client_id")
    if not answer.ok or not isinstance(client_id, str) or not client_id:
        said = str(answer.values.get("error_description") or answer.values.get("error") or "")
        said = said[:300] or f"HTTP status {answer.status}"
        raise SignInFailed(f"{name} did not register this installation: {said}.")
    secret = answer.values.get("client_secret")
    return {"client_id": client_id, **({"client_secret": str(secret)} if secret else {})}


def authorize_url(
    oauth: OAuth, where: Endpoints, app: App, redirect: str, state: str, verifier: str
) -> str:
    sent = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "state": state,
        **oauth.extra_authorize,
    }
    if where.scopes and oauth.scope_sent:
        sent["scope"] = oauth.separator.join(where.scopes)
    if where.pkce:
        sent["code_challenge"] = _challenge(verifier)
        sent["code_challenge_method"] = "S256"
    if where.resource:
        sent["resource"] = where.resource
    parts = urlsplit(where.authorize)
    query = "&".join(part for part in (parts.query, urlencode(sent)) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def callback_of(issuer: str) -> str:
    """A path of its own for each server, so that no other's answer can arrive there."""
    return f"mcp-{hashlib.sha256(issuer.rstrip('/').encode()).hexdigest()[:16]}"


def _challenge(verifier: str) -> str:
    """RFC 7636, 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
