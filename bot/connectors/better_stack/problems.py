"""What Better Stack's error bodies say. They come in several shapes and are never JSON:API."""

from __future__ import annotations

from bot.connectors.http import Json


def explain(status: int, body: Json) -> tuple[str, dict[str, str]]:
    """The words and the field errors of an error body.

    Seen at the vendor: `{"errors": "text"}`, `{"errors": {"field": ["text"]}}`,
    `{"errors": ["text"]}`, and `{"errors": "text"}` beside `required_attributes` or
    `invalid_attributes`. What a proxy in front may send instead has no words for people.
    """
    if not isinstance(body, dict):
        return "", {}
    errors = body.get("errors") or body.get("error") or ""
    fields = {
        **{str(name): "is required" for name in _list(body.get("required_attributes"))},
        **{str(name): "is not accepted" for name in _list(body.get("invalid_attributes"))},
    }
    if isinstance(errors, dict):
        fields |= {str(name): _sentence(messages) for name, messages in errors.items()}
        return "", fields
    return _sentence(errors), fields


def _sentence(messages: Json) -> str:
    return "; ".join(str(message) for message in _list(messages))


def _list(value: Json) -> list[Json]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]
