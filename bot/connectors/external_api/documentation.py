"""A documentation page cut to what helps in writing a request.

An OpenAPI or Swagger document becomes a line for each operation; anything else its words. Both can
be narrowed to what somebody looks for, as a whole manual does not fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.connectors.external_api.body import MAX_SHOWN, page_text, text_of
from bot.connectors.external_api.exchange import Answer

MAX_READ = 4 * 1024 * 1024
"""Bytes of a document that are read."""

MAX_YAML = 1024 * 1024
"""Bytes of a YAML document that are read as OpenAPI: reading YAML is slow."""

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def digest(answer: Answer, wanted: str) -> tuple[str, str]:
    """The text of a document and what was cut of it, in words.

    Takes up to a second for a large document, so it belongs into a thread of its own.

    Args:
        wanted: words of which a line must hold each, in any case; empty for all lines.
    """
    text = text_of(answer)
    if text is None:
        return "", f"the document is binary ({answer.media_type}) and is not shown"
    lines = operations(text) if answer.whole else []
    if not lines:
        page = answer.media_type in ("text/html", "application/xhtml+xml")
        lines = (page_text(text) if page else text).splitlines()
    return _bounded(_narrowed(lines, wanted), answer.whole)


def operations(text: str) -> list[str]:
    """The lines of an OpenAPI or Swagger document; none of anything else."""
    found = _parsed(text)
    if not isinstance(found, dict) or not isinstance(found.get("paths"), dict):
        return []
    return [*_head(found), *_operations(found)]


def _parsed(text: str) -> Any:
    begin = text[:4096].lstrip()
    if begin.startswith("{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return None
    if len(text) > MAX_YAML or not any(word in begin for word in ("openapi:", "swagger:")):
        return None
    import yaml

    try:
        # The quick loader, where its library is there, is as safe.
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _head(document: Mapping[str, Any]) -> Iterator[str]:
    info = document.get("info")
    if isinstance(info, dict):
        yield f"{_words(info.get('title')) or 'API'} {_words(info.get('version'))}".strip()
    servers = document.get("servers")
    for server in servers if isinstance(servers, list) else ():
        if isinstance(server, dict) and _words(server.get("url")):
            yield f"server: {_words(server['url'])}"


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, item in document["paths"].items():
        if not isinstance(item, dict) or not isinstance(path, str):
            continue
        for method in _METHODS:
            operation = item.get(method)
            if isinstance(operation, dict):
                shared = item.get("parameters")
                yield _line(document, method, path[:300], operation, shared)


def _line(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any], shared: Any
) -> str:
    own = operation.get("parameters")
    listed = [
        _resolved(document, one)
        for several in (shared, own)
        for one in (several if isinstance(several, list) else ())
    ]
    parts = [f"{method.upper()} {path}"]
    summary = _words(operation.get("summary")) or _words(operation.get("description"))
    if summary:
        parts.append(summary)
    for place in ("query", "header"):
        names = [_named(one) for one in listed if one.get("in") == place]
        if names:
            parts.append(f"{place}: {', '.join(names[:30])}")
    body = _body(document, operation, listed)
    if body:
        parts.append(f"body: {body}")
    return " · ".join(parts)


def _words(value: Any) -> str:
    """A text of a document on one line. Anything else is left out: YAML can hold lists whose
    printed form is larger than any memory."""
    return " ".join(value.split())[:160] if isinstance(value, str) else ""


def _named(parameter: Mapping[str, Any]) -> str:
    return f"{_words(parameter.get('name'))}{'*' if parameter.get('required') else ''}"


def _body(
    document: Mapping[str, Any], operation: Mapping[str, Any], listed: list[dict[str, Any]]
) -> str:
    """The names of a body's fields, with a star for required ones."""
    schema: Any = next((one.get("schema") for one in listed if one.get("in") == "body"), None)
    request = _resolved(document, operation.get("requestBody"))
    content = request.get("content")
    if isinstance(content, dict):
        media = next((one for one in content.values() if isinstance(one, dict)), {})
        schema = media.get("schema")
    resolved = _resolved(document, schema)
    fields = resolved.get("properties")
    if not isinstance(fields, dict):
        return "yes" if resolved or content else ""
    required = resolved.get("required")
    must = required if isinstance(required, list) else []
    named = [str(name) for name in list(fields)[:30] if isinstance(name, str)]
    return ", ".join(f"{name[:80]}{'*' if name in must else ''}" for name in named)


def _resolved(document: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """What a reference inside the document points to; one step, as references can go in circles."""
    if not isinstance(value, dict):
        return {}
    reference = value.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return value
    found: Any = document
    for step in reference[2:].split("/"):
        found = found.get(step.replace("~1", "/").replace("~0", "~"), {}) if found else {}
        if not isinstance(found, dict):
            return {}
    return dict(found)


def _narrowed(lines: list[str], wanted: str) -> list[str]:
    words = wanted.lower().split()
    return [line for line in lines if all(word in line.lower() for word in words)]


def _bounded(lines: list[str], whole: bool) -> tuple[str, str]:
    kept, size = [], 0
    for line in lines:
        size += len(line.encode("utf-8", "replace")) + 1
        if size > MAX_SHOWN:
            break
        kept.append(line)
    if not kept and lines:
        kept = [lines[0].encode("utf-8", "replace")[:MAX_SHOWN].decode("utf-8", "ignore")]
    missing = [] if len(kept) == len(lines) else [f"{len(lines) - len(kept)} more lines"]
    if not whole:
        missing.append(f"all after the first {MAX_READ // 1024 // 1024} MB")
    cut = f"{' and '.join(missing)} are not shown; narrow it with find" if missing else ""
    return "\n".join(kept), cut
