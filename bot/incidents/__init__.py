"""Incidents in Slack: taken in, routed to a channel, shown on one card each, investigated."""
