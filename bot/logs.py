"""Logs: structured lines, with secrets taken out before anything is written."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

from bot.gate.redaction import Redactor


def set_up_logs(level: str, form: Literal["console", "json"], secrets: list[str]) -> None:
    """Configures structlog and the standard library's logging to write the same way.

    Args:
        secrets: values that never appear in a line, whoever logs it.
    """
    redactor = Redactor(secrets)

    def redact(
        _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {key: redactor.values(value) for key, value in event.items()}

    def redact_line(_logger: Any, _method: str, line: Any) -> str:
        """Once more, for what only now became text: objects, keys, bytes."""
        return redactor.text(line)

    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        # Plain tracebacks: the pretty ones print local variables, and with them secrets.
        else structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
                redact_line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in (
        "alembic",
        "httpx",
        "httpx2",
        "apscheduler",
        "slack_sdk",
        "slack_bolt",
        "aiohttp.access",
    ):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
