"""A message that is still being written: its chunks, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass
class Stream:
    """State of a chat.startStream message. `parts` are markdown texts, task ids and block lists."""

    started: float
    display_mode: str = "timeline"
    state: Literal["in_progress", "completed", "errored"] = "in_progress"
    stopped_by_user: bool = False
    plan_title: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    parts: list[tuple[Literal["text", "task", "blocks"], Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(value for kind, value in self.parts if kind == "text")

    def add_text(self, text: str) -> None:
        if self.parts and self.parts[-1][0] == "text":
            self.parts[-1] = ("text", self.parts[-1][1] + text)
        elif text:
            self.parts.append(("text", text))

    def add_task(self, chunk: Json) -> None:
        """The same task id again updates that step; what is left out keeps its value."""
        task_id = chunk["id"]
        if task_id not in self.tasks:
            self.tasks[task_id] = {"id": task_id}
            self.parts.append(("task", task_id))
        self.tasks[task_id].update({k: v for k, v in chunk.items() if k not in ("type", "id")})

    def add_chunk(self, chunk: Json) -> None:
        kind = chunk["type"]
        if kind == "markdown_text":
            self.add_text(chunk["text"])
        elif kind == "task_update":
            self.add_task(chunk)
        elif kind == "plan_update":
            self.plan_title = chunk["title"]
        else:
            self.parts.append(("blocks", list(chunk["blocks"])))

    def blocks(self) -> list[Json]:
        """The blocks that the message would have if it were finished now."""
        if self.display_mode == "plan":
            return self._plan() + self._flat(with_tasks=False)
        return self._flat(with_tasks=True)

    def _flat(self, *, with_tasks: bool) -> list[Json]:
        blocks: list[Json] = []
        for kind, value in self.parts:
            if kind == "text":
                blocks.append({"type": "markdown", "text": value})
            elif kind == "blocks":
                blocks.extend(value)
            elif with_tasks:
                blocks.append(_task_card(self.tasks[value]))
        return blocks

    def _plan(self) -> list[Json]:
        if not self.tasks:
            return []
        cards = [_task_card(task) for task in self.tasks.values()]
        return [{"type": "plan", "title": self.plan_title or "Plan", "tasks": cards}]


def _task_card(task: Json) -> Json:
    card = {
        "type": "task_card",
        "task_id": task["id"],
        "title": task.get("title", ""),
        "status": task.get("status", "pending"),
    }
    for name in ("details", "output"):
        if task.get(name):
            card[name] = _rich_text(task[name])
    if task.get("sources"):
        card["sources"] = task["sources"]
    return card


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
