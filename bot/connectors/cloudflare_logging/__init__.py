"""The connector for Cloudflare's Workers Logs: `connector` says what it is."""

from bot.connectors.cloudflare_logging.connector import CloudflareLogging

__all__ = ["CloudflareLogging"]
