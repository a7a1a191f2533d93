"""Closing calls: made in the very response that holds the answer, so that they cost no other one.

A step marks them when it is saved. They are no part of what was looked up: people do not see them
among the steps, and later questions do not hear of them.
"""

from __future__ import annotations

from typing import Any

from bot.store.tables import Step


def is_answer(step: Step) -> bool:
    """Whether a response is the answer: it calls nothing, or says it and calls nothing but closing
    tools."""
    text, calls = step.replied["text"], step.replied["calls"]
    return not calls or (bool(text.strip()) and not looking_calls(step))


def looking_calls(step: Step) -> list[dict[str, Any]]:
    """The calls of a response that look something up or do something."""
    return [call for call in step.replied["calls"] if not call.get("closing")]
