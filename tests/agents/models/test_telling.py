"""What stands beneath an answer: which model it was, and what it read on the web."""

from __future__ import annotations

import pytest

from bot.agents.messages import Replied, Request, Source
from bot.agents.models.catalogue import find
from bot.agents.models.fitting import Fit
from bot.agents.models.setting import allow_web
from bot.agents.models.telling import footer_of, sources_below
from bot.store.tables import Step
from tests.support.stage import Stage, stage

__all__ = ["stage"]


def looked_up(*pages: tuple[str, str]) -> Step:
    sources = [{"url": url, "title": title} for url, title in pages]
    return Step(replied={"text": "", "calls": [], "sources": sources})


def test_the_model_that_answered_is_named() -> None:
    assert footer_of("claude-sonnet-5-5", Fit("claude-sonnet-5-5")) == "claude-sonnet-5-5"
    assert footer_of("", Fit("claude-sonnet-5-5")) == "no model"


def test_where_the_plan_lacks_it_that_is_said() -> None:
    fit = Fit("claude-sonnet-5-5", "instead of X, which the plan Y does not have")
    assert footer_of("claude-sonnet-5-5", fit) == (
        "claude-sonnet-5-5 instead of X, which the plan Y does not have"
    )


def test_one_that_stood_in_says_for_whom() -> None:
    haiku = find("claude-haiku-5-5")
    assert haiku is not None
    fit = Fit("claude-opus-5-5", entry=find("claude-opus-5-5"), then=(haiku,))
    assert footer_of("claude-haiku-5-5", fit) == (
        "claude-haiku-5-5 instead of Claude Opus 5.5, which could not be reached"
    )


def test_pages_of_all_steps_are_listed_once() -> None:
    steps = [looked_up(("https://a.example", "A")), Step(replied={"text": ""})]
    steps.append(looked_up(("https://a.example", "A"), ("https://b.example", "")))
    assert sources_below(steps) == (
        "\n\nFrom the web: [A](https://a.example), [https://b.example](https://b.example)"
    )


def read_by_us(call: str, returned: dict[str, object]) -> Step:
    return Step(
        replied={"text": "", "calls": [{"id": "c1", "name": call, "arguments": {}}]},
        returned={"c1": returned} if returned else {},
    )


def test_pages_that_a_connection_names_are_listed_too() -> None:
    page = {"page": "https://docs.example.com/api"}
    data = {"title": "Click here", "data": page, "cut": "", "link": ""}
    done = {"text": "", "data": data, "failed": False}
    told = "\n\nFrom the web: [https://docs.example.com/api](https://docs.example.com/api)"
    assert sources_below([read_by_us("external_api_read_web_page", done)]) == told
    assert sources_below([read_by_us("lamp_get_lamp", done)]) == ""


def test_pages_that_could_not_be_read_are_not() -> None:
    failed: dict[str, object] = {"text": "It failed.", "data": None, "failed": True}
    for returned in (failed, {}):
        assert sources_below([read_by_us("external_api_read_web_page", returned)]) == ""


@pytest.mark.parametrize("url", ["https://a.example/x)(y", "https://a.example/<!channel>"])
def test_an_address_cannot_end_its_link(url: str) -> None:
    assert sources_below([looked_up((url, "A"))]) == ""


def test_a_title_cannot_either() -> None:
    told = sources_below([looked_up(("https://a.example", "x](https://evil.example) [y"))])
    assert told.endswith("[x)(https://evil.example) (y](https://a.example)")


class Searching:
    """A model that searched, where it may."""

    name = "searching"

    def __init__(self) -> None:
        self.asked: list[Request] = []

    async def respond(self, request: Request, _on_text: object) -> Replied:
        self.asked.append(request)
        sources = [Source("https://status.example.com", "Status")] if request.web else []
        return Replied("There was one.", model=self.name, sources=sources)


async def test_the_thread_lists_what_was_read_where_an_owner_allowed_it(stage: Stage) -> None:
    searching = Searching()
    stage.model = searching  # type: ignore[assignment]
    await stage.ask()
    await allow_web(stage.harbor.store, stage.harbor.ana, on=True)
    await stage.ask(ts="11.0")
    without, with_sources = await stage.runs()
    assert [one.web for one in searching.asked] == [False, True]
    assert without.answer == "There was one."
    assert with_sources.answer == (
        "There was one.\n\nFrom the web: [Status](https://status.example.com)"
    )
