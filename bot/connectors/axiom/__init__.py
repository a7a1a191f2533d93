"""The connector for Axiom: `connector` says what it is, `apl` holds queries inside the dataset."""

from bot.connectors.axiom.connector import Axiom

__all__ = ["Axiom"]
