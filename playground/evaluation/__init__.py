"""Replayed incidents: their telemetry behind stand-in connectors, investigated and scored."""
