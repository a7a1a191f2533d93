"""The connector for any REST API: `connector` says what it is and what it can do."""

from bot.connectors.external_api.connector import ExternalApi

__all__ = ["ExternalApi"]
