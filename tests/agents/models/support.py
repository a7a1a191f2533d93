"""What the tests of the models share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from bot.agents.messages import Asked, Replied, Request, Returned, ToolReturn, ToolSpec, Turn
from bot.agents.models.direct import DirectModel
from bot.agents.models.providers import Endpoint, anthropic
from bot.connectors.base import Access
from tests.agents.models.fake_anthropic import MODEL, FakeAnthropic

KEY = "sk-ant-api03-do-not-show-me"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

MONITORS = ToolSpec(
    "list_monitors",
    "Lists the monitors.",
    {
        "type": "object",
        "properties": {"status": {"type": "string", "description": "up or down"}},
        "required": ["status"],
        "additionalProperties": False,
    },
    Access.READ,
)
LOGS = ToolSpec("search_logs", "Searches the logs.", {"type": "object"}, Access.READ)


@dataclass
class Screen:
    """Where the text of an answer appears as it grows."""

    shown: list[str] = field(default_factory=list)

    async def __call__(self, text: str) -> None:
        self.shown.append(text)


def asking(*turns: Turn | str, tools: Sequence[ToolSpec] = (MONITORS, LOGS)) -> Request:
    named = [Asked(turn, "Dana") if isinstance(turn, str) else turn for turn in turns]
    return Request("You are the debugger.", named, tools, NOW)


def returned(call_id: str, name: str, text: str, *, failed: bool = False) -> Returned:
    return Returned([ToolReturn(call_id, name, text, failed=failed)])


def direct(fake: FakeAnthropic, *, idle: float = 10.0, **options: Any) -> DirectModel:
    endpoint = Endpoint(MODEL, SecretStr(KEY), fake.url, idle_seconds=idle)
    return DirectModel(endpoint, anthropic, **options)


async def ask(model: DirectModel, request: Request) -> Replied:
    """One response, and the line is closed behind it."""
    try:
        return await model.respond(request, Screen())
    finally:
        await model.aclose()
