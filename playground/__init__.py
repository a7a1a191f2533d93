"""What stands beside the product: a local workspace, sandboxes of services, the demo.

Nothing in `bot/` imports it. All of it is made for one machine and keeps its world in memory.
"""
