"""Marks around foreign text, which nothing inside can end."""

from __future__ import annotations

import re
from html import escape


def delimited(name: str, text: str) -> str:
    """A tool's result, marked as data. What looks like the mark inside it cannot end it."""
    return f'<tool_result name="{escape(name)}">\n{unmarked(text, "tool_result")}\n</tool_result>'


def unmarked(text: str, mark: str) -> str:
    """The text without anything that a model could take for `<mark>` or `</mark>`.

    Replaced, not removed: from two halves around a mark that goes, a new one would grow together.
    """
    return _looking_like(mark).sub("&lt;", text)


def _looking_like(mark: str) -> re.Pattern[str]:
    letters = [re.escape(one) for one in mark if one.isalnum()]
    between = r"[^<A-Za-z0-9]*"  # signs without width, spaces, a slash of any kind
    return re.compile(f"[<＜﹤‹](?={between}{between.join(letters)})", re.IGNORECASE)
