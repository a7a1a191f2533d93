"""How a service is signed in to by OAuth 2.0: a declaration, and what a sign-in leaves behind.

`vendors.toml` beside this file has the declarations of the services whose app an installation
registers itself. A connector names one of them, or declares its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.connectors.base import Category, Form

ClientAuth = Literal["body", "basic", "none"]
"""How an app shows who it is at the token endpoint: RFC 6749, 2.3.1; none for a public client."""

_GRANTED = "granted"


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Declared):
    """A part of the vendor's addresses that has to be known before, such as a subdomain.

    Where there are `options`, each is what a person chooses with what it stands for in addresses.
    """

    name: str
    label: str
    help: str = ""
    default: str = ""
    pattern: str = "[a-z0-9][a-z0-9-]*"
    pattern_help: str = "is one word, such as acme"
    options: dict[str, str] = {}


class Choice(_Declared):
    """What a consent may cover several of. `items` and the others are paths into the answer.

    `fills` names settings of the connection with the path of what goes into each.
    """

    what: str
    url: str
    items: str = ""
    id: str = ""
    label: str = ""
    only: dict[str, str] = {}
    headers: dict[str, str] = {}
    fills: dict[str, str] = {}


class OAuth(_Declared):
    """One service's sign-in by the authorisation code grant.

    Attributes:
        app: whose app it takes; several services of one vendor share theirs.
        resource: the protected resource whose metadata name the server that signs people in
            (RFC 9728); used instead of the three addresses, by MCP servers.
        registers: the server registers clients by itself (RFC 7591), so no app is needed.
        scope_sent: whether scopes are asked for; some vendors have them ticked on the app.
        pkce: whether the vendor supports S256.
        rotates: each refresh ends the refresh token that it was made with.
        exchange: the grant type by which an access token is exchanged for one that lasts, where
            the vendor has no refresh tokens.
        secrets: what beside its id and secret belongs to the app, with a label each.
        steps: how an owner registers the app.
    """

    service: str
    app: str
    title: str
    category: Category
    authorize_url: str = ""
    token_url: str = ""
    revoke_url: str = ""
    issuer: str = ""
    resource: str = ""
    registers: bool = False
    scopes: tuple[str, ...] = ()
    scope_sent: bool = True
    separator: str = " "
    pkce: bool = True
    client: ClientAuth = "body"
    body: Literal["form", "json", "query"] = "form"
    extra_authorize: dict[str, str] = {}
    extra_token: dict[str, str] = {}
    rotates: bool = True
    exchange: str = ""
    secrets: dict[str, str] = {}
    questions: tuple[Question, ...] = ()
    choice: Choice | None = None
    steps: tuple[str, ...] = ()

    def filled(self, template: str, values: Mapping[str, Any]) -> str:
        """An address with the answers to the questions in their places."""
        answers = dict(values)
        for question in self.questions:
            given = str(values.get(question.name) or question.default)
            answers[question.name] = question.options.get(given, given)
        return template.format_map(answers)


@cache
def vendors() -> Mapping[str, OAuth]:
    """The declared services by their slug."""
    text = files("bot.connectors").joinpath("vendors.toml").read_text()
    return {
        service: OAuth(service=service, **{"app": service, **declared})
        for service, declared in tomllib.loads(text).items()
    }


def _granted(default: Any) -> Any:
    return Field(default=default, json_schema_extra={_GRANTED: True})


class Granted(Form):
    """Base of the credentials of a connector that is signed in to: what the sign-in leaves.

    People never type these fields. The addresses are kept, so that a token never goes elsewhere
    than where it came from; the client's id and secret only where the server registered us.
    """

    access_token: SecretStr | None = _granted(None)
    refresh_token: SecretStr | None = _granted(None)
    expires_at: str = _granted("")
    renew_at: str = _granted("")
    scope: str = _granted("")
    client_id: str = _granted("")
    client_secret: SecretStr | None = _granted(None)
    client_auth: str = _granted("")
    token_url: str = _granted("")
    revoke_url: str = _granted("")
    resource: str = _granted("")


def is_granted(form: type[Form], name: str) -> bool:
    """Whether a field is filled in by a sign-in, and so is in no form."""
    extra = form.model_fields[name].json_schema_extra
    return isinstance(extra, dict) and bool(extra.get(_GRANTED))
