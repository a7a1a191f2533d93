"""The offline planner: a deterministic stand-in for a language model."""

from bot.agents.offline.planner import NOTICE, OfflinePlanner

__all__ = ["NOTICE", "OfflinePlanner"]
