"""The connector for DynamoDB: `connector` says what it is, `partiql` holds it to reading."""

from bot.connectors.aws_dynamodb.connector import DynamoDB

__all__ = ["DynamoDB"]
