"""The dialects as sqlglot reads them, with what it does not know added."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp
from sqlglot.dialects.clickhouse import ClickHouse
from sqlglot.dialects.dialect import Dialect as Grammar
from sqlglot.dialects.mysql import MySQL
from sqlglot.dialects.postgres import Postgres
from sqlglot.generators.clickhouse import ClickHouseGenerator
from sqlglot.generators.mysql import MySQLGenerator
from sqlglot.parsers.clickhouse import ClickHouseParser
from sqlglot.parsers.postgres import PostgresParser
from sqlglot.tokenizer_core import TokenType

from bot.connectors.sql.dialects import Dialect


def _limit(parser: Any) -> tuple[str, exp.Expr | None]:
    limit = parser._parse_limit()
    return ("limit_by" if limit is not None and limit.expressions else "limit", limit)


class _Parser(ClickHouseParser):
    QUERY_MODIFIER_PARSERS = {  # noqa: RUF012 - sqlglot's own way of declaring it
        **ClickHouseParser.QUERY_MODIFIER_PARSERS,
        TokenType.LIMIT: _limit,
    }


class _Generator(ClickHouseGenerator):
    TRANSFORMS = {  # noqa: RUF012 - sqlglot's own way of declaring it
        **ClickHouseGenerator.TRANSFORMS,
        exp.CurrentDatabase: lambda self, expression: "currentDatabase()",
    }

    def offset_limit_modifiers(
        self, expression: exp.Expr, fetch: bool, limit: exp.Fetch | exp.Limit | None
    ) -> list[str]:
        rest = super().offset_limit_modifiers(expression, fetch, limit)
        return [self.sql(expression, "limit_by"), *rest]


class ClickHouseWithLimitBy(ClickHouse):
    """ClickHouse where `LIMIT 2 BY user` and a `LIMIT 10` after it may stand in one query."""

    Parser = _Parser
    Generator = _Generator


class _PostgresParser(PostgresParser):
    def _parse_interval_span(
        self, this: exp.Expr, parse_function_unit: bool = True
    ) -> exp.Interval:
        """sqlglot keeps one number and unit of a text, and drops the rest of `1 day 02:00`."""
        if this.is_string and re.search("[A-Za-z]", this.name):
            return exp.Interval(this=this)
        return super()._parse_interval_span(this, parse_function_unit)


class PostgresWithIntervals(Postgres):
    """PostgreSQL where the text of an interval stays as it is."""

    Parser = _PostgresParser


class _MySQLGenerator(MySQLGenerator):
    RESERVED_KEYWORDS = MySQLGenerator.RESERVED_KEYWORDS - {"dual"}

    def regexplike_sql(self, expression: exp.RegexpLike) -> str:
        if expression.args.get("flag"):
            return self.function_fallback_sql(expression)
        return f"{self._operand(expression.this)} REGEXP {self._operand(expression.expression)}"

    def _operand(self, part: exp.Expr) -> str:
        text = self.sql(part)
        return f"({text})" if isinstance(part, exp.Binary | exp.Not | exp.Between) else text

    TRANSFORMS = {  # noqa: RUF012 - sqlglot's own way of declaring it
        **MySQLGenerator.TRANSFORMS,
        exp.RegexpLike: regexplike_sql,
    }


class MySQLAndMariaDB(MySQL):
    """MySQL with REGEXP as an operator, since MariaDB has no REGEXP_LIKE, and DUAL unquoted."""

    Generator = _MySQLGenerator


DIALECTS: dict[Dialect, Grammar] = {
    Dialect.POSTGRES: PostgresWithIntervals(),
    Dialect.MYSQL: MySQLAndMariaDB(),
    Dialect.SQLITE: Grammar.get_or_raise("sqlite"),
    Dialect.CLICKHOUSE: ClickHouseWithLimitBy(),
}
