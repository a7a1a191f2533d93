"""Modals keep to Slack's limits: words are clipped, what programs read is refused."""

from __future__ import annotations

import pytest

from bot.slack import modals
from bot.slack.blocks import section
from bot.slack.messages import Block
from playground.workspace.blockkit import check_view

LONG = "word " * 1000


def options(count: int) -> list[Block]:
    return [modals.option(f"v{number}", LONG, LONG) for number in range(count)]


def problems(view: Block) -> list[object]:
    """What Slack would say against it."""
    return list(check_view(view, "modal", lambda file: False))


def test_slack_takes_a_modal_of_long_words() -> None:
    many = options(100)
    groups = [modals.option_group(LONG, options(100))]
    fields = [
        modals.text_input("a", 20, initial=LONG, multiline=True),
        modals.select("b", many, chosen="v99", placeholder=LONG),
        modals.select("c", groups, chosen="v99"),
        modals.multi_select("d", many, chosen=["v7", "v3"], placeholder=LONG, most=2),
        modals.multi_select("e", groups),
        modals.checkboxes("f", many[:10], chosen=["v1"]),
    ]
    blocks = [
        modals.input_field(one["action_id"], LONG, one, hint=LONG, optional=True, dispatch=True)
        for one in fields
    ]
    view = modals.modal(
        LONG, blocks, callback_id="form", submit=LONG, close=LONG, metadata="m" * 3000
    )
    assert problems(view) == []


def test_a_field_carries_what_it_was_given_and_nothing_else() -> None:
    assert modals.input_field("name", "Name", modals.text_input("name", 40)) == {
        "type": "input",
        "block_id": "name",
        "label": {"type": "plain_text", "text": "Name", "emoji": True},
        "element": {"type": "plain_text_input", "action_id": "name", "max_length": 40},
    }


def test_a_modal_that_only_tells_has_no_button_to_submit() -> None:
    view = modals.modal("Told", [section("Done.")], close="Close")
    assert view["close"]["text"] == "Close"
    assert not {"submit", "callback_id", "private_metadata"} & set(view)


def test_several_are_shown_as_chosen_in_the_order_of_choosing() -> None:
    menu = modals.multi_select("m", options(9), chosen=["v7", "v3"])
    assert [one["value"] for one in menu["initial_options"]] == ["v7", "v3"]


def test_what_a_program_reads_is_refused_not_cut() -> None:
    with pytest.raises(ValueError, match="at most 3000 characters as private_metadata, not 3001"):
        modals.modal("Title", [section("x")], metadata="m" * 3001)
    with pytest.raises(ValueError, match="at most 255 characters as callback_id"):
        modals.modal("Title", [section("x")], callback_id="c" * 256)
    with pytest.raises(ValueError, match="at most 255 characters as block_id"):
        modals.input_field("b" * 256, "Label", modals.text_input("a", 1))
    with pytest.raises(ValueError, match="at most 255 characters as action_id"):
        modals.text_input("a" * 256, 1)
    with pytest.raises(ValueError, match="at most 150 characters as value of an option"):
        modals.option("v" * 151, "Words")


def test_a_choice_that_is_not_offered_is_refused_not_lost() -> None:
    with pytest.raises(ValueError, match="No option has the value 'v9'"):
        modals.select("s", options(3), chosen="v9")
    with pytest.raises(ValueError, match="No option has the value 'v9'"):
        modals.multi_select("m", options(3), chosen=["v1", "v9"])
    with pytest.raises(ValueError, match="No option has the value 'v9'"):
        modals.checkboxes("c", options(3), chosen=["v9"])


@pytest.mark.parametrize("count", [0, 101])
def test_menus_without_options_or_with_too_many_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 100 options or groups of a menu, not {count}"):
        modals.select("s", options(count))
    with pytest.raises(ValueError, match=f"1 to 100 options of a group, not {count}"):
        modals.option_group("Group", options(count))


def test_rows_of_too_many_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 10 checkboxes, not 11"):
        modals.checkboxes("c", options(11))
    with pytest.raises(ValueError, match="1 to 100 blocks in a modal, not 101"):
        modals.modal("Title", [section("x")] * 101)
    with pytest.raises(ValueError, match="1 to 3000 characters in a text box, not 3001"):
        modals.text_input("a", 3001)
