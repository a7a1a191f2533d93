"""Tables of the databases' own that hold password hashes, keys, or the queries of others."""

from __future__ import annotations

from bot.connectors.sql.dialects import Dialect

_POSTGRES_TABLES = frozenset(
    """
    pg_authid pg_shadow pg_user_mapping pg_user_mappings pg_largeobject pg_subscription
    pg_hba_file_rules pg_ident_file_mappings pg_file_settings pg_settings pg_db_role_setting
    pg_foreign_server foreign_server_options user_mapping_options _pg_user_mappings
    pg_stat_statements pg_stat_ssl pg_stat_gssapi pg_config
    """.split()
)
_POSTGRES_SCHEMAS = frozenset(["auth", "vault", "pgsodium", "supabase_functions"])
"""Supabase's schemas with password hashes, secrets and keys."""

_MYSQL_SCHEMAS = frozenset(["mysql", "performance_schema"])
_MYSQL_TABLES = frozenset(["processlist", "user_privileges", "user_attributes"])

_CLICKHOUSE_TABLES = frozenset(
    """
    asynchronous_metrics clusters columns contributors data_skipping_indices data_type_families
    databases disks events formats functions merges metrics mutations numbers numbers_mt one parts
    parts_columns projections replicas replication_queue tables time_zones zeros zeros_mt
    detached_parts table_engines build_options licenses
    """.split()
)
"""All of ClickHouse's system tables that may be read; others show queries, users or secrets."""


def is_secret_table(catalog: str, schema: str, name: str, dialect: Dialect) -> bool:
    catalog, schema, name = catalog.lower(), schema.lower(), name.lower()
    match dialect:
        case Dialect.POSTGRES:
            return name in _POSTGRES_TABLES or schema in _POSTGRES_SCHEMAS
        case Dialect.MYSQL:
            inside = schema == "information_schema" and name in _MYSQL_TABLES
            return schema in _MYSQL_SCHEMAS or inside
        case Dialect.CLICKHOUSE:
            return schema == "system" and name not in _CLICKHOUSE_TABLES
        case Dialect.SQLITE:
            return name.startswith(("_cf_", "sqlite_dbpage", "dbstat"))
