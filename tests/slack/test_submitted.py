"""What somebody entered is read as it came, and what was left empty as nothing."""

from __future__ import annotations

from bot.slack.submitted import Values, entered, selected, text_of, ticked

VALUES: Values = {
    "name": {"name": {"type": "plain_text_input", "value": "  Tony "}},
    "type": {"type": {"selected_option": {"value": "custom"}}},
    "boxes:1": {"boxes": {"selected_options": [{"value": "b"}, {"value": "a"}]}},
    "empty": {"empty": {"value": None, "selected_option": None, "selected_options": None}},
}


def test_a_text_is_read_without_the_spaces_around_it() -> None:
    assert text_of(VALUES, "name") == "Tony"


def test_choices_are_read_by_their_values() -> None:
    assert selected(VALUES, "type") == "custom"
    assert ticked(VALUES, "boxes:1", "boxes") == ["b", "a"]


def test_what_was_left_empty_or_not_shown_is_nothing() -> None:
    for name in ("empty", "never shown"):
        assert text_of(VALUES, name) == ""
        assert selected(VALUES, name) == ""
        assert ticked(VALUES, name) == []
    assert not entered(VALUES, "never shown")
