"""What an owner fills in to connect an API, and what an owner may allow it beyond the usual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, SecretStr, ValidationInfo, field_validator

from bot.connectors.addresses import Reach, is_host
from bot.connectors.base import Access, Form, form_field
from bot.connectors.errors import Invalid
from bot.connectors.external_api.address import Base, clean_path
from bot.connectors.external_api.headers import check_headers
from bot.connectors.external_api.sign_in import SignIn

LEVELS = {
    "GET": Access.READ,
    "HEAD": Access.READ,
    "POST": Access.WRITE,
    "PUT": Access.WRITE,
    "PATCH": Access.WRITE,
    "DELETE": Access.FULL,
}
"""What each method needs."""

NEEDED = {
    "bearer": ("token",),
    "api_key": ("name", "value"),
    "basic": ("user", "password"),
    "query": ("name", "value"),
    "none": (),
}
"""Which fields each kind of sign-in needs."""

_PAIR = re.compile(r"(POST|PUT|PATCH) (/\S*)")


class ExternalApiCredentials(Form):
    model_config = ConfigDict(validate_default=True)

    base_url: str = form_field(
        "Base URL",
        help="What all addresses of the API begin with, such as https://api.example.com/v1. "
        "Agents reach nothing else.",
        max_length=500,
    )
    auth: str = form_field(
        "Sign-in",
        help="bearer (a token), api_key (a header), basic (user and password), query (a parameter "
        "of the address) or none. Use a key with the least rights that will do.",
        pattern="|".join(NEEDED),
        pattern_help=f"is one of {', '.join(NEEDED)}",
    )
    token: SecretStr | None = form_field(
        "Token", help="For bearer: sent as Authorization: Bearer.", default=None
    )
    name: str = form_field(
        "Name",
        help="For api_key the header, such as X-Api-Key; for query the parameter, such as api_key.",
        default="",
        max_length=100,
    )
    value: SecretStr | None = form_field(
        "Value", help="For api_key and query: the key itself.", default=None
    )
    user: str = form_field("User", help="For basic.", default="", max_length=300)
    password: SecretStr | None = form_field("Password", help="For basic.", default=None)
    label: str = form_field(
        "Label", help="What people call this API, such as Billing.", default="", max_length=80
    )
    docs_url: str = form_field(
        "Documentation",
        help="A page or an OpenAPI document that agents may read, with the pages below it. It is "
        "fetched without the key.",
        default="",
        max_length=500,
        page="api",
    )
    description: str = form_field(
        "Description",
        help="What the API is for and how it is used: its resources, identifiers and habits. It "
        "becomes part of what agents know about the tool.",
        default="",
        max_length=2000,
        shape="text",
    )

    @field_validator("base_url", "docs_url")
    @classmethod
    def _is_address(cls, value: str, info: ValidationInfo) -> str:
        # A documentation page may be addressed with a query.
        address = value.partition("?")[0] if info.field_name == "docs_url" else value
        if address:
            Base.parse(address)
        return value

    @field_validator("token", "name", "value", "user", "password")
    @classmethod
    def _is_there_if_needed(cls, value: Any, info: ValidationInfo) -> Any:
        auth = info.data.get("auth", "none")
        text = value.get_secret_value() if isinstance(value, SecretStr) else value or ""
        if info.field_name in NEEDED[auth] and not text:
            raise ValueError(f"is needed for the sign-in {auth}")
        if auth in ("bearer", "api_key") and not re.fullmatch(r"[\x20-\x7e]*", text):
            raise ValueError("holds characters that cannot be sent in a header")
        if info.field_name == "name" and auth == "api_key":
            _is_free(text)
        return value

    @property
    def sign_in(self) -> SignIn:
        def secret(value: SecretStr | None) -> str:
            return value.get_secret_value() if value else ""

        match self.auth:
            case "bearer":
                return SignIn.bearer(secret(self.token))
            case "api_key":
                return SignIn.api_key(self.name, secret(self.value))
            case "basic":
                return SignIn.basic(self.user, secret(self.password))
            case "query":
                return SignIn.query(self.name, secret(self.value))
        return SignIn.none()


def _is_free(name: str) -> None:
    """Raises ValueError for a header that cannot carry a key. Authorization can."""
    if name.lower() == "authorization":
        return
    try:
        check_headers({name: ""})
    except Invalid:
        raise ValueError("is no header that can carry a key") from None


class ExternalApiSettings(Form):
    allowed_private_hosts: str = form_field(
        "Private hosts",
        help="Hosts, separated by commas, that may be reached although they lead to private "
        "addresses, or with http:// instead of https://. Leave it empty for public services.",
        default="",
        max_length=1000,
    )
    reads: str = form_field(
        "Requests that only read",
        help="Requests, separated by commas, that count as reads although their method writes, "
        "each a method and an exact path below the base URL: POST /search, POST /v2/query.",
        default="",
        max_length=2000,
    )

    @field_validator("allowed_private_hosts")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        wrong = [host for host in listed(value) if not is_host(host) and not is_host(f"[{host}]")]
        if wrong:
            raise ValueError(f"has no plain host in {wrong[0]!r}: give names or addresses only")
        return value

    @field_validator("reads")
    @classmethod
    def _are_pairs(cls, value: str) -> str:
        for pair in listed(value):
            found = _PAIR.fullmatch(pair)
            if not found:
                raise ValueError(f"{pair!r} is not like POST /search (POST, PUT or PATCH)")
            try:
                clean_path(found[2])
            except Invalid as error:
                raise ValueError(f"{pair!r}: the path {error.fields['path']}") from None
        return value

    @property
    def reach(self) -> Reach:
        return Reach.of(listed(self.allowed_private_hosts))

    def counts_as_read(self, method: str, path: str) -> bool:
        """Whether an owner allowed exactly this as a read. `path` as `clean_path` gives it."""
        for pair in listed(self.reads):
            allowed, _, where = pair.partition(" ")
            if (allowed, clean_path(where)) == (method, path):
                return True
        return False


def listed(text: str) -> list[str]:
    """The entries of a setting that holds several."""
    return [entry for part in re.split(r"[,\n]", text) if (entry := " ".join(part.split()))]


def needed(settings: ExternalApiSettings, arguments: Mapping[str, Any]) -> Access:
    """What a request needs: by its method, unless an owner allowed exactly it as a read."""
    method = str(arguments["method"])
    try:
        path = clean_path(str(arguments["path"]).partition("?")[0])
    except Invalid:
        return LEVELS[method]  # it is refused when it is made
    return Access.READ if settings.counts_as_read(method, path) else LEVELS[method]
