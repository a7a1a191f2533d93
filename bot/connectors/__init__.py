"""Connectors: the code for one service each. They know nothing of Slack, agents or the store."""
