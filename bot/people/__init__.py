"""Organisations, the people in them, what they may use, and how much. Knows nothing of Slack's
blocks; whatever it refuses, it refuses with a sentence for the person."""
