"""Connections: made, signed in and kept signed in by people, without a secret in a chat."""
