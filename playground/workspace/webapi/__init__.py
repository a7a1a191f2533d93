"""Slack's Web API over the local world: one module per family of methods."""
