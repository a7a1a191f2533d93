"""The connector for Cloud Logging: `connector` says what it is, `filters` keeps the fence."""

from bot.connectors.gcloud_logging.connector import CloudLogging

__all__ = ["CloudLogging"]
