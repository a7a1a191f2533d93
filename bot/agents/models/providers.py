"""How each provider of language models is reached.

Another provider is one more function here. Each imports its SDK when it is called, which takes
seconds, so call it in a thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.settings import ModelSettings

ANTHROPIC_URL = "https://api.anthropic.com"
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Endpoint:
    """One model of a provider and how to reach it.

    `idle_seconds` is how long the provider may send nothing at all, keep-alive pings included.
    """

    model: str
    api_key: SecretStr
    base_url: str = ""
    idle_seconds: float = 60.0


@dataclass(frozen=True)
class Line:
    """An open line to a model: pydantic-ai's model, the provider's own settings, how to hang up."""

    model: Model
    settings: ModelSettings
    close: Callable[[], Awaitable[None]]


Connect = Callable[[Endpoint], Line]


def anthropic(endpoint: Endpoint) -> Line:
    """A line to Anthropic's Messages API, with prompt caching of tools, instructions and turns."""
    from anthropic import AsyncAnthropic, Timeout
    from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = AsyncAnthropic(
        api_key=endpoint.api_key.get_secret_value(),
        base_url=endpoint.base_url or ANTHROPIC_URL,
        max_retries=0,  # retrying is Patient's, which can also fall back
        timeout=Timeout(endpoint.idle_seconds, connect=CONNECT_SECONDS),
    )
    settings = AnthropicModelSettings(
        anthropic_cache_tool_definitions=True,
        anthropic_cache_instructions=True,
        anthropic_cache_messages=True,
    )
    model = AnthropicModel(endpoint.model, provider=AnthropicProvider(anthropic_client=client))
    return Line(model, settings, client.close)
