"""What comes out of the files that people upload, and what is said of those that give nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agents.knowledge.passages import LONGEST, passages_of
from bot.agents.knowledge.reading import (
    Read,
    Section,
    Unreadable,
    decoded,
    markdown_sections,
    read_file,
)
from tests.support.pdfs import encrypted, pdf

RUNBOOK = """Before anything else.

# Deploys
Every day at ten.

## Rollback
Press the red button.

```sh
# this is a comment, not a heading
```

# People #
Ana, and Bo.
"""


async def test_a_pdf_is_read_page_by_page_under_its_bookmarks() -> None:
    content = pdf("Hello", "Press (red)", "Then wait", bookmarks=[("Start", 1), ("Rollback", 2)])
    read = await read_file("Runbook.PDF", content)
    assert read == Read(
        [
            Section("Hello", 1, "Start"),
            Section("Press (red)", 2, "Rollback"),
            Section("Then wait", 3, "Rollback"),
        ],
        3,
    )


async def test_pages_without_text_are_told() -> None:
    read = await read_file("a.pdf", pdf("Hello", "", ""))
    assert read.note == "2 of 3 pages have no text."


async def test_a_pdf_that_only_needs_a_password_for_changes_is_read() -> None:
    read = await read_file("a.pdf", encrypted(pdf("Hello"), password=""))
    assert [one.text for one in read.sections] == ["Hello"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", pdf("", ""), "(a scan), and no text"),
        ("a.pdf", encrypted(pdf("Hello")), "It is encrypted"),
        ("a.pdf", pdf("Hello")[:200], "it is damaged"),
        ("a.pdf", b"%PDF-1.7 nonsense", "it is damaged"),
        ("a.pdf", b"PK\x03\x04 a zip", "called a PDF, but it is none"),
        ("a.txt", b" \n\n ", "There is no text in it."),
        ("a.md", b"# Only a heading\n", "There is no text in it."),
        ("a.txt", b"GIF89a\x00\x00", "called a text, but it is none"),
    ],
)
async def test_what_cannot_be_read_is_said_in_a_sentence(
    name: str, content: bytes, words: str
) -> None:
    with pytest.raises(Unreadable, match=words.replace("(", r"\(").replace(")", r"\)")):
        await read_file(name, content)


async def test_a_pdf_that_goes_round_in_circles_is_ended() -> None:
    with pytest.raises(Unreadable, match="takes too long"):
        await read_file("a.pdf", pdf("Hello"), seconds=0.0)


async def test_a_form_feed_begins_a_page() -> None:
    read = await read_file("a.txt", b"one\r\n\ftwo")
    assert (read.sections, read.pages) == ([Section("one", 1), Section("two", 2)], 2)


def test_sections_of_markdown_stand_under_their_path_of_headings() -> None:
    found = [(one.heading, one.text.split("\n")[0]) for one in markdown_sections(RUNBOOK)]
    assert found == [
        ("", "Before anything else."),
        ("Deploys", "Every day at ten."),
        ("Deploys › Rollback", "Press the red button."),
        ("People", "Ana, and Bo."),
    ]


def test_an_underlined_line_is_a_heading_and_a_rule_is_none() -> None:
    text = "Deploys\n=======\ntext\n\n---\nmore\n\nRollback\n--------\nred"
    found = [(one.heading, one.text) for one in markdown_sections(text)]
    assert found == [("", ""), ("Deploys", "text\n\n---\nmore"), ("Deploys › Rollback", "red")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_that_editors_write(encoding: str) -> None:
    assert decoded("Größe: 5 €".encode(encoding)) == "Größe: 5 €"


@given(st.text(alphabet="ab .\n\t#", max_size=9000))
def test_passages_are_short_and_lose_no_word(text: str) -> None:
    cut = list(passages_of([Section(text, 3, "Top")]))
    assert all(len(one.text) <= LONGEST for one in cut)
    assert all((one.page, one.heading) == (3, "Top") for one in cut)
    assert "".join("".join(one.text.split()) for one in cut) == "".join(text.split())


def test_paragraphs_stay_whole_where_they_fit() -> None:
    paragraphs = [f"{letter} " * 300 for letter in "abcd"]
    cut = [one.text for one in passages_of([Section("\n\n".join(paragraphs))])]
    assert [set(one.split()) for one in cut] == [{"a", "b"}, {"c", "d"}]
