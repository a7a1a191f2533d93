"""What Slack is sent. Its limits and rate limits live here."""
