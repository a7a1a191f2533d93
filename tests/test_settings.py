"""Settings: every mistake is one line that says which, and never what the secret was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, environment_name, load_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings at all, in an empty folder."""
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)
    for name in list(os.environ):
        if name.startswith("QUARTERDECK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def refused() -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_without_any_settings_there_are_defaults_for_all() -> None:
    settings = load_settings()
    assert settings.slack_bot_token is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database == "sqlite+aiosqlite:///var/quarterdeck.db"
    assert settings.key_file == Path("var/encryption.key")
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.max_steps == 15


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("QUARTERDECK_DATA_DIR", "/data")
    monkeypatch.setenv("QUARTERDECK_APPROVAL_MINUTES", "0.5")
    settings = load_settings()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"
    assert settings.database == "sqlite+aiosqlite:////data/quarterdeck.db"
    assert settings.approval_minutes == 0.5


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("QUARTERDECK_PORT=1000\nQUARTERDECK_HOST=0.0.0.0\nPATH_OF_MINE=x\n")
    monkeypatch.setenv("QUARTERDECK_PORT", "2000")
    settings = load_settings()
    assert (settings.port, settings.host) == (2000, "0.0.0.0")


def test_an_empty_variable_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "")
    monkeypatch.setenv("QUARTERDECK_PORT", "")
    settings = load_settings()
    assert settings.slack_app_token is None
    assert settings.port == 8080


def test_a_misspelt_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARTERDECK_PROT", "8000")
    assert refused() == "QUARTERDECK_PROT: there is no such setting; see docs/settings.md."


def test_a_misspelt_name_in_the_file_is_told_too() -> None:
    Path(".env").write_text("QUARTERDECK_PROT=8000\n")
    assert refused() == "QUARTERDECK_PROT: there is no such setting; see docs/settings.md."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUARTERDECK_PORT", "eighty"),
        ("QUARTERDECK_PORT", "-1"),
        ("QUARTERDECK_PORT", "65536"),
        ("QUARTERDECK_MAX_STEPS", "0"),
        ("QUARTERDECK_APPROVAL_MINUTES", "0"),
        ("QUARTERDECK_LOG_LEVEL", "loud"),
        ("QUARTERDECK_LOG_FORMAT", "xml"),
        ("QUARTERDECK_PUBLIC_URL", "ops.example.com"),
        ("SLACK_API_URL", "slack.com"),
    ],
)
def test_a_malformed_value_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    line = refused()
    assert line.startswith(f"{name}: ")
    assert line.endswith(".")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "my-very-secret-value", "must begin with xoxb-"),
        ("SLACK_BOT_TOKEN", "xapp-my-very-secret-value", "must begin with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-my-very-secret-value", "must begin with xapp-"),
    ],
)
def test_a_wrong_token_is_told_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    line = refused()
    assert line.startswith(f"{name}: ")
    assert words in line
    assert "very-secret" not in line


def test_a_secret_does_not_show_when_the_settings_are_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-my-very-secret-value")
    monkeypatch.setenv("QUARTERDECK_ENCRYPTION_KEY", "my-very-secret-value")
    settings = load_settings()
    assert "very-secret" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_addresses_get_one_slash_where_it_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("QUARTERDECK_PUBLIC_URL", "https://ops.example.com/")
    settings = load_settings()
    assert settings.slack_api_url == "http://127.0.0.1:9/api/"
    assert settings.public_url == "https://ops.example.com"


def test_every_setting_has_a_name_and_says_what_it_is_for() -> None:
    for field, info in Settings.model_fields.items():
        assert environment_name(field).isupper(), field
        assert info.description, field
