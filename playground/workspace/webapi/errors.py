"""How a method says no."""

from __future__ import annotations

from playground.workspace.model import Json


class ApiError(Exception):
    """Becomes {"ok": false, "error": code, ...extra}."""

    def __init__(self, code: str, **extra: object) -> None:
        super().__init__(code)
        self.code = code
        self.extra: Json = dict(extra)


def missing_field(name: str) -> ApiError:
    return invalid_arguments(f"[ERROR] missing required field: {name}")


def invalid_arguments(*messages: str) -> ApiError:
    return ApiError("invalid_arguments", response_metadata={"messages": list(messages)})
