"""The house's own tools: the planner has a way of its own with each of them."""

from __future__ import annotations

from bot.agents.directives.tools import NAMES as _DIRECTIVES
from bot.agents.knowledge.recall import SEARCH
from bot.agents.suggesting import SUGGEST

__all__ = ["APART", "SEARCH", "SUGGEST"]

APART = _DIRECTIVES | {SEARCH, SUGGEST}
"""Tools that no words of a question are matched with. Its directives are carried out without it."""
