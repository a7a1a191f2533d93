"""Signing in by OAuth 2.0: one implementation, driven by what connectors declare."""
