"""Block Kit's rules: what Slack would say about blocks, views and stream chunks."""

from playground.workspace.blockkit.schema import FileExists, Problem
from playground.workspace.blockkit.surfaces import check_chunks, check_message_blocks, check_view
from playground.workspace.blockkit.tables import text_size

__all__ = [
    "FileExists",
    "Problem",
    "check_chunks",
    "check_message_blocks",
    "check_view",
    "text_size",
]
