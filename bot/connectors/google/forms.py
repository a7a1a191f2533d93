"""The fields that every connection to Google Cloud has."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr, field_validator

from bot.connectors.base import Form, form_field
from bot.connectors.google.service_account import checked


class GoogleCredentials(Form):
    """Base of the credentials; connectors say in `service_account_json` which role is needed."""

    service_account_json: SecretStr
    project_id: str

    @field_validator("service_account_json")
    @classmethod
    def _is_a_key_file(cls, value: SecretStr) -> SecretStr:
        return checked(value)


def service_account_json(role: str) -> Any:
    """The field for the key file. `role` is the least role that the account needs."""
    return form_field(
        "Service account key (JSON)",
        help="In Google Cloud: IAM & Admin, Service accounts, an account for this bot alone, Keys, "
        f"Add key, JSON. Paste the file's content. The account needs no more than {role}.",
        max_length=10_000,
        shape="file",
    )


def project_id() -> Any:
    return form_field(
        "Project ID",
        help="The ID, not the name or number; it stands on the project's dashboard.",
        pattern=r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]",
        pattern_help="has 6 to 30 small letters, digits and hyphens, and begins with a letter",
    )


class GoogleSettings(Form):
    endpoint: str = form_field(
        "Emulator",
        help="Only for an emulator on this machine, such as http://127.0.0.1:8080. Nothing is "
        "signed then.",
        default="",
        pattern=r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?/?",
        pattern_help="is http://localhost or http://127.0.0.1 with a port",
    )
