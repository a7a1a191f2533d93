"""The connector for PostgreSQL and MySQL: `connector` says what it is."""

from bot.connectors.generic_sql.connector import GenericSql

__all__ = ["GenericSql"]
