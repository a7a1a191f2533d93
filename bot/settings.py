"""Every setting, its default and its environment name.

Slack's and the model providers' own names are kept as their manuals print them; ours begin with
`QUARTERDECK_`. A misspelt or malformed one stops the start with one line that says which.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "QUARTERDECK_"
DEFAULT_MODEL = "claude-sonnet-5-5"


class SettingsError(Exception):
    """A setting is missing, unknown or malformed. Its text is one line for the operator."""


def _env(name: str, default: Any, description: str) -> Any:
    return Field(default=default, validation_alias=AliasChoices(name), description=description)


class Settings(BaseSettings):
    """The settings of one process, read from the environment and `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: SecretStr | None = _env("SLACK_BOT_TOKEN", None, "The app's bot token, xoxb-…")
    slack_app_token: SecretStr | None = _env(
        "SLACK_APP_TOKEN", None, "App-level token, xapp-…; set it for Socket Mode"
    )
    slack_signing_secret: SecretStr | None = _env(
        "SLACK_SIGNING_SECRET", None, "Set it to serve Slack over HTTP instead of Socket Mode"
    )
    slack_api_url: str = _env("SLACK_API_URL", "https://slack.com/api/", "Where Slack's Web API is")
    anthropic_api_key: SecretStr | None = _env(
        "ANTHROPIC_API_KEY", None, "Without it answers come from the offline planner"
    )
    anthropic_base_url: str | None = _env(
        "ANTHROPIC_BASE_URL", None, "Another address for Anthropic's API, a proxy say"
    )
    openai_api_key: SecretStr | None = _env(
        "OPENAI_API_KEY", None, "For OpenAI's models, beside or instead of Anthropic's"
    )
    openai_base_url: str | None = _env(
        "OPENAI_BASE_URL", None, "Another address for OpenAI's API, a proxy say"
    )
    google_api_key: SecretStr | None = _env(
        "GOOGLE_API_KEY", None, "For Google's models, through the Gemini API"
    )
    google_base_url: str | None = _env(
        "GOOGLE_GEMINI_BASE_URL", None, "Another address for the Gemini API, a proxy say"
    )
    local_model: str = _env(
        "QUARTERDECK_LOCAL_MODEL", "", "Name of a model at the address of the next line"
    )
    local_model_url: str | None = _env(
        "QUARTERDECK_LOCAL_MODEL_URL",
        None,
        "Any address that speaks OpenAI's Chat Completions, such as http://localhost:11434/v1",
    )
    local_model_key: SecretStr | None = _env(
        "QUARTERDECK_LOCAL_MODEL_KEY", None, "The key of that address, where it wants one"
    )
    model: str = _env(
        "QUARTERDECK_MODEL", DEFAULT_MODEL, "The language model that agents use by default"
    )
    data_dir: Path = _env(
        "QUARTERDECK_DATA_DIR", Path("var"), "Folder of the embedded database and key"
    )
    database_url: str = _env(
        "QUARTERDECK_DATABASE_URL",
        "",
        "postgresql+psycopg://…, also for several processes; empty means SQLite in the data folder",
    )
    encryption_key: SecretStr | None = _env(
        "QUARTERDECK_ENCRYPTION_KEY",
        None,
        "32 bytes in base64, or several as `id:key` with the one that seals first; empty means a "
        "file in the data folder",
    )
    public_url: str = _env(
        "QUARTERDECK_PUBLIC_URL", "", "The bot's own address as Slack and browsers reach it"
    )
    host: str = _env("QUARTERDECK_HOST", "127.0.0.1", "Address that the web server listens on")
    port: Annotated[int, Field(ge=0, le=65535)] = _env(
        "QUARTERDECK_PORT", 8080, "Port that the web server listens on"
    )
    approval_minutes: Annotated[float, Field(gt=0, le=1440)] = _env(
        "QUARTERDECK_APPROVAL_MINUTES",
        30,
        "Minutes after which an unanswered approval expires; a fraction such as 0.5 is allowed",
    )
    incident_poll_seconds: Annotated[float, Field(ge=1, le=86_400)] = _env(
        "QUARTERDECK_INCIDENT_POLL_SECONDS",
        60,
        "Seconds between two questions to a service for new incidents, while no webhooks arrive",
    )
    incident_window_minutes: Annotated[float, Field(ge=0, le=1440)] = _env(
        "QUARTERDECK_INCIDENT_WINDOW_MINUTES",
        60,
        "Minutes after its last activity in which a thread takes in more incidents of its cause",
    )
    investigation_steps: Annotated[int, Field(ge=1, le=50)] = _env(
        "QUARTERDECK_INVESTIGATION_STEPS", 10, "Reasoning steps of one look into an incident"
    )
    investigation_dollars: Annotated[float, Field(gt=0, le=1000)] = _env(
        "QUARTERDECK_INVESTIGATION_DOLLARS",
        1.0,
        "US dollars for the language model after which a look into an incident has to answer",
    )
    investigations_an_hour: Annotated[int, Field(ge=0, le=1000)] = _env(
        "QUARTERDECK_INVESTIGATIONS_AN_HOUR",
        10,
        "Incidents that agents look into by themselves in an hour, in one organisation",
    )
    max_steps: Annotated[int, Field(ge=1, le=50)] = _env(
        "QUARTERDECK_MAX_STEPS", 15, "Reasoning steps of one run"
    )
    concurrent_runs: Annotated[int, Field(ge=1, le=200)] = _env(
        "QUARTERDECK_CONCURRENT_RUNS", 20, "Runs that one process works on at a time"
    )
    default_plan: Literal["explore", "operate", "scale"] = _env(
        "QUARTERDECK_DEFAULT_PLAN", "scale", "The plan that a new organisation begins on"
    )
    audit_days: Annotated[int | None, Field(ge=1)] = _env(
        "QUARTERDECK_AUDIT_DAYS",
        None,
        "Days that the audit log is kept for, where an organisation has no setting of its own; "
        "empty keeps all",
    )
    oauth_apps: SecretStr | None = _env(
        "QUARTERDECK_OAUTH_APPS",
        None,
        'OAuth apps by vendor, as JSON: {"gitlab": {"client_id": "…", "client_secret": "…"}}',
    )
    private_hosts: str = _env(
        "QUARTERDECK_PRIVATE_HOSTS",
        "",
        "Private hosts that MCP servers and sign-ins may be at, separated by commas",
    )
    log_level: Literal["debug", "info", "warning", "error"] = _env(
        "QUARTERDECK_LOG_LEVEL", "info", "How much is logged"
    )
    log_format: Literal["console", "json"] = _env(
        "QUARTERDECK_LOG_FORMAT", "console", "How log lines look"
    )

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _starts_with(value, "xoxb-")

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _starts_with(value, "xapp-")

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        return _web_address(value).rstrip("/") + "/"

    @field_validator("local_model_url", "openai_base_url", "google_base_url")
    @classmethod
    def _model_url(cls, value: str | None) -> str | None:
        return _web_address(value).rstrip("/") if value else None

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        return _web_address(value).rstrip("/") if value else ""

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'quarterdeck.db'}"

    @property
    def key_file(self) -> Path:
        return self.data_dir / "encryption.key"


def load_settings(env_file: str | None = ".env") -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: naming the first setting that is unknown or malformed.
    """
    _refuse_unknown({**os.environ, **(dotenv_values(env_file) if env_file else {})})
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        raise SettingsError(f"{environment_name(name)}: {first['msg']}.") from None


def environment_name(field: str) -> str:
    """The environment variable of a field; what is no field is returned as it is."""
    info = Settings.model_fields.get(field)
    alias = info.validation_alias if info else None
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else field


def _refuse_unknown(names: Iterable[str]) -> None:
    known = {environment_name(field) for field in Settings.model_fields}
    for name in sorted(names):
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name}: there is no such setting; see docs/settings.md.")


def _starts_with(value: SecretStr | None, prefix: str) -> SecretStr | None:
    if value is not None and not value.get_secret_value().startswith(prefix):
        raise ValueError(f"it must begin with {prefix}")
    return value


def _web_address(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise ValueError("it must be a web address such as https://ops.example.com")
    return value
