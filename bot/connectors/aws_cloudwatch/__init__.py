"""The connector for CloudWatch Logs: `connector` says what it is, `insights` guards its queries."""

from bot.connectors.aws_cloudwatch.connector import CloudWatchLogs

__all__ = ["CloudWatchLogs"]
