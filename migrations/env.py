"""Alembic's entry: runs the migrations over the connection that the store hands in."""

from alembic import context

from bot.store.columns import Instant
from bot.store.tables import Base
from bot.store.tables.knowledge_index import described


def render_item(kind, item, autogen_context):
    """Our own column types are written by their names."""
    if kind == "type" and isinstance(item, Instant):
        autogen_context.imports.add("from bot.store.columns import Instant")
        return "Instant()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    include_name=described,
)
with context.begin_transaction():
    context.run_migrations()
