"""What an agent may put into a request beside its path, and what it may not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from bot.connectors.errors import Invalid

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]{0,4000}")
_CONTENT_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(; ?[\w-]+=\"?[\w.:/+-]+\"?)*", re.ASCII)

_OURS = frozenset(
    """
    authorization cookie cookie2 set-cookie host transfer-encoding content-length content-encoding
    connection keep-alive upgrade te trailer expect accept-encoding via forwarded
    """.split()
)
_OURS_BEGIN = ("proxy-", "x-forwarded-", "sec-")
# With these, some servers take one method or path for another, which would go past the grants.
_DISGUISES = frozenset(
    """
    x-http-method x-http-method-override x-method-override
    x-original-url x-rewrite-url x-original-uri x-original-host x-host
    """.split()
)
_METHOD_FIELDS = frozenset({"_method", "_httpmethod", "x-http-method-override"})


def check_headers(headers: Mapping[str, str], secret_name: str = "") -> None:
    """Raises Invalid for headers that are ours to set or cannot be sent.

    Args:
        secret_name: the header that carries the connection's key, if one does.
    """
    fields = {}
    for name, value in headers.items():
        problem = _header_problem(name, value, secret_name)
        if problem:
            # A name with line breaks in it would break the message, too.
            fields[f"headers.{name if _NAME.fullmatch(name) else '?'}"] = problem
    if fields:
        raise Invalid("These headers cannot be sent.", fields=fields)


def _header_problem(name: str, value: str, secret_name: str) -> str:
    if not _NAME.fullmatch(name):
        return "is no name for a header"
    # Some servers take an underscore for a hyphen.
    plain = name.lower().replace("_", "-")
    if secret_name and plain == secret_name.lower().replace("_", "-"):
        return "carries the connection's key, so it cannot be set"
    if plain == "content-type":
        return "is set with content_type"
    if plain in _OURS or plain in _DISGUISES or plain.startswith(_OURS_BEGIN):
        return "cannot be set"
    if not _VALUE.fullmatch(value):
        return "may hold printable ASCII characters only, and no line breaks"
    return ""


def check_query(query: Iterable[str], secret_name: str = "") -> None:
    """Raises Invalid for parameters that carry the connection's key or disguise the method."""
    fields = {}
    for name in query:
        # Some servers read `key[]` and `key.x` as `key`.
        plain = re.split(r"[\[.\x00]", name.strip().lower())[0]
        whole = name.strip().lower()
        if secret_name and secret_name.lower() in (plain, whole):
            fields[f"query.{secret_name}"] = "carries the connection's key, so it cannot be set"
        elif plain in _METHOD_FIELDS:
            fields[f"query.{plain}"] = "cannot be set"
    if fields:
        raise Invalid("These parameters cannot be sent.", fields=fields)


def check_content_type(content_type: str) -> None:
    """Raises Invalid for what is no media type."""
    if len(content_type) > 200 or not _CONTENT_TYPE.fullmatch(content_type):
        problem = "is a media type such as application/json"
        raise Invalid("That content type cannot be sent.", fields={"content_type": problem})


def check_body(content: bytes, content_type: str) -> None:
    """Raises Invalid for a body that asks a server to take the request for another method's."""
    if _METHOD_FIELDS & {name.lower() for name in _field_names(content, content_type.lower())}:
        raise Invalid("That body cannot be sent.", fields={"body": "must not hold _method"})


def _field_names(content: bytes, content_type: str) -> list[str]:
    text = content.decode("utf-8", "replace")
    if content_type.startswith("multipart/"):
        return re.findall(r"name\s*=\s*[\"']?([\w-]+)", text)
    if "json" in content_type:
        try:
            parsed = json.loads(text)
        except ValueError:
            return []
        return list(parsed) if isinstance(parsed, dict) else []
    return [name for name, _ in parse_qsl(text, keep_blank_values=True)]


def shown_headers(headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The headers of an answer that help in reading it; never cookies or challenges."""
    return {name.lower(): value[:500] for name, value in headers if _helps(name.lower())}


def _helps(name: str) -> bool:
    known = {"etag", "last-modified", "link", "location", "retry-after", "content-length", "allow"}
    begin = ("x-ratelimit", "ratelimit", "x-rate-limit", "x-total", "x-page", "x-next", "x-per-")
    return name in known or name.startswith(begin)
