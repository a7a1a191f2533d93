"""The house's own tools: the planner has a way of its own with each of them."""

from __future__ import annotations

from bot.agents.directives.tools import NAMES as _DIRECTIVES
from bot.agents.knowledge.recall import SEARCH

__all__ = ["APART", "SEARCH", "SUGGEST"]

SUGGEST = "suggest_follow_ups"
"""Closes an answer with questions that go on from it."""

APART = _DIRECTIVES | {SEARCH, SUGGEST}
"""Tools that no words of a question are matched with. Its directives are carried out without it."""
