"""Only a key that may read is taken, and what it is instead is told."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.connectors.base import Form
from bot.connectors.supabase import Supabase
from bot.connectors.supabase.keys import headers
from tests.connectors.supabase.conftest import URL, jwt


def form_of(**fields: str) -> Form:
    return Supabase.Credentials.model_validate({"project_url": URL, **fields})


@pytest.mark.parametrize("key", [jwt("service_role"), "sb_secret_abcdef"])
def test_a_key_of_the_service_is_taken(key: str) -> None:
    form = form_of(service_role_key=key)
    assert key not in repr(form)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (jwt("anon"), "is the key of the role anon"),
        (jwt("authenticated"), "is the key of the role authenticated"),
        ("sb_publishable_abc", "is the publishable key"),
        ("sbp_abcdef", "has its own field"),
        ("not-a-key", "is not a key of a Supabase project"),
        ("a.b.c", "is not a key of a Supabase project"),
        ("a.W10.c", "is not a key of a Supabase project"),
    ],
)
def test_another_key_is_refused_and_told(key: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        form_of(service_role_key=key)
    assert words in str(caught.value)
    assert key not in str(caught.value)


def test_a_management_token_needs_the_project_in_the_url() -> None:
    with pytest.raises(ValidationError, match=r"https://<project>\.supabase\.co"):
        form_of(
            project_url="https://db.example.org",
            service_role_key=jwt("service_role"),
            management_token="sbp_token",
        )


def test_new_keys_are_no_bearer_tokens() -> None:
    assert "Authorization" not in headers("sb_secret_abc")
    assert headers(jwt("service_role"))["Authorization"].startswith("Bearer ey")
    assert headers("sb_secret_abc")["User-Agent"] == "quarterdeck"
