"""The web server: Slack over HTTP, health."""
