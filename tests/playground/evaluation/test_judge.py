"""What counts as said, as ruled out, as looked at, and as fallen for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation.judge import (
    Call,
    Investigation,
    Score,
    category_of,
    cause_of,
    judge,
    mentions,
    normal,
)
from playground.evaluation.scenarios import AnswerKey, Scenario

PODS = Call("replayed_eks_list_pods")
METRICS = Call("replayed_cloudwatch_list_metrics")
ANSWER = (
    "ROOT_CAUSE: The disk is full because of a batch job.\nROOT_CAUSE_CATEGORY: resource_exhaustion"
)


def scenario(failure_mode: str = "", sources: tuple[str, ...] = (), **key: Any) -> Scenario:
    answer = AnswerKey.model_validate({"root_cause_category": "resource_exhaustion", **key})
    return Scenario("s", Path(), {}, {source: {} for source in sources}, answer, failure_mode)


def score(answer: str = ANSWER, *calls: Call, **key: Any) -> Score:
    return judge(scenario(**key), Investigation(answer, calls, steps=1))


def test_a_right_answer_passes() -> None:
    found = score(required_keywords=["disk", "batch job"])
    assert (found.passed, found.why_not, found.words.got) == (True, "", 2)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("I do not know.", "names no root cause"),
        ("ROOT_CAUSE: Unable to determine root cause.", "names no root cause"),
        ("ROOT_CAUSE: The disk.", "category missing"),
        ("ROOT_CAUSE: The disk.\nROOT_CAUSE_CATEGORY: healthy", "category healthy"),
        (ANSWER, "words missing: ocean"),
    ],
)
def test_why_an_answer_has_not_passed(answer: str, why: str) -> None:
    assert score(answer, required_keywords=["ocean"]).why_not.startswith(why)


def test_the_marks_of_markdown_do_not_hide_the_lines_that_count() -> None:
    answer = "It is this.\n\n**Root cause:** the *disk*.\n- **ROOT_CAUSE_CATEGORY:** `code_defect`"
    assert cause_of(answer) == "the disk."
    assert category_of(answer) == "code_defect"


def test_the_last_category_counts_and_spaces_in_it_do_no_harm() -> None:
    answer = "ROOT_CAUSE_CATEGORY: healthy\nor rather\nRoot cause category: Code defect."
    assert category_of(answer) == "code_defect"


@pytest.mark.parametrize(
    ("text", "word", "there"),
    [
        ("Replication LAG grew", "replication  lag", True),
        ("lag of the replication", "replication lag", True),  # each of its words is there
        ("replicas lagged", "replication lag", False),
        ("autoscaling completed", "autoscal", True),  # a part of a word, as text
        ("there is walnut", "wal", True),
        ("payments_api is `down`", "payments_api", True),
        ("sessions waited for ClientRead", "idle", True),  # another wording
        ("load of 7 AAS", "Performance Insights", True),
        ("", "disk", False),
        ("anything", "…", False),
    ],
)
def test_when_a_word_counts_as_said(text: str, word: str, there: bool) -> None:
    assert mentions(normal(text), word) is there


@given(st.text(), st.text(alphabet="abcdefgh ", min_size=1).filter(str.strip), st.text())
def test_a_word_that_stands_in_the_text_is_always_found(before: str, word: str, after: str) -> None:
    assert mentions(normal(f"{before} {word} {after}"), word)


def test_denying_a_red_herring_in_its_own_words_falls_for_it() -> None:
    answer = f"{ANSWER}\nThese are not two root causes."
    found = score(answer, forbidden_keywords=["two root causes", "cpu_saturation"])
    assert found.refused.missing == ("“two root causes”",)
    assert found.why_not == "red herring: “two root causes”"


def test_a_forbidden_phrase_needs_its_words_in_a_row() -> None:
    answer = f"{ANSWER}\nTwo queries ran; of root causes there is one."
    assert score(answer, forbidden_keywords=["two root causes"]).passed


def test_a_forbidden_category_is_a_red_herring_only_as_the_category() -> None:
    answer = "ROOT_CAUSE: x\nIt looks like cpu_saturation.\nROOT_CAUSE_CATEGORY: healthy"
    key: dict[str, Any] = {"forbidden_categories": ["healthy", "cpu_saturation"]}
    assert score(answer, **key).refused.missing == ("healthy",)
    assert score(ANSWER, **key).refused.complete


def test_the_category_line_itself_holds_no_words() -> None:
    key: dict[str, Any] = {
        "required_keywords": ["exhaustion"],
        "forbidden_keywords": ["resource_exhaustion"],
    }
    found = score(**key)
    assert found.words.missing == ("exhaustion",)
    assert found.refused.complete


def test_looking_counts_only_where_something_came_back() -> None:
    key: dict[str, Any] = {
        "sources": ("eks_pods",),
        "optimal_trajectory": ["list_eks_pods", "get_eks_events"],
    }
    failed = Call("replayed_eks_list_events", found=False)
    assert score(ANSWER, PODS, failed, **key).evidence.missing == ("get_eks_events",)


def test_required_evidence_must_not_be_empty_while_an_action_may_find_nothing() -> None:
    nothing = Call("replayed_rds_list_events", rows=0)
    asked = score(ANSWER, nothing, optimal_trajectory=["query_grafana_logs"])
    assert asked.evidence.complete
    wanted = score(ANSWER, nothing, required_evidence_sources=["aws_rds_events"])
    assert wanted.evidence.missing == ("aws_rds_events",)
    assert wanted.why_not == "evidence missing: aws_rds_events"


def test_a_wanted_metric_must_have_been_asked_for_by_name() -> None:
    one = Call("replayed_cloudwatch_get_metric", {"metric": "replica-lag"})
    assert score(ANSWER, one, required_queries=["Replica Lag"]).evidence.complete
    assert not score(ANSWER, METRICS, required_queries=["ReplicaLag"]).evidence.complete


def test_an_action_that_nobody_knows_stays_missing() -> None:
    assert score(ANSWER, PODS, optimal_trajectory=["read_minds"]).evidence.missing


def test_telemetry_of_a_new_kind_counts_when_the_archive_was_asked_for_it() -> None:
    key: dict[str, Any] = {"sources": ("queue_depths",), "optimal_trajectory": ["get_queue_depths"]}
    archive = Call("replayed_archive_list_records", {"source": "queue"})
    assert score(ANSWER, archive, **key).evidence.complete
    assert not score(ANSWER, PODS, **key).evidence.complete


def test_too_many_steps_are_shown_and_do_not_fail() -> None:
    found = judge(scenario(max_investigation_loops=3), Investigation(ANSWER, steps=9))
    assert (found.steps, found.most_steps, found.passed) == (9, 3, True)


def test_a_category_that_may_be_argued_about_is_right_both_ways() -> None:
    answer = "ROOT_CAUSE: DNS.\nROOT_CAUSE_CATEGORY: dependency_failure"
    key: dict[str, Any] = {"root_cause_category": "configuration_error"}
    assert score(answer, failure_mode="dns_resolution_failure", **key).passed
    assert not score(answer, **key).passed


def test_a_run_that_came_to_no_answer_says_so_first() -> None:
    found = judge(scenario(), Investigation("", trouble="the run failed"))
    assert (found.why_not, found.trouble, found.passed) == ("the run failed",) * 2 + (False,)
