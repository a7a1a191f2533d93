"""Block Kit's rules: what passes, what is refused, and where the pointer points."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.workspace.blockkit import check_message_blocks, check_view
from playground.workspace.model import Json
from tests.playground.workspace.helpers import actions, button, modal, plain, section, text_input
from tests.playground.workspace.samples import (
    ALERT,
    ELEMENTS,
    MESSAGE_BLOCKS,
    bars,
    mrkdwn,
    option,
    pie,
    raw,
    rich_text,
)


def message_problems(*blocks: object) -> list[str]:
    found = check_message_blocks(list(blocks), "/blocks", lambda file_id: file_id == "F1")
    return [str(problem) for problem in found]


def view_problems(view: Json, kind: str = "modal") -> list[str]:
    return [str(problem) for problem in check_view(view, kind, lambda file_id: False)]


def only_problem(*blocks: object) -> str:
    problems = message_problems(*blocks)
    assert len(problems) == 1, problems
    return problems[0]


# what passes


@pytest.mark.parametrize("kind", MESSAGE_BLOCKS)
def test_a_good_block_passes_in_a_message(kind: str) -> None:
    assert message_problems(MESSAGE_BLOCKS[kind]) == []


@pytest.mark.parametrize("kind", [k for k in ELEMENTS if k not in ("button", "overflow")])
def test_a_good_element_passes_in_an_input_of_a_modal(kind: str) -> None:
    block = {"type": "input", "label": plain("Name"), "element": ELEMENTS[kind]}

    assert view_problems(modal(block)) == []


@pytest.mark.parametrize("block", [ALERT, MESSAGE_BLOCKS["card"], MESSAGE_BLOCKS["actions"]])
def test_a_good_block_passes_in_a_modal(block: Json) -> None:
    assert view_problems(modal(block)) == []


# where what may stand


@pytest.mark.parametrize(
    "kind",
    ["markdown", "table", "data_table", "data_visualization", "context_actions", "task_card",
     "plan", "container", "carousel"],
)  # fmt: skip
def test_blocks_for_messages_are_refused_in_modals(kind: str) -> None:
    assert view_problems(modal(MESSAGE_BLOCKS[kind])) == [
        f"[ERROR] unsupported type: {kind} [json-pointer:/view/blocks/0/type]"
    ]


def test_alerts_and_file_inputs_are_for_modals_only() -> None:
    files = {"type": "input", "label": plain("F"), "element": ELEMENTS["file_input"]}

    assert only_problem(ALERT) == "[ERROR] unsupported type: alert [json-pointer:/blocks/0/type]"
    assert "/blocks/0/element/type" in only_problem(files)


def test_a_button_is_no_input_and_an_input_no_button() -> None:
    wrong_input = {"type": "input", "label": plain("N"), "element": button()}

    assert "unsupported type: button" in only_problem(wrong_input)
    assert "unsupported type: plain_text_input" in only_problem(
        actions(ELEMENTS["plain_text_input"])
    )


def test_a_type_that_does_not_exist_is_unsupported() -> None:
    assert only_problem({"type": "banner"}) == (
        "[ERROR] unsupported type: banner [json-pointer:/blocks/0/type]"
    )


# lengths and counts


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (section("x" * 3001), "less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section(""), "more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "2001 characters"),
        ({"type": "section", "fields": [mrkdwn()] * 11}, "no more than 10 items"),
        ({"type": "header", "text": plain("x" * 151)}, "less than 151 characters"),
        ({"type": "context", "elements": [mrkdwn()] * 11}, "no more than 10 items"),
        ({"type": "context", "elements": []}, "no fewer than 1 items"),
        (actions(*({"type": "users_select"} for _ in range(26))), "no more than 25 items"),
        (actions(button(text=plain("x" * 76))), "less than 76 characters"),
        (actions(button(value="x" * 2001)), "less than 2001 characters"),
        (actions(button(url="https://example.com/" + "x" * 3000)), "less than 3001 characters"),
        (actions(button(accessibility_label="x" * 76)), "less than 76 characters"),
        (actions(button(action_id="x" * 256)), "less than 256 characters"),
        (section() | {"block_id": "x" * 256}, "less than 256 characters"),
        (actions({"type": "overflow", "options": [option()] * 6}), "no more than 5 items"),
        (actions({"type": "checkboxes", "options": [option()] * 11}), "no more than 10 items"),
        (actions({"type": "static_select", "options": [option()] * 101}), "100 items"),
        (actions({"type": "static_select", "options": [option("x" * 151)]}), "/value"),
        (MESSAGE_BLOCKS["image"] | {"alt_text": "x" * 2001}, "less than 2001 characters"),
        (MESSAGE_BLOCKS["input"] | {"label": plain("x" * 2001)}, "less than 2001 characters"),
        ({"type": "table", "rows": [[raw("a")]] * 101}, "no more than 100 items"),
        ({"type": "table", "rows": [[raw("a")] * 21]}, "no more than 20 items"),
        ({"type": "table", "rows": [[raw("a" * 10_001)]]}, "in all cells"),
        ({"type": "table", "rows": [[raw("")]]}, "more than 0 characters"),
        ({"type": "data_table", "caption": "c", "rows": [[raw("a")]]}, "no fewer than 2"),
        (pie(*([1] * 7)), "no more than 6 items"),
        (bars(["x" * 21], ("a", [1])), "less than 21 characters"),
    ],
)  # fmt: skip
def test_too_much_or_too_little_is_refused(block: Json, problem: str) -> None:
    problems = message_problems(block)

    assert problems
    assert any(problem in line for line in problems), problems


def test_a_message_holds_50_blocks_and_a_view_100() -> None:
    assert message_problems(*[{"type": "divider"}] * 50) == []
    assert "no more than 50 items" in only_problem(*[{"type": "divider"}] * 51)
    assert view_problems(modal(*[{"type": "divider"}] * 100)) == []
    assert view_problems(modal(*[{"type": "divider"}] * 101))


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"submit": plain("x" * 25)}, "/view/submit/text"),
        ({"close": plain("x" * 25)}, "/view/close/text"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"callback_id": "x" * 256}, "/view/callback_id"),
        ({"external_id": "x" * 256}, "/view/external_id"),
    ],
)
def test_the_words_around_a_modal_have_limits(fields: Json, pointer: str) -> None:
    (problem,) = view_problems(modal(**fields))

    assert pointer in problem


# what must be there, and what must not


@pytest.mark.parametrize(
    ("block", "missing"),
    [
        ({"type": "section"}, "text or fields"),
        ({"type": "header"}, "text"),
        ({"type": "image", "image_url": "https://example.com/a.png"}, "alt_text"),
        ({"type": "actions"}, "elements"),
        ({"type": "input", "label": plain("N")}, "element"),
        ({"type": "data_table", "rows": [[raw("a")], [raw("b")]]}, "caption"),
        (actions({"type": "button", "action_id": "a"}), "text"),
        (actions(button(confirm={"title": plain("Sure?"), "text": plain("?")})), "confirm"),
        ({"type": "input", "label": plain("N"), "element": {"type": "number_input"}},
         "is_decimal_allowed"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(block: Json, missing: str) -> None:
    assert any(f"missing required field: {missing}" in line for line in message_problems(block))


def test_a_field_that_slack_does_not_know_is_refused() -> None:
    wrong = {"type": "section", "text": mrkdwn() | {"emoji": True}}

    assert only_problem(wrong) == (
        "[ERROR] invalid additional property: emoji [json-pointer:/blocks/0/text/emoji]"
    )


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": mrkdwn()},
        {"type": "input", "label": mrkdwn(), "element": {"type": "plain_text_input"}},
        actions(button(text=mrkdwn())),
    ],
)
def test_titles_labels_and_buttons_take_plain_text_only(block: Json) -> None:
    assert any("unsupported type: mrkdwn" in line for line in message_problems(block))


@pytest.mark.parametrize(
    "element",
    [
        {"type": "static_select", "options": [option()], "initial_option": option("b")},
        {"type": "static_select"},
        {"type": "static_select", "options": [option()],
         "option_groups": [{"label": plain("G"), "options": [option()]}]},
        {"type": "datepicker", "initial_date": "31.1.2026"},
        {"type": "timepicker", "initial_time": "25:00"},
        button(style="warning"),
        button(url="not a link"),
    ],
)  # fmt: skip
def test_contradictions_and_wrong_values_are_refused(element: Json) -> None:
    assert len(message_problems(actions(element))) == 1


def test_a_picture_is_either_a_url_or_a_known_file() -> None:
    file = {"type": "image", "alt_text": "A", "slack_file": {"id": "F1"}}

    assert message_problems(file) == []
    assert "exactly one of" in only_problem(file | {"image_url": "https://example.com/a.png"})
    assert "invalid slack file" in only_problem(file | {"slack_file": {"id": "F2"}})


def test_chart_labels_must_be_the_categories() -> None:
    good = bars(["Mon", "Tue"], ("Errors", [1, 2]), ("Visits", [3, 4]))
    wrong = copy.deepcopy(good)
    wrong["chart"]["series"][0]["data"][0]["label"] = "Sun"

    assert message_problems(good) == []
    assert "labels must match" in only_problem(wrong)
    assert "must be unique" in only_problem(bars(["Mon"], ("A", [1]), ("A", [2])))
    assert "greater than 0" in only_problem(pie(1, 0))


def test_the_header_of_a_data_table_is_plain_text() -> None:
    table = {"type": "data_table", "caption": "c", "rows": [[rich_text()], [raw("1")]]}

    assert "raw_text only" in only_problem(table)


# rules over several blocks


def test_ids_are_unique() -> None:
    same_block = [section() | {"block_id": "a"}, section() | {"block_id": "a"}]

    assert "/blocks/1/block_id" in only_problem(*same_block)
    assert "/blocks/0/elements/1/action_id" in only_problem(actions(button("a"), button("a")))
    twice = [actions(button("a"), block_id="one"), actions(button("a"), block_id="two")]
    assert message_problems(*twice) == []
    assert view_problems(modal(text_input("a"), text_input("a")))


def test_a_message_has_one_table_two_charts_and_12000_characters_of_markdown() -> None:
    table = MESSAGE_BLOCKS["table"]

    assert "only_one_table_allowed" in only_problem(table, table)
    assert "only_one_table_allowed" in only_problem(table, MESSAGE_BLOCKS["data_table"])
    assert message_problems(pie(), pie()) == []
    assert "no more than 2 data_visualization" in only_problem(pie(), pie(), pie())
    long = {"type": "markdown", "text": "x" * 6001}
    assert "12001 characters in all markdown" in only_problem(long, long)


def test_a_modal_with_an_input_needs_a_submit_button() -> None:
    view = modal(text_input())
    del view["submit"]

    assert view_problems(view) == ["[ERROR] missing required field: submit [json-pointer:/view]"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "text", "elements", "blocks", "rows", "element", "options"]
                ),
                inner
                | st.sampled_from(["section", "actions", "button", "mrkdwn", "table", "plan"]),
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_rubbish_makes_the_checks_fall_over(value: object) -> None:
    message_problems(value)
    view_problems(value if isinstance(value, dict) else {"type": value})
