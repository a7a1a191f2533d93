"""What the Gemini API streams: https://ai.google.dev/api/generate-content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.agents.models.scripted import JSON, Answer, fails, streams

MODEL = "gemini-3-flash-preview"

USAGE = {
    "promptTokenCount": 40,
    "cachedContentTokenCount": 30,
    "candidatesTokenCount": 15,
    "totalTokenCount": 55,
}


def chunk(*parts: JSON, finish: str = "", **candidate: Any) -> JSON:
    """One piece of a response."""
    made: JSON = {"content": {"role": "model", "parts": list(parts)}, "index": 0, **candidate}
    if finish:
        made["finishReason"] = finish
    body: JSON = {"candidates": [made], "modelVersion": MODEL, "responseId": "r1"}
    return {**body, "usageMetadata": USAGE} if finish else body


def text(words: str) -> JSON:
    return {"text": words}


def function_call(name: str, arguments: JSON, signature: str = "") -> JSON:
    part: JSON = {"functionCall": {"name": name, "args": arguments}}
    return {**part, "thoughtSignature": signature} if signature else part


def said(*words: str) -> list[JSON]:
    """A whole answer in words, a chunk each."""
    return [*[chunk(text(one)) for one in words], chunk(finish="STOP")]


def grounded(words: str, query: str, *pages: tuple[str, str]) -> list[JSON]:
    """An answer that Google's search supports: addresses and titles."""
    metadata = {
        "webSearchQueries": [query],
        "groundingChunks": [{"web": {"uri": uri, "title": title}} for uri, title in pages],
        "groundingSupports": [
            {
                "segment": {"startIndex": 0, "endIndex": len(words.encode()), "text": words},
                "groundingChunkIndices": list(range(len(pages))),
            }
        ],
    }
    return [chunk(text(words)), chunk(finish="STOP", groundingMetadata=metadata)]


def blocked(reason: str) -> list[JSON]:
    """The prompt itself was refused: there is no candidate at all."""
    return [
        {
            "promptFeedback": {"blockReason": reason},
            "usageMetadata": USAGE,
            "modelVersion": MODEL,
            "responseId": "r1",
        }
    ]


def plays(events: Sequence[JSON]) -> Answer:
    return streams(events)


def error(status: int, code: str, words: str, headers: dict[str, str] | None = None) -> Answer:
    return fails(status, {"error": {"code": status, "message": words, "status": code}}, headers)
