"""What holds for any text at all, whatever a model or an attacker writes."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack.messages import Message
from bot.slack.render import render
from tests.slack.render.checking import check, check_schema, everything, words_of

MARKS = [
    "\n", "\n\n", "# ", "### ", "- ", "1. ", "    ", "> ", "**", "*", "_", "~~", "`", "\n```\n",
    "|", "\n|a|b|\n|-|-:|\n", " | ", "---\n", "\\", "&", "<", ">", "&amp;", "&#x202E;",
]  # fmt: skip
ATTACKS = [
    "<!channel>", "<@U123>", "<!subteam^S1|x>", "@everyone", "&lt;!here&gt;", "[", "](", ")", "![",
    "https://a.example/b?c=1&d=2", "[x](https://a.example)", "<https://a.example|b>", "javascript:",
    "<!date^1^{time}|x>", "\u200b", "\r", "\x00", "漢字", "👩‍🚀", "x" * 4000, "&" * 700,
    "\n|-|\n", "word " * 900,
    "\n" + "- deep" * 30, "[[" * 300, "\n```python title\n", ":fire:", "<br>",
]  # fmt: skip

fragments = st.lists(st.sampled_from(MARKS + ATTACKS) | st.text(max_size=30), max_size=40)
anything = st.text() | fragments.map("".join)


@settings(max_examples=300, deadline=None)
@given(anything)
@example("0`````")
def test_every_message_keeps_to_the_limits_and_pings_nobody(markdown: str) -> None:
    messages = render(markdown)
    assert len(messages) <= 5
    for message in messages:
        check(message)


@settings(max_examples=100, deadline=None)
@given(anything)
def test_every_block_has_the_shape_that_slack_publishes(markdown: str) -> None:
    for message in render(markdown):
        check_schema(message)


@settings(max_examples=200, deadline=None)
@given(anything)
def test_where_no_link_is_allowed_there_is_none(markdown: str) -> None:
    for message in render(markdown, allowed_links=lambda url: False):
        parts = list(everything([*message.blocks, *message.plainer[0]]))
        assert not any("url" in part for part in parts)
        assert not any("<" in part["text"] for part in parts if part.get("type") == "mrkdwn")
        assert "<" not in message.text
        without_blocks = re.sub(r"```.*?```", "", message.text, flags=re.DOTALL)
        assert "https://" not in re.sub(r"`[^`\n]*`", "", without_blocks)


words = st.integers(0, 9999).map(lambda number: f"w{number:04}")
prose = st.lists(words | st.sampled_from(MARKS), max_size=120).map(" ".join)
glued = st.lists(words | st.sampled_from(MARKS), max_size=120).map("".join)


@settings(max_examples=300, deadline=None)
@given(prose | glued)
def test_no_word_is_lost(markdown: str) -> None:
    messages = render(markdown)
    text = re.sub(r"~{3,} *\S+", "", markdown)  # the language of a code block is not shown
    for shown in (native_words(messages), plainer_words(messages)):
        for word in re.findall(r"w\d{4}", text):
            assert word in shown


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=40))
def test_of_a_long_answer_every_word_is_there_or_counted(paragraphs: list[int]) -> None:
    messages = render("\n\n".join("w0001 " * count for count in paragraphs))
    shown = native_words(messages)
    named = re.search(r"too long: ([\d,]+) words?", shown)
    left_out = int(named[1].replace(",", "")) if named else 0
    assert len(re.findall("w0001", shown)) + left_out == sum(paragraphs)


def native_words(messages: list[Message]) -> str:
    return " ".join(words_of(each.blocks) for each in messages)


def plainer_words(messages: list[Message]) -> str:
    return " ".join(words_of(each.plainer[0]) for each in messages)
