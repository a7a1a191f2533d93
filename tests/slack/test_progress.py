"""The message that shows an agent's steps."""

from __future__ import annotations

from bot.slack import progress
from bot.slack.messages import Message
from bot.slack.progress import SHOWN, Mark, StepLine
from tests.support.slack import spoken


def text_of(message: Message) -> str:
    return spoken({"text": message.text, "blocks": list(message.blocks)})


LINE = StepLine(Mark.DONE, "Lamp: list lamps", "2 rows")


def test_while_it_works_each_step_has_a_line() -> None:
    text = text_of(progress.working("Tony", [LINE, StepLine(Mark.RUNNING, "Lamp: get lamp")]))
    assert "Tony is looking into it" in text
    assert ":white_check_mark: Lamp: list lamps · 2 rows" in text
    assert ":hourglass_flowing_sand: Lamp: get lamp" in text


def test_of_many_steps_the_newest_are_shown() -> None:
    lines = [StepLine(Mark.DONE, f"step number {number}.") for number in range(40)]
    text = text_of(progress.working("Tony", lines))
    assert f"_{40 - SHOWN} earlier steps_" in text
    assert "step number 39." in text
    assert "step number 3." not in text


def test_of_many_long_steps_the_newest_is_shown_too() -> None:
    lines = [StepLine(Mark.FAILED, f"{number}. " + "x " * 99, "y " * 99) for number in range(40)]
    assert "39. " in text_of(progress.working("Tony", lines))


def test_at_the_end_the_steps_stay_as_evidence() -> None:
    text = text_of(progress.finished("Tony", [LINE], "scripted"))
    assert "Tony took 1 step · scripted" in text
    assert "list lamps" in text
    assert "without looking anything up" in text_of(progress.finished("Tony", [], "scripted"))


def test_what_a_service_says_is_only_text() -> None:
    line = StepLine(Mark.FAILED, "Lamp <!here>", "<@UBOSS> & co")
    shown = [
        progress.working("T<!here>", [line]),
        progress.waiting("T<!here>", [line]),
        progress.finished("T<!here>", [line], "<!here>"),
        progress.broken_off("T<!here>", [line]),
    ]
    for message in shown:
        blocks = spoken({"blocks": list(message.blocks)})
        assert "<!here>" not in blocks
        assert "<@UBOSS>" not in blocks
