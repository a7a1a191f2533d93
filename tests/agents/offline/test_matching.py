"""Why a tool fits: the reasons can be read."""

from __future__ import annotations

from bot.agents.offline import matching, wording
from bot.agents.offline.clauses import Clause
from bot.agents.offline.matching import Match
from bot.agents.offline.toolbox import Toolbox
from tests.agents.offline.world import NOW, everything


def found(question: str) -> list[Match]:
    box = Toolbox([tool.spec for tool in everything()])
    return matching.reads(wording.read(Clause(question), NOW, "UTC"), box)


def test_the_best_match_names_its_reasons() -> None:
    best = found("which incidents did checkout have?")[0]
    assert best.tool.spec.name == "pulse_list_incidents"
    assert [(hit.word, hit.place) for hit in best.hits] == [("incident", "noun")]


def test_a_synonym_counts_less_than_the_word_itself() -> None:
    exact, synonym = found("incidents")[0], found("outages")[0]
    assert exact.tool == synonym.tool or exact.tool.spec.name == synonym.tool.spec.name
    assert synonym.score < exact.score


def test_what_comes_first_decides() -> None:
    assert found("incidents of the monitor")[0].tool.spec.name == "pulse_list_incidents"
    assert found("monitors with incidents")[0].tool.spec.name == "pulse_list_monitors"


def test_nothing_fits_a_question_about_something_else() -> None:
    assert found("who painted the Mona Lisa?") == []
