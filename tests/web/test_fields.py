"""The fields that a page makes of what connectors declare, and the wrong kinds that they refuse."""

from __future__ import annotations

import base64
import json
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from bot.connecting.tickets import Purpose
from bot.connectors.base import Form, form_field
from bot.connectors.catalogue import all_connectors
from bot.store.tables import Ticket
from bot.web.fields import Field, fields_of
from bot.web.forms import Typed, mistakes


class Harbor(Form):
    key: SecretStr = form_field(
        "Key",
        pattern="live_[a-z]+",
        pattern_help="starts with live_",
        refuse={"test_[a-z]+": "is a key of the sandbox; take the one of production"},
    )
    subdomain: str = form_field(
        "Subdomain",
        refuse={"https?://.*|.*[.].*": "is only the first part of the address: acme"},
    )
    zone: Literal["north", "south"] = form_field("Zone", default="north")
    kind: str = form_field("Kind", default="pier", pattern="pier|quay")
    lit: bool = form_field("Lit", default=True)
    depth: int = form_field("Depth", default=3)
    note: str = form_field("Note", default="", max_length=2000, shape="text")
    certificate: SecretStr | None = form_field("Certificate", default=None, shape="file")
    inner: str = ""


def drawn(**values: Any) -> dict[str, Field]:
    found = fields_of(Harbor, "c", values=values, kept={}, errors={})
    return {one.name: one for one in found}


def test_each_type_has_its_kind_of_field() -> None:
    kinds = {name: one.kind for name, one in drawn().items()}
    assert kinds == {
        "c:key": "line",
        "c:subdomain": "line",
        "c:zone": "choice",
        "c:kind": "choice",
        "c:lit": "switch",
        "c:depth": "number",
        "c:note": "text",
        "c:certificate": "file",
    }
    assert drawn()["c:zone"].choices == ["north", "south"]
    assert drawn()["c:kind"].choices == ["pier", "quay"]


def test_a_secret_never_has_a_value() -> None:
    assert drawn(key="live_abc")["c:key"].value == ""
    assert drawn(subdomain="acme")["c:subdomain"].value == "acme"


def told(slug: str, **credentials: str) -> dict[str, str]:
    ticket = Ticket(purpose=Purpose.ADD)
    return mistakes(ticket, all_connectors()[slug], Typed(credentials))


def jwt(role: str) -> str:
    body = base64.urlsafe_b64encode(json.dumps({"role": role}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{body}.c2lnbmF0dXJlc2lnbmF0dXJl"


def test_an_anon_key_is_refused_with_where_to_find_the_right_one() -> None:
    url = "https://abcdefghijklmnopqrst.supabase.co"
    wrong = told("supabase", project_url=url, service_role_key=jwt("anon"))
    assert "is the key of the role anon" in wrong["c:service_role_key"]
    assert told("supabase", project_url=url, service_role_key=jwt("service_role")) == {}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("not json", "c:service_account_json"),
        ('{"type": "authorized_user"}', "c:service_account_json"),
    ],
)
def test_a_file_that_is_no_key_file_is_refused(key: str, words: str) -> None:
    wrong = told("gcloud_logging", service_account_json=key, project_id="my-project")
    assert words in wrong
    assert key not in str(wrong)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"key": "test_abc", "subdomain": "acme"}, "key", "key of the sandbox"),
        ({"key": "abc", "subdomain": "acme"}, "key", "starts with live_"),
        (
            {"key": "live_abc", "subdomain": "https://acme.example"},
            "subdomain",
            "only the first part",
        ),
    ],
)
def test_the_wrong_kind_is_refused_in_the_connectors_words(
    values: dict[str, str], field: str, words: str
) -> None:
    from bot.connectors.errors import Invalid
    from bot.gate.opening import parse_form

    with pytest.raises(Invalid) as refused:
        parse_form(Harbor, values)
    assert words in refused.value.fields[field]
    assert "Value error" not in refused.value.fields[field]
