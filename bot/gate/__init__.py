"""The gate: the one door from an agent to the world."""
