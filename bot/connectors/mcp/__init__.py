"""Any MCP server as a connection: its tools are what it lists."""
