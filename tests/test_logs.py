"""No secret reaches a log line, whoever writes it and however."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog

from bot.logs import set_up_logs

SECRET = "hunter22-hunter22"
TOKEN = "xoxb-" + "1234567890-abcdefghij"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    levels = {name: one.level for name, one in _loggers().items()}
    yield
    root.handlers = handlers
    root.setLevel(level)
    for name, one in _loggers().items():
        one.setLevel(levels.get(name, logging.NOTSET))
    structlog.reset_defaults()


def _loggers() -> dict[str, logging.Logger]:
    known = logging.Logger.manager.loggerDict
    return {name: one for name, one in known.items() if isinstance(one, logging.Logger)}


def logs(form: Literal["console", "json"] = "json") -> Any:
    set_up_logs("info", form, [SECRET])
    return structlog.get_logger("test")


class Holder:
    """An object whose printed form holds a secret."""

    def __repr__(self) -> str:
        return f"<Holder {SECRET} {TOKEN}>"


@pytest.mark.parametrize("form", ["console", "json"])
def test_secrets_are_masked_wherever_they_stand(
    form: Literal["console", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    log = logs(form)
    log.info(f"event {SECRET}")
    log.info("event", field=SECRET, deep={"a": [SECRET, {"b": TOKEN}]}, pair=(SECRET, 1))
    log.info("event", thing=Holder(), many=[Holder()], raw=SECRET.encode())
    log.info("event", **{SECRET: 1})
    log.warning("event", error=ValueError(f"bad {SECRET}"))
    try:
        raise RuntimeError(f"cannot use {SECRET} or {TOKEN}")
    except RuntimeError:
        log.exception("event")
    library = logging.getLogger("library")
    library.warning("said %s and %s", SECRET, Holder())
    try:
        raise RuntimeError(f"cannot use {SECRET}")
    except RuntimeError:
        library.exception("library broke over %s", TOKEN)
    written = capsys.readouterr().err
    assert SECRET not in written
    assert TOKEN not in written
    assert written.count("[redacted]") >= 10
    assert "RuntimeError: cannot use" in written, "the trace itself stays"


def test_a_json_line_is_json_with_a_time_and_a_level(capsys: pytest.CaptureFixture[str]) -> None:
    logs().info("started", workspace="Harbor")
    logging.getLogger("library").error("broke")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["event"], first["workspace"], first["level"]) == ("started", "Harbor", "info")
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"]) == ("broke", "error")


def test_what_is_below_the_level_and_chatter_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = logs()
    log.debug("hidden")
    logging.getLogger("httpx").info("GET https://example.com")
    log.info("shown")
    assert capsys.readouterr().err.count("\n") == 1
