"""How each provider of language models is reached.

Another provider is one more function here. Each imports its SDK when it is called, which takes
seconds, so call it in a thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from pydantic_ai.models import Model
    from pydantic_ai.native_tools import AbstractNativeTool
    from pydantic_ai.settings import ModelSettings

ANTHROPIC, OPENAI, GOOGLE, COMPATIBLE = "anthropic", "openai", "google", "compatible"

KEYS = {
    ANTHROPIC: "ANTHROPIC_API_KEY",
    OPENAI: "OPENAI_API_KEY",
    GOOGLE: "GOOGLE_API_KEY",
    COMPATIBLE: "QUARTERDECK_LOCAL_MODEL_URL",
}
"""The setting that makes a provider reachable."""

ANTHROPIC_URL = "https://api.anthropic.com"
OPENAI_URL = "https://api.openai.com/v1"
GOOGLE_URL = "https://generativelanguage.googleapis.com"
CONNECT_SECONDS = 10.0

MOST_SEARCHES = 5
"""Searches and pages of one response, each: every one costs money, and takes room in the prompt."""


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
    """An open line to a model: pydantic-ai's model, the provider's own settings, how to hang up.

    `web` are the provider's own tools for the web: search, and fetching a page.
    """

    model: Model
    settings: ModelSettings
    close: Callable[[], Awaitable[None]]
    web: Sequence[AbstractNativeTool] = ()


Connect = Callable[[Endpoint], Line]


def anthropic(endpoint: Endpoint) -> Line:
    """A line to Anthropic's Messages API, with prompt caching of tools, instructions and turns."""
    from anthropic import AsyncAnthropic, Timeout
    from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
    from pydantic_ai.native_tools import WebFetchTool, WebSearchTool
    from pydantic_ai.profiles.anthropic import AnthropicModelProfile
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
        citations=True,  # of what its web search found; nothing else is cited
    )
    # Its transformer only counts where tools are strict, and copies every schema at every step.
    as_they_are = AnthropicModelProfile(json_schema_transformer=None)
    provider = AnthropicProvider(anthropic_client=client)
    model = AnthropicModel(endpoint.model, provider=provider, profile=as_they_are)
    web = (WebSearchTool(max_uses=MOST_SEARCHES), WebFetchTool(max_uses=MOST_SEARCHES))
    return Line(model, settings, client.close, web)


def openai(endpoint: Endpoint) -> Line:
    """A line to OpenAI's Responses API.

    Nothing is stored there: reasoning comes back to us sealed, and goes out again with the turn.
    Prompts are cached by themselves; newer models are told where their stable part ends.
    """
    from pydantic_ai.models.openai import OpenAIResponsesModel, OpenAIResponsesModelSettings
    from pydantic_ai.native_tools import WebSearchTool
    from pydantic_ai.providers.openai import OpenAIProvider

    client = _openai_client(endpoint, OPENAI_URL)
    settings = OpenAIResponsesModelSettings(
        cache=True, openai_store=False, openai_include_web_search_sources=True
    )
    model = OpenAIResponsesModel(endpoint.model, provider=OpenAIProvider(openai_client=client))
    return Line(model, settings, client.close, (WebSearchTool(),))


def google(endpoint: Endpoint) -> Line:
    """A line to the Gemini API, which caches prompts by itself.

    Only models since Gemini 3 take search beside our tools; for others there is none.
    """
    import httpx2
    from pydantic_ai.models.google import GoogleModel, GoogleModelSettings
    from pydantic_ai.native_tools import WebFetchTool, WebSearchTool
    from pydantic_ai.providers.google import GoogleProvider

    client = httpx2.AsyncClient(
        timeout=httpx2.Timeout(endpoint.idle_seconds, connect=CONNECT_SECONDS)
    )
    provider = GoogleProvider(
        api_key=endpoint.api_key.get_secret_value(),
        base_url=endpoint.base_url or GOOGLE_URL,
        http_client=client,
    )
    model = GoogleModel(endpoint.model, provider=provider)
    both = model.profile.get("google_supports_tool_combination", False)
    web = (WebSearchTool(), WebFetchTool()) if both else ()
    return Line(model, GoogleModelSettings(), client.aclose, web)


def compatible(endpoint: Endpoint) -> Line:
    """A line to any address that speaks OpenAI's Chat Completions: a local model, a proxy."""
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    client = _openai_client(endpoint, endpoint.base_url)
    whole = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
    provider = OpenAICompatibleProvider(COMPATIBLE, openai_client=client, profile=whole)
    model = OpenAIChatModel(endpoint.model, provider=provider)
    return Line(model, OpenAIChatModelSettings(), client.close)


def _openai_client(endpoint: Endpoint, base_url: str) -> AsyncOpenAI:
    from openai import AsyncOpenAI, Timeout

    return AsyncOpenAI(
        api_key=endpoint.api_key.get_secret_value(),
        base_url=endpoint.base_url or base_url,
        max_retries=0,  # retrying is Patient's, which can also fall back
        timeout=Timeout(endpoint.idle_seconds, connect=CONNECT_SECONDS),
    )


CONNECTS: Mapping[str, Connect] = {
    ANTHROPIC: anthropic,
    OPENAI: openai,
    GOOGLE: google,
    COMPATIBLE: compatible,
}
"""By the name of a provider in the catalogue."""
