"""The fields that every connection to AWS has."""

from __future__ import annotations

from typing import Any

from bot.connectors.base import Form, form_field


def access_key_id(rights: str) -> Any:
    """The field for the id of a long-lived key. `rights` are the IAM actions that are needed."""
    return form_field(
        "Access key ID",
        help="In AWS: IAM, Users, a user for this bot alone, Security credentials, Create access "
        f"key. The user needs no more than {rights}.",
        pattern=r"AKIA[A-Z0-9]{12,124}",
        pattern_help="starts with AKIA; temporary keys (ASIA...) end within hours and do not work",
    )


def secret_access_key() -> Any:
    return form_field(
        "Secret access key",
        help="Shown once, when the access key is created.",
        pattern=r"[A-Za-z0-9/+=]{40}",
        pattern_help="has exactly 40 characters: letters, digits, / and +",
    )


def region() -> Any:
    return form_field(
        "Region",
        help="Where the data lies, such as eu-central-1. It stands at the top right of the AWS "
        "console.",
        pattern=r"[a-z]{2}(-[a-z]+){1,2}-[0-9]{1,2}",
        pattern_help="looks like eu-central-1: the code, without the zone's letter",
    )


class AwsSettings(Form):
    endpoint: str = form_field(
        "Another endpoint",
        help="Only for a VPC endpoint or a server on this machine, such as DynamoDB Local.",
        default="",
        pattern=r"https://([a-z0-9-]+\.)+amazonaws\.com(\.cn)?/?"
        r"|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?/?",
        pattern_help="is an https:// address of amazonaws.com, or http://localhost with a port",
    )


def official_endpoint(service: str, region: str) -> str:
    """Where a service is in a region; China's regions have a domain of their own."""
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{service}.{region}.{domain}"
