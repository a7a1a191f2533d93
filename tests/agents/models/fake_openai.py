"""What OpenAI streams: its Responses API, and the Chat Completions that many others speak, too.

Events are those of https://platform.openai.com/docs/api-reference/responses-streaming and
https://platform.openai.com/docs/api-reference/chat-streaming.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.agents.models.scripted import JSON, Answer, fails
from tests.agents.models.scripted import streams as stream

MODEL = "gpt-5-mini"
DATED = "gpt-5-mini-2025-08-07"
LOCAL_MODEL = "qwen3-coder:30b"

USAGE = {
    "input_tokens": 40,
    "input_tokens_details": {"cached_tokens": 30},
    "output_tokens": 15,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 55,
}

Item = Callable[[int], tuple[JSON, list[JSON]]]
"""An item of the output at an index: itself when it is done, and the events that bring it."""


def text(*chunks: str, annotations: Sequence[JSON] = ()) -> Item:
    def at(index: int) -> tuple[JSON, list[JSON]]:
        where = {"item_id": f"msg_{index}", "output_index": index, "content_index": 0}
        empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        part = {**empty, "text": "".join(chunks), "annotations": list(annotations)}
        item = _message(index, [part])
        opening = {**item, "status": "in_progress", "content": []}
        events = [
            {"type": "response.output_item.added", "output_index": index, "item": opening},
            {"type": "response.content_part.added", **where, "part": empty},
        ]
        events += [
            {"type": "response.output_text.delta", **where, "delta": chunk, "logprobs": []}
            for chunk in chunks
        ]
        events += [
            {
                "type": "response.output_text.annotation.added",
                **where,
                "annotation_index": number,
                "annotation": annotation,
            }
            for number, annotation in enumerate(annotations)
        ]
        done = {"type": "response.output_text.done", **where, "text": part["text"], "logprobs": []}
        return item, [*events, done, {"type": "response.content_part.done", **where, "part": part}]

    return at


def refusal(words: str) -> Item:
    def at(index: int) -> tuple[JSON, list[JSON]]:
        where = {"item_id": f"msg_{index}", "output_index": index, "content_index": 0}
        part = {"type": "refusal", "refusal": words}
        item = _message(index, [part])
        return item, [
            {
                "type": "response.output_item.added",
                "output_index": index,
                "item": {**item, "content": []},
            },
            {"type": "response.content_part.added", **where, "part": {**part, "refusal": ""}},
            {"type": "response.refusal.delta", **where, "delta": words},
            {"type": "response.refusal.done", **where, "refusal": words},
            {"type": "response.content_part.done", **where, "part": part},
        ]

    return at


def function_call(call_id: str, name: str, *json_chunks: str) -> Item:
    def at(index: int) -> tuple[JSON, list[JSON]]:
        where = {"item_id": f"fc_{call_id}", "output_index": index}
        item = {
            "type": "function_call",
            "id": f"fc_{call_id}",
            "call_id": call_id,
            "name": name,
            "arguments": "".join(json_chunks),
            "status": "completed",
        }
        opening = {**item, "arguments": "", "status": "in_progress"}
        events: list[JSON] = [
            {"type": "response.output_item.added", "output_index": index, "item": opening}
        ]
        events += [
            {"type": "response.function_call_arguments.delta", **where, "delta": chunk}
            for chunk in json_chunks
        ]
        done = {"arguments": item["arguments"], "name": name}
        events.append({"type": "response.function_call_arguments.done", **where, **done})
        return item, events

    return at


def web_search(query: str, *urls: str) -> Item:
    def at(index: int) -> tuple[JSON, list[JSON]]:
        where = {"item_id": f"ws_{index}", "output_index": index}
        action = {
            "type": "search",
            "query": query,
            "sources": [{"type": "url", "url": url} for url in urls],
        }
        item = {
            "type": "web_search_call",
            "id": f"ws_{index}",
            "status": "completed",
            "action": action,
        }
        opening = {**item, "status": "in_progress", "action": {"type": "search", "query": query}}
        return item, [
            {"type": "response.output_item.added", "output_index": index, "item": opening},
            {"type": "response.web_search_call.in_progress", **where},
            {"type": "response.web_search_call.searching", **where},
            {"type": "response.web_search_call.completed", **where},
        ]

    return at


def url_citation(url: str, title: str, start: int, end: int) -> JSON:
    return {
        "type": "url_citation",
        "url": url,
        "title": title,
        "start_index": start,
        "end_index": end,
    }


def response(*items: Item, usage: JSON | None = None) -> list[JSON]:
    """The events of a whole response."""
    events: list[JSON] = [{"type": "response.created", "response": _envelope([], "in_progress")}]
    output: list[JSON] = []
    for index, made in enumerate(items):
        item, brought = made(index)
        output.append(item)
        events += brought
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    done = _envelope(output, "completed", usage or USAGE)
    events.append({"type": "response.completed", "response": done})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def streams(events: Sequence[JSON]) -> Answer:
    return stream(events, named=True)


def error(status: int, code: str, words: str, headers: dict[str, str] | None = None) -> Answer:
    body = {"error": {"message": words, "type": code, "param": None, "code": code}}
    return fails(status, body, headers)


def _message(index: int, content: list[JSON]) -> JSON:
    return {
        "type": "message",
        "id": f"msg_{index}",
        "role": "assistant",
        "status": "completed",
        "content": content,
    }


def _envelope(output: list[JSON], status: str, usage: JSON | None = None) -> JSON:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_795_000_000,
        "model": DATED,
        "status": status,
        "output": output,
        "usage": usage,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "store": False,
    }


# Chat Completions


def chunk(delta: JSON, finish: str | None = None, **more: Any) -> JSON:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_795_000_000,
        "model": LOCAL_MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
    }


def chat(*deltas: JSON, finish: str = "stop") -> list[JSON]:
    """The chunks of a whole completion."""
    usage = {
        "prompt_tokens": 40,
        "completion_tokens": 15,
        "total_tokens": 55,
        "prompt_tokens_details": {"cached_tokens": 30},
    }
    return [
        chunk({"role": "assistant", "content": ""}),
        *[chunk(delta) for delta in deltas],
        chunk({}, finish),
        {**chunk({}), "choices": [], "usage": usage},
    ]


def said(*chunks: str) -> list[JSON]:
    return [{"content": words} for words in chunks]


def called(index: int, call_id: str, name: str, *json_chunks: str) -> list[JSON]:
    """The deltas of one call in a completion."""
    opening = {
        "index": index,
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": ""},
    }
    return [
        {"tool_calls": [opening]},
        *[{"tool_calls": [{"index": index, "function": {"arguments": c}}]} for c in json_chunks],
    ]


def completes(events: Sequence[JSON]) -> Answer:
    return stream(events, end="[DONE]")
