"""The page of every action of Better Stack, with the test that drives it against this sandbox."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.connectors.base import Tool
from bot.connectors.better_stack import BetterStack
from bot.connectors.better_stack.endpoints import ENDPOINTS
from bot.pages import MADE

NAME = "better-stack-actions.md"
DRIVEN_BY = "tests/connectors/better_stack/test_every_action.py"
"""The test with a case for each tool, against a stand-in that is strict."""


def actions_page() -> str:
    """Better Stack's tools: the 28 endpoints by their numbers, then every further action."""
    tools = dict(BetterStack.tools)
    numbered = [
        (str(number), tools.pop(verb))
        for number, verbs in enumerate(ENDPOINTS, 1)
        for verb in verbs
    ]
    return "\n".join(
        [
            "# Better Stack: every action",
            "",
            MADE,
            "",
            f"Each tool is driven against the sandbox by its case of `{DRIVEN_BY}`, named below.",
            "",
            "## The 28 endpoints",
            "",
            *_actions(numbered),
            "## Further actions",
            "",
            *_actions([("", tool) for tool in tools.values()]),
        ]
    )


def _actions(numbered: Sequence[tuple[str, Tool[Any, Any, Any]]]) -> list[str]:
    titles = {area.name: area.title for area in BetterStack.areas}
    rows = [
        f"| {number} | {tool.method} | `{tool.path}` | {titles[tool.area]} | {tool.access.word} "
        f"| `{tool.verb}` | `test_drives[{tool.verb}]` |"
        for number, tool in numbered
    ]
    return [
        "| # | method | path | area | level | tool | test |",
        "|-|-|-|-|-|-|-|",
        *rows,
        "",
    ]


if __name__ == "__main__":
    (Path(sys.argv[1]) / NAME).write_text(actions_page())
