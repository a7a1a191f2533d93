"""The connector for ClickHouse: `connector` says what it is."""

from bot.connectors.clickhouse.connector import ClickHouse

__all__ = ["ClickHouse"]
