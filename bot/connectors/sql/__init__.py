"""What the connectors of SQL databases share; it is no connector itself.

`dialects`   the four kinds of SQL
`rules`      why a query is refused, in words for people
`guard`      the read-only guard: parse, walk, render again
`functions`  the functions that only read, for each kind
`reading`    the guard's front door: off the event loop, and loading sqlglot when first used
`shaping`    a database's values as rows for a model
`listing`    what list_tables and describe_table have in common
`postgres`   the queries that list and describe PostgreSQL's tables

The guard is the first of two locks. The second is the database's own: a read-only transaction, a
setting or a role. Neither relies on the other.
"""
