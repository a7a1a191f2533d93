"""What Slack sends in. Thin: read the payload, call one service, acknowledge."""
