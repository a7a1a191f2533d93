"""Which of a project's keys somebody pasted: only one that may read is of use here."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any


def check_key(key: str) -> str:
    """The key, if it is a project's service role key or secret key.

    Raises:
        ValueError: what it is instead, and where to find the right one.
    """
    where = "take the service_role or secret key from Project Settings, API keys"
    if key.startswith("sb_secret_"):
        return key
    if key.startswith("sb_publishable_"):
        raise ValueError(f"is the publishable key, which browsers use; {where}")
    if key.startswith("sbp_"):
        raise ValueError(f"is a personal access token, which has its own field; {where}")
    role = claims(key).get("role")
    if role is None:
        raise ValueError(f"is not a key of a Supabase project; {where}")
    if role != "service_role":
        raise ValueError(f"is the key of the role {str(role)[:40]}; {where}")
    return key


def claims(token: str) -> dict[str, Any]:
    """What a JWT says of itself, unverified; nothing if it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        body = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return body if isinstance(body, dict) else {}


def headers(key: str) -> dict[str, str]:
    """How a key signs requests in. The new keys are no JWTs, so they go into `apikey` alone."""
    agent = {"User-Agent": "quarterdeck"}
    if key.startswith("sb_secret_"):
        return {**agent, "apikey": key}
    return {**agent, "apikey": key, "Authorization": f"Bearer {key}"}
