"""The builders keep to Slack's limits: words are clipped, what programs read is refused."""

from __future__ import annotations

import pytest

from bot.slack import blocks


def test_escaped_text_can_neither_ping_nor_link() -> None:
    assert blocks.escape("<!here> & <https://x|y>") == "&lt;!here&gt; &amp; &lt;https://x|y&gt;"


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("one two three", 8, "one two…"),
        ("a" * 10, 5, "aaaa…"),
        ("anything", 1, "…"),
    ],
)
def test_a_long_text_ends_after_a_whole_word(text: str, limit: int, clipped: str) -> None:
    assert blocks.clip(text, limit) == clipped
    assert len(clipped) <= limit


@pytest.mark.parametrize("limit", range(1, 40))
def test_mrkdwn_is_never_cut_within_a_token_or_an_entity(limit: int) -> None:
    text = "see <https://a.example|the page of it> &amp; more &lt;words&gt; here"
    clipped = blocks.clip_mrkdwn(text, limit)
    assert len(clipped) <= limit
    assert clipped.count("<") == clipped.count(">")
    assert clipped.count("&") == clipped.count(";")


def test_texts_are_clipped_to_what_their_block_holds() -> None:
    long = "word " * 1000
    assert len(blocks.section(long)["text"]["text"]) <= 3000
    assert len(blocks.header(long)["text"]["text"]) <= 150
    assert len(blocks.fields(long)["fields"][0]["text"]) <= 2000
    assert len(blocks.button(long, "go", label=long)["text"]["text"]) <= 75


def test_a_button_carries_what_it_was_given_and_nothing_else() -> None:
    assert blocks.button("Go", "go", value="v", style="primary", label="Go there") == {
        "type": "button",
        "text": {"type": "plain_text", "text": "Go", "emoji": True},
        "action_id": "go",
        "value": "v",
        "style": "primary",
        "accessibility_label": "Go there",
    }


def test_a_value_that_is_too_long_is_refused_not_cut() -> None:
    with pytest.raises(ValueError, match="at most 2000 characters as value, not 2001"):
        blocks.button("Go", "go", value="v" * 2001)


def test_rows_of_too_many_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 10 fields, not 11"):
        blocks.fields(*["x"] * 11)
    with pytest.raises(ValueError, match="1 to 25 elements"):
        blocks.actions()
