"""What is taken out of text, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate.redaction import MASK, Redactor, looks_secret

SECRETS = [
    "xoxb-123456789012-abcdefghijkl",
    "xapp-1-A0123456789-1234567890",
    "sk-ant-api03-abcdefghijklmnopqrst",
    "sk_live_abcdefgh12345678",
    "rk_test_abcdefgh12345678",
    "ghp_abcdefghijklmnopqrstuvwxyz012345",
    "github_pat_11AAAAAAA0abcdefghijklmnop",
    "glpat-abcdefghijklmnop1234",
    "AKIAABCDEFGHIJKLMNOP",
    "AIza" + "a1" * 17 + "b",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghij",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_what_has_the_form_of_a_secret_is_masked(secret: str) -> None:
    text = Redactor().text(f"before {secret} after")
    assert text == f"before {MASK} after"
    assert looks_secret(f"key={secret}")


def test_the_password_of_an_address_is_masked_and_the_address_stays() -> None:
    text = Redactor().text("postgres://app:hunter22@db.example.com/prod")
    assert text == f"postgres://{MASK}@db.example.com/prod"


@pytest.mark.parametrize(
    "harmless",
    [
        "disk-usage-alert-on-db-primary is firing",
        "task-queue-worker-production-1 restarted",
        "risk-assessment-of-checkout-service",
        "https://uptime.betterstack.com/team/t400/incidents/42",
        "incident 25 from 09:00 to 10:30, https://a.example.com:8080/x",
        "3f6c1e0a9d4b4c0f8a7e5d2b1c0f9e8d",
        "the bearer of bad news",
    ],
)
def test_names_and_addresses_of_an_ordinary_day_are_left_alone(harmless: str) -> None:
    assert Redactor().text(harmless) == harmless
    assert not looks_secret(harmless)


def test_a_secret_at_hand_is_masked_wherever_it_stands() -> None:
    redactor = Redactor(["lumen-7d1f"])
    assert redactor.values({"a": ["xlumen-7d1fx", 3, None], "b": ("lumen-7d1f",)}) == {
        "a": [f"x{MASK}x", 3, None],
        "b": [MASK],
    }


def test_a_secret_that_holds_another_is_masked_whole() -> None:
    assert Redactor(["secret", "secret-longer"]).text("secret-longer") == MASK


def test_short_values_are_not_masked_since_they_are_ordinary_words() -> None:
    assert Redactor(["on", "eu-1"]).text("on call in eu-1") == "on call in eu-1"


@given(st.text(), st.text(min_size=6), st.text())
def test_no_secret_at_hand_ever_stays(before: str, secret: str, after: str) -> None:
    masked = Redactor([secret]).text(before + secret + after)
    assert secret not in masked or secret in MASK
