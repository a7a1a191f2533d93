"""Reads the arguments of a call out of query, form and JSON body, whichever were sent."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from aiohttp import web

from playground.workspace.model import Json
from playground.workspace.webapi.errors import ApiError

STRUCTURED = frozenset(
    "attachments blocks chunks files loading_messages message metadata prompts unfurls "
    "user_auth_blocks view".split()
)
"""Arguments that are arrays or objects; in a query or form they come as JSON text."""


async def read_arguments(request: web.Request) -> Json:
    """Raises ApiError when the body is not what its content type says."""
    args: Json = dict(request.query)
    if request.method == "POST":
        args |= await _body(request)
    for name in STRUCTURED & args.keys():
        args[name] = _decoded(name, args[name])
    return args


async def _body(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return _json_object(await request.text())
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.post()
        return {name: value for name, value in form.items() if isinstance(value, str)}
    if await request.read():
        raise ApiError("invalid_post_type")
    return {}


def _json_object(text: str) -> Json:
    try:
        data = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise ApiError("invalid_json") from error
    if not isinstance(data, dict):
        raise ApiError("json_not_object")
    return data


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value or None
    try:
        return json.loads(value)
    except ValueError as error:
        code = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
        raise ApiError(code.get(name, "invalid_arguments")) from error


def read_token(request: web.Request, args: Json) -> str | None:
    """The bearer token, or the `token` argument of a query or form."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    token = args.get("token")
    return token if isinstance(token, str) and token else None


def read_basic(request: web.Request) -> tuple[str, str] | None:
    """Client id and secret from HTTP Basic authentication, which slack_sdk uses for OAuth."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, password
