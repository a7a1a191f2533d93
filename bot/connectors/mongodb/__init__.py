"""The connector for MongoDB.

`connector`  what it is, and its tools
`address`    the connection string, checked
`guard`      filters and pipelines, held to reading
`operators`  the stages and operators that only read
`session`    a client for one call, and what its errors mean
`values`     BSON as a reader wants it
`sampling`   which fields the documents of a collection have
"""

from bot.connectors.mongodb.connector import MongoDB

__all__ = ["MongoDB"]
