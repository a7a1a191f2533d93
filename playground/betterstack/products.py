"""The two products that tokens are made for. On the vendor's side they have hosts of their own."""

UPTIME = "uptime"
TELEMETRY = "telemetry"
