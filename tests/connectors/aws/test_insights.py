"""Queries of Logs Insights stay in the log groups that they are sent for."""

from __future__ import annotations

import pytest

from bot.connectors.aws_cloudwatch import CloudWatchLogs
from bot.connectors.aws_cloudwatch.insights import Refused, held_inside
from tests.connectors.aws.conftest import mocked
from tests.connectors.aws.test_partiql import corpus
from tests.connectors.helpers import Service, run

HOSTILE, HONEST = corpus("insights_hostile.txt"), corpus("insights_honest.txt")


@pytest.mark.parametrize("query", HOSTILE)
def test_a_query_that_leads_elsewhere_is_refused(query: str) -> None:
    with pytest.raises(Refused, match="was not run"):
        held_inside(query)


@pytest.mark.parametrize("query", HOSTILE)
def test_so_it_is_on_other_lines_and_in_other_letters(query: str) -> None:
    with pytest.raises(Refused):
        held_inside(query.swapcase().replace("|", "\n|\n").replace("(", "( \n "))


@pytest.mark.parametrize("query", HONEST)
def test_an_honest_query_passes_unchanged(query: str) -> None:
    assert held_inside(f" {query}\n") == query


@pytest.mark.parametrize("query", HOSTILE[:5])
async def test_nothing_is_sent_then(query: str) -> None:
    service = Service(AssertionError("a request was sent"))
    connector = mocked(CloudWatchLogs, service, default_log_group="/app/cart")
    with pytest.raises(Refused):
        await run(connector, "query_logs", query=query)
    assert service.requests == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SOURCE logGroups()", "Name the log groups in log_groups instead"),
        ("fields unmask(@message)", "data protection policy"),
        ("fields @message | nosuch", "'nosuch' where a command belongs"),
        ("fields @message\x00", "control character"),
        ("fields @message\u200b| limit 1", "control character"),
        ("fields " + "x" * 10_000, "more than 10000 characters"),
    ],
)
def test_the_reason_says_what_to_do_instead(query: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        held_inside(query)
    assert words in str(caught.value)
