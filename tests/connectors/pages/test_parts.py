"""A long page is given in parts, by number or from a heading on."""

from __future__ import annotations

import pytest

from bot.connectors.errors import NotFound
from bot.connectors.pages.parts import LONGEST_PART, MOST_HEADINGS, Line, part_of

LONG = [
    line
    for name in ("Start", "Webhooks", "Webhook retries", "Errors")
    for line in (Line(f"# {name}", name), *[Line(f"{name} {'x' * 90}") for _ in range(50)])
]


def test_a_short_page_is_one_part() -> None:
    part = part_of([Line("# A", "A"), Line("b")], "", 1)
    assert (part.text, part.parts, list(part.headings), part.cut) == ("# A\nb", 1, ["1: A"], "")


def test_an_empty_page_is_one_empty_part() -> None:
    assert part_of([], "", 1).text == ""


def test_the_parts_are_the_page() -> None:
    parts = [part_of(LONG, "", number) for number in range(1, part_of(LONG, "", 1).parts + 1)]
    assert len(parts) == 3
    assert all(len(part.text) <= LONGEST_PART for part in parts)
    assert "\n".join(part.text for part in parts) == "\n".join(line.text for line in LONG)
    assert parts[0].cut == "2 more parts; go on with part 2"
    assert parts[-1].cut == ""


def test_the_headings_say_in_which_part_they_are() -> None:
    headings = part_of(LONG, "", 2).headings
    assert list(headings) == ["1: Start", "1: Webhooks", "2: Webhook retries", "2: Errors"]


@pytest.mark.parametrize("wanted", ["Webhook retries", "webhook RETRIES", "## retries"])
def test_it_can_begin_at_a_heading(wanted: str) -> None:
    part = part_of(LONG, wanted, 1)
    assert part.text.startswith("# Webhook retries\n")
    assert f"from “{wanted}” on; go on with part 2" in part.cut
    assert part_of(LONG, wanted, 2).text.endswith("x")


def test_the_very_heading_goes_before_one_that_has_the_words() -> None:
    lines = [Line("# Errors of others", "Errors of others"), Line("# Errors", "Errors"), Line("x")]
    assert part_of(lines, "errors", 1).text == "# Errors\nx"


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(NotFound, match="no such heading"):
        part_of(LONG, "Refunds", 1)
    with pytest.raises(NotFound, match="3 parts"):
        part_of(LONG, "", 4)


def test_one_endless_line_is_parted_too() -> None:
    lines = [Line("x" * (LONGEST_PART * 2 + 5))]
    assert [len(part_of(lines, "", n).text) for n in (1, 2, 3)] == [LONGEST_PART, LONGEST_PART, 5]


def test_the_list_of_headings_is_bounded() -> None:
    many = [Line(f"# {n} {'x' * 500}", f"{n} {'x' * 500}") for n in range(200)]
    headings = part_of(many, "", 1).headings
    assert len(headings) == MOST_HEADINGS + 1
    assert headings[-1] == f"and {200 - MOST_HEADINGS} more"
    assert max(map(len, headings)) < 100
