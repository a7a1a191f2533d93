"""The connector for Better Stack: `connector` says what it is, `api` what its areas share."""

from bot.connectors.better_stack.connector import BetterStack

__all__ = ["BetterStack"]
