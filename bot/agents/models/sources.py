"""The pages of the web that a provider looked up for a response.

Importing this imports pydantic-ai, which takes seconds: do it in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_ai.messages import ModelResponse, NativeToolReturnPart, TextPart, WebCitationSource

from bot.agents.messages import Source

MOST = 8
_ADDRESSES = ("url", "retrieved_url", "uri")


def sources_of(response: ModelResponse) -> list[Source]:
    """What the answer cites; where it cites nothing, what was found and read for it."""
    return _distinct(_cited(response)) or _distinct(_found(response))


def _cited(response: ModelResponse) -> Iterator[Source]:
    for part in response.parts:
        if not isinstance(part, TextPart):
            continue
        for citation in part.citations or ():
            for source in citation.sources:
                if isinstance(source, WebCitationSource):
                    yield Source(source.url, source.title or "")


def _found(response: ModelResponse) -> Iterator[Source]:
    for part in response.parts:
        if isinstance(part, NativeToolReturnPart):
            yield from _pages_in(part.content)


def _pages_in(value: Any) -> Iterator[Source]:
    """Each provider has a shape of its own: a page is whatever has an address."""
    if isinstance(value, dict):
        url = next((value[key] for key in _ADDRESSES if isinstance(value.get(key), str)), "")
        if url:
            yield Source(url, str(value.get("title") or ""))
            return
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _pages_in(inner)


def _distinct(sources: Iterable[Source]) -> list[Source]:
    kept: dict[str, Source] = {}
    for source in sources:
        if source.url.startswith(("https://", "http://")):
            kept.setdefault(source.url, source)
    return list(kept.values())[:MOST]
