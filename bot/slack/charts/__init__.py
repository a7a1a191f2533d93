"""Charts in Slack: as a block of its own where that is taken, as a picture, or as a table."""

from bot.slack.charts.chart import Chart, Series, bounded

__all__ = ["Chart", "Series", "bounded"]
