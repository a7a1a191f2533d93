"""Whole answers, and the messages that they become.

After a change that is meant: `REWRITE_GOLDEN=1 pytest tests/slack/render/test_golden.py`, then
read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.slack.render import render
from tests.slack.render.checking import as_json, check, check_schema

FOLDER = Path(__file__).parent / "golden"
ANSWERS = sorted(FOLDER.glob("*.md"))


def allowed(url: str) -> bool:
    return not url.partition("://")[2].split("/")[0].endswith("evil.example")


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.stem)
def test_an_answer_becomes_the_messages_that_were_agreed(answer: Path) -> None:
    messages = render(answer.read_text(), allowed_links=allowed)
    expected = answer.with_suffix(".json")
    if os.environ.get("REWRITE_GOLDEN"):
        expected.write_text(as_json(messages))
    assert as_json(messages) == expected.read_text()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.stem)
def test_slack_takes_every_form_of_it(answer: Path) -> None:
    for message in render(answer.read_text(), allowed_links=allowed):
        check(message)
        check_schema(message)
