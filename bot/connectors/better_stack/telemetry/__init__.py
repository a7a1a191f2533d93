"""Better Stack's Telemetry and Errors: sources, logs, metrics, dashboards, alerts, applications."""
