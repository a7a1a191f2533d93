"""Searching passages by their words, with what the database itself has: FTS5, or tsvector."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import Select, column, func, literal_column, table
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import KnowledgePassage
from bot.store.tables.knowledge_index import INDEX

MOST_WORDS = 24

_FTS5 = table(INDEX, column("rowid"), column(INDEX), column("rank"))
_ENGLISH: Any = literal_column("'english'")
_SPACE: Any = literal_column("' '")

Columns = TypeVarTuple("Columns")


def words_in(query: str) -> list[str]:
    """The words of a query, without anything that a database's search would read as a sign."""
    found = [word.lower() for word in re.findall(r"\w+", query) if re.search(r"[^\W_]", word)]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def matching(
    session: AsyncSession, found: Select[*Columns], words: Sequence[str]
) -> Select[*Columns]:
    """Narrows a SELECT of passages to those with any of the words, the best first."""
    if session.get_bind().dialect.name == "postgresql":
        query = func.to_tsquery(_ENGLISH, " | ".join(words))
        text = KnowledgePassage.heading.op("||")(_SPACE).op("||")(KnowledgePassage.text)
        vector = func.to_tsvector(_ENGLISH, text)  # as the index has it
        narrowed = found.where(vector.op("@@")(query))
        return narrowed.order_by(func.ts_rank(vector, query).desc(), KnowledgePassage.id)
    any_word = " OR ".join(f'"{word}"' for word in words)
    narrowed = found.join(_FTS5, _FTS5.c.rowid == KnowledgePassage.id)
    narrowed = narrowed.where(_FTS5.c[INDEX].op("MATCH")(any_word))
    return narrowed.order_by(_FTS5.c.rank, KnowledgePassage.id)
