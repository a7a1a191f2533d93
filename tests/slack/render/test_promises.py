"""What a reader and an operator can rely on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.slack.messages import Message
from bot.slack.render import render
from tests.slack.render.checking import check, everything, links_of, words_of

SITE = "https://docs.acme.example"


def only(markdown: str, **options: Any) -> Message:
    [message] = render(markdown, **options)
    check(message)
    return message


def plain_text(message: Message) -> str:
    return "\n".join(block["text"]["text"] for block in message.plainer[0] if "text" in block)


def table_in(message: Message) -> Any:
    [table] = [block for block in message.blocks if block["type"] == "table"]
    return table


# Prose


def test_emphasis_is_native_first_and_in_slacks_marks_in_the_plainer_form() -> None:
    message = only("**bold** *italic* ~~gone~~ `code` and ***both***")
    styles = [part["style"] for part in everything(message.blocks) if "style" in part]
    assert {"bold": True} in styles
    assert {"bold": True, "italic": True} in styles
    assert plain_text(message) == "*bold* _italic_ ~gone~ `code` and *_both_*"
    assert message.text == "bold italic gone `code` and both"


def test_marks_within_a_word_still_work() -> None:
    assert plain_text(only("in**side**words")) == "in\u200b*side*\u200bwords"


def test_headings_are_headers_and_deeper_ones_bold() -> None:
    message = only("# Top\n\ntext\n\n#### Deep\n\nmore")
    assert [block["type"] for block in message.blocks] == ["header", "rich_text"]
    assert "*Deep*\nmore" in plain_text(message)


def test_a_heading_with_a_link_keeps_it() -> None:
    assert links_of(only(f"# See [it]({SITE}/a)").blocks) == [f"{SITE}/a"]


def test_a_numbered_list_goes_on_counting_after_what_interrupts_it() -> None:
    message = only("1. one\n   ```\n   code\n   ```\n2. two\n   - deeper\n3. three")
    lists = [part for part in everything(message.blocks) if part.get("type") == "rich_text_list"]
    assert [(each["style"], each["indent"], each.get("offset", 0)) for each in lists] == [
        ("ordered", 0, 0),
        ("ordered", 0, 1),
        ("bullet", 1, 0),
        ("ordered", 0, 2),
    ]


def test_names_of_emoji_are_drawn_but_not_in_code_or_in_times() -> None:
    text = words_of(only(":warning: at 10:32:07 `:warning:` :unknown_name:").blocks)
    assert "⚠️ at 10:32:07" in text
    assert ":warning:" in text
    assert ":unknown_name:" in text


def test_text_that_markdown_would_drop_is_kept() -> None:
    text = words_of(only("[ERROR]: timeout\n\n<details>inside</details>\n\n<!-- remark -->").blocks)
    for words in ("[ERROR]: timeout", "<details>inside</details>", "remark"):
        assert words in text


def test_too_deep_nesting_is_shown_as_it_was_written() -> None:
    assert "deep words" in words_of(only(">" * 200 + " deep words").blocks)


@pytest.mark.parametrize("nothing", ["", " \n\t\n", "---", "&nbsp;"])
def test_a_text_without_content_becomes_no_message(nothing: str) -> None:
    assert render(nothing) == []


# Links and mentions


def test_only_addresses_of_the_web_become_links() -> None:
    message = only("[a](javascript:alert) [b](mailto:x@y.example) [c](/etc/passwd) [d](file:///x)")
    assert links_of(message.blocks) == []
    assert words_of(message.blocks) == "a b c d"


def test_a_bare_address_is_a_link_without_the_punctuation_around_it() -> None:
    message = only(f"See ({SITE}/a_(b)), or {SITE}/c.")
    assert links_of(message.blocks) == [f"{SITE}/a_(b)", f"{SITE}/c"]


def test_links_written_as_slack_writes_them_are_understood() -> None:
    message = only(f"<{SITE}/a|here>")
    assert links_of(message.blocks) == [f"{SITE}/a"]
    assert message.text == f"<{SITE}/a|here>"


def test_a_link_that_is_not_allowed_leaves_its_label_and_its_host() -> None:
    message = only(
        f"[report](https://evil.example/?d=secret) and [runbook]({SITE}/r)",
        allowed_links=lambda url: url.startswith(SITE),
    )
    assert words_of(message.blocks) == "report (evil.example) and  runbook"
    assert plain_text(message) == f"report (evil.example) and <{SITE}/r|runbook>"
    assert "secret" not in repr(message)


def test_the_check_of_links_sees_the_address_that_is_sent() -> None:
    address = "https://a.example/%C3%BC%20b%5Cc"
    message = only("[x](<https://a.example/ü b\\c>)", allowed_links=address.__eq__)
    assert links_of(message.blocks) == [address]


def test_a_bare_address_that_is_not_allowed_cannot_be_clicked_anywhere() -> None:
    message = only("https://evil.example/?d=1", allowed_links=lambda url: False)
    assert links_of(message.blocks) == []
    assert all(block["text"]["verbatim"] for block in message.plainer[0])
    assert "https://" not in message.text


def test_a_picture_is_never_shown_only_linked() -> None:
    message = only(f"![chart of errors]({SITE}/chart.png)")
    assert message.text == f"<{SITE}/chart.png|chart of errors>"


def test_an_endless_address_is_no_link() -> None:
    message = only(f"[x]({SITE}/{'&' * 1500})")
    assert words_of(message.blocks) == "x (docs.acme.example)"


@pytest.mark.parametrize(
    "ping", ["<!channel>", "<!here|here>", "<@U123>", "<!subteam^S1>", "&lt;!channel&gt;", "@here"]
)
@pytest.mark.parametrize("where", ["{}", "**{}**", "# {}", "- {}", "`{}`", "|{}|\n|-|\n|{}|"])
def test_nobody_can_be_pinged(ping: str, where: str) -> None:
    message = only(where.replace("{}", ping))
    sent = message.text + plain_text(message)
    assert not re.search(r"<[!@#]", sent)
    assert where == "`{}`" or not re.search(r"@here", sent)
    # A text of rich text or of a cell is not parsed; the element for a mention does not occur.
    assert {"user", "broadcast", "usergroup"}.isdisjoint(
        part.get("type") for part in everything(message.blocks)
    )


# Tables


def test_a_table_is_native_first_and_lines_of_code_after_that() -> None:
    message = only(f"| a | n |\n|---|---|\n| [x]({SITE}) | 1,200 ms |\n| | 3 |")
    table = table_in(message)
    assert [setting["align"] for setting in table["column_settings"]] == ["left", "right"]
    assert table["rows"][2][0] == {"type": "raw_text", "text": "–"}
    assert links_of(table) == [SITE]
    assert "a         n\n-  --------\nx  1,200 ms\n–         3" in plain_text(message)
    assert f"Links: <{SITE}|x>" in plain_text(message)


def test_the_alignment_that_was_asked_for_wins() -> None:
    table = table_in(only("| a | b |\n|:-:|:--|\n| 1 | 2 |"))
    assert [setting["align"] for setting in table["column_settings"]] == ["center", "left"]


def test_cells_beyond_the_last_column_are_kept() -> None:
    table = table_in(only("| a | b |\n|---|---|\n| 1 | 2 | beyond |"))
    assert table["rows"][1][1]["text"] == "2 | beyond"


def test_each_table_has_a_message_of_its_own_with_what_introduces_it() -> None:
    table = "| a |\n|---|\n| 1 |\n\n"
    first, second = render(f"{table}After.\n\n## Second\n\nBy day:\n\n{table}")
    assert [block["type"] for block in first.blocks] == ["table", "rich_text"]
    assert [block["type"] for block in second.blocks] == ["header", "rich_text", "table"]


def test_a_table_that_is_too_large_is_cut_and_says_so() -> None:
    header = "|".join(f"c{number}" for number in range(24))
    row = "|".join("v" for _ in range(24))
    message = only(f"|{header}|\n|{'-|' * 24}\n" + f"|{row}|\n" * 240)
    assert len(table_in(message)["rows"]) == 100
    note = message.blocks[-1]
    assert note["type"] == "context"
    assert "99 of 240 rows and 20 of 24 columns" in words_of(note)
    assert re.search(r"this table shows \d+ of 240 rows and \d+ of 24 columns", plain_text(message))


def test_a_long_cell_is_shortened_and_the_table_says_so() -> None:
    message = only(f"| a |\n|---|\n| {'word ' * 900} |")
    assert "long cells end in …" in words_of(message.blocks[-1])


def test_many_long_links_in_a_table_leave_the_plainer_form_within_its_limit() -> None:
    rows = "".join(f"| row {n} | [open]({SITE}/{n}{'x' * 800}) |\n" for n in range(9))
    message = only(f"| a | b |\n|---|---|\n{rows}")
    assert re.search(r"and \d more", plain_text(message))


# Length


def test_long_code_is_split_between_lines_with_its_fences_closed_and_reopened() -> None:
    lines = [f"line {number} = value && other" for number in range(300)]
    message, *_ = render("```python\n" + "\n".join(lines) + "\n```")
    sections = [block["text"]["text"] for block in message.plainer[0]]
    assert len(sections) > 1
    for text in sections:
        inner = text.removeprefix("```\n").removesuffix("\n```")
        assert "```" not in inner
        assert all(re.fullmatch(r"line \d+ = value &amp;&amp; other", x) for x in inner.split("\n"))


def test_a_heading_moves_on_with_the_text_below_it() -> None:
    paragraph = "A sentence of some words. " * 100
    messages = render("\n\n".join(f"## Part {n}\n\n{paragraph}" for n in range(1, 9)))
    assert len(messages) > 1
    for message in messages:
        check(message)
        assert message.blocks[0]["type"] == "header"
        assert message.blocks[-1]["type"] == "rich_text"


def test_what_does_not_fit_into_five_messages_is_counted() -> None:
    messages = render("word " * 30_000 + "\n\n| a |\n|---|\n| b |")
    assert len(messages) == 5
    shown = sum(words_of(each.blocks).split().count("word") for each in messages)
    last = words_of(messages[-1].blocks)
    named = re.search(r"too long: ([\d,]+) words more were left out", last)
    assert named
    assert shown + int(named[1].replace(",", "")) >= 30_000


def test_a_text_that_is_cut_for_notifications_says_so() -> None:
    message = only("A sentence of some words. " * 300)
    assert len(message.text) <= 4000
    assert message.text.endswith("… (shortened)")


def test_hostile_brackets_do_not_hold_the_reader_up() -> None:
    for message in render("![[" * 20_000):
        check(message)
