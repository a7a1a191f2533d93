"""Which pages may be read: those that a connection names, and those below them."""

from __future__ import annotations

import httpx
import pytest

from bot.connectors.addresses import Reach
from bot.connectors.errors import NotAllowed, NotFound
from bot.connectors.pages.naming import Named, chosen

DOCS = "https://developer.example.com/docs"
INDEX = "https://developer.example.com/v2/index.html"
SITE = "https://docs.example.com/"
FILE = "https://api.example.com/openapi.json"
VERSION = "https://docs.example.com/api?version=2"


def named(address: str) -> Named:
    return Named.of(address, Reach())


@pytest.mark.parametrize(
    ("page", "wanted", "address"),
    [
        (DOCS, "", DOCS),
        (DOCS, DOCS, DOCS),
        (DOCS, f"{DOCS}/", f"{DOCS}/"),
        (DOCS, f"{DOCS}/webhooks", f"{DOCS}/webhooks"),
        (DOCS, f" {DOCS}/webhooks#retries ", f"{DOCS}/webhooks"),
        (DOCS, "webhooks/retries", f"{DOCS}/webhooks/retries"),
        (DOCS, "/docs/webhooks", f"{DOCS}/webhooks"),
        (DOCS, "webhooks/../errors", f"{DOCS}/errors"),
        (DOCS, "HTTPS://Developer.Example.com:443/docs/a", f"{DOCS}/a"),
        (INDEX, "", INDEX),
        (INDEX, "errors.html", "https://developer.example.com/v2/errors.html"),
        (SITE, "any/page", "https://docs.example.com/any/page"),
        ("https://docs.example.com/v1.2", "a", "https://docs.example.com/v1.2/a"),
        (FILE, "", FILE),
        (VERSION, "", VERSION),
        (VERSION, VERSION, VERSION),
        (VERSION, "things", "https://docs.example.com/api/things"),
    ],
)
def test_the_page_itself_and_those_below_it_may_be_read(
    page: str, wanted: str, address: str
) -> None:
    assert str(chosen([named(page)], wanted)[1]) == address


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        (DOCS, "https://evil.example/docs"),
        (DOCS, "//evil.example/docs"),
        (DOCS, "https://developer.example.com.evil.example/docs"),
        (DOCS, "https://developer.example.com@evil.example/docs"),
        (DOCS, "https://key@developer.example.com/docs"),
        (DOCS, "https://evil.example#@developer.example.com/docs"),
        (DOCS, "https://evil.example\\@developer.example.com/docs"),
        (DOCS, "http://developer.example.com/docs"),
        (DOCS, "https://developer.example.com:8443/docs"),
        (DOCS, "https://developer.example.com./docs"),
        (DOCS, "https://www.developer.example.com/docs"),
        (DOCS, "https://developer.example.com/"),
        (DOCS, "https://developer.example.com/admin"),
        (DOCS, "https://developer.example.com/docs-of-others"),
        (DOCS, "/admin"),
        (DOCS, "../admin"),
        (DOCS, "%2e%2e/admin"),
        (DOCS, "%252e%252e/admin"),
        (DOCS, "..;/admin"),
        (DOCS, "..%2fadmin"),
        (DOCS, "a\\..\\..\\admin"),
        (DOCS, "a\nHost: evil.example"),
        (DOCS, "a?data=secret"),
        (DOCS, "?data=secret"),
        (DOCS, "http://169.254.169.254/latest/meta-data/"),
        (DOCS, "http://[::1]/docs"),
        (DOCS, "https://[broken/docs"),
        (DOCS, "file:///etc/passwd"),
        (DOCS, "javascript:alert(1)"),
        (INDEX, "https://developer.example.com/"),
        (INDEX, "https://developer.example.com/v20/"),
        (FILE, "https://api.example.com/"),
        (FILE, "https://api.example.com/customers"),
        (FILE, "https://api.example.com/openapi.json/customers"),
        (FILE, "https://api.example.com/openapi.json?x=1"),
        (VERSION, "https://docs.example.com/api?version=3"),
        (VERSION, "https://docs.example.com/other"),
    ],
)
def test_nothing_else_may(page: str, wanted: str) -> None:
    with pytest.raises(NotAllowed, match="What may be read: https://"):
        chosen([named(page)], wanted)


def test_each_of_several_named_pages_counts() -> None:
    both = [named(DOCS), named(FILE)]
    assert str(chosen(both, "")[1]) == DOCS
    assert str(chosen(both, FILE)[1]) == FILE
    with pytest.raises(NotAllowed) as refused:
        chosen(both, "https://evil.example/")
    assert DOCS in str(refused.value)
    assert f"{FILE} alone" in str(refused.value)


def test_a_connection_that_names_none_says_so() -> None:
    with pytest.raises(NotFound, match="names no page"):
        chosen([], "https://docs.example.com/")


def test_a_page_without_tls_is_for_allowed_hosts() -> None:
    with pytest.raises(NotAllowed, match="not encrypted"):
        named("http://docs.example.com/")
    allowed = Named.of("http://docs.example.com/", Reach.of(["docs.example.com"]))
    assert allowed.holds(httpx.URL("http://docs.example.com/api"))
