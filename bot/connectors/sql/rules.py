"""Why a query is refused. Each rule says what is wrong and what to write instead."""

from __future__ import annotations

import enum

from bot.connectors.errors import Invalid


class Rule(enum.Enum):
    """A rule of the read-only guard: its sentence, and what to do."""

    LENGTH = (
        "a query may have at most 20,000 characters",
        "Ask for less at once, or leave out long lists of values.",
    )
    NESTING = (
        "it is nested too deeply to be checked",
        "Use WITH to give the inner parts names, one after another.",
    )
    UNREADABLE = (
        "it could not be understood, and what is not understood is not run",
        "Check the spelling; write plain SELECT in the database's own SQL.",
    )
    ONE_STATEMENT = (
        "only one statement may be sent at a time",
        "Send each query in a call of its own, without anything after a semicolon.",
    )
    NOT_A_QUERY = (
        "only queries are allowed, so it must begin with SELECT or WITH",
        "To see tables and columns, use list_tables and describe_table.",
    )
    EXECUTABLE_COMMENT = (
        "comments that the database would execute, or take as a hint, are not allowed",
        "Leave the comment out.",
    )
    WRITES = (
        "it contains a part that writes",
        "Only reading is possible here; select the rows that you want to see.",
    )
    INTO = (
        "SELECT INTO, INTO OUTFILE and the like write what they select",
        "Leave INTO out; the rows come back as the result.",
    )
    LOCKS = (
        "FOR UPDATE and FOR SHARE lock rows for others",
        "Leave the locking clause out.",
    )
    SETTINGS = (
        "settings and output formats cannot be changed by a query",
        "Leave out SETTINGS, FORMAT, hints and modifiers of SELECT.",
    )
    VARIABLES = (
        "variables and placeholders are not allowed",
        "Write the value itself into the query.",
    )
    FUNCTION = (
        "it calls a function that is not on the list of functions that only read",
        "Use another function; functions that write, wait, read files, open connections or change "
        "settings are never allowed, nor are those of a schema.",
    )
    TABLE = (
        "it reads a table that holds secrets or the queries of others",
        "Use the database's other tables; list_tables shows them.",
    )
    SYNTAX = (
        "it uses a kind of SQL that the read-only check does not know",
        "Say the same with SELECT, JOIN, WHERE, GROUP BY, window functions and WITH.",
    )
    TEXT = (
        "it contains a kind of text or name that databases read in different ways",
        "Write plain '...' texts, and names without backslashes and control characters.",
    )
    LIMIT = (
        "LIMIT must be a plain number here",
        "Write LIMIT 50, say, without WITH TIES or an expression.",
    )

    @property
    def sentence(self) -> str:
        return self.value[0]

    @property
    def remedy(self) -> str:
        return self.value[1]


class Refused(Invalid):
    """A query that the read-only guard did not let through; nothing was sent to the database."""

    def __init__(self, rule: Rule, what: str = "") -> None:
        self.rule = rule
        found = f" ({what[:80]})" if what else ""
        super().__init__(f"This query was not run: {rule.sentence}{found}.", rule.remedy)
