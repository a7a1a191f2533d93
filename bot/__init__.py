"""Quarterdeck: a self-hosted ops crew for Slack."""

__version__ = "0.1.0"
