"""The second way in: signed in by OAuth, over Better Stack's hosted MCP server.

The areas stay as they are. What they ask of the REST API is carried by the tool of the server that
does the same (`routes`), with its arguments under the names that its schema has (`arguments`), and
the answer is brought into the form of the API (`answers`).
"""
