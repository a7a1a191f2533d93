"""The words that people use lead to the right tool, also for a planner that only compares words."""

import pytest

from bot.connectors.better_stack import BetterStack


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("incident outage down open ongoing alert", "list_incidents"),
        ("on call responder rota pager duty", "who_is_on_call"),
        ("schedules rotations", "list_on_call_schedules"),
        ("up checks websites status", "list_monitors"),
        ("uptime SLA availability downtime percent", "monitor_availability"),
        ("latency slow fast response time", "monitor_response_times"),
        ("cron backup jobs late missing", "list_heartbeats"),
        ("ack acknowledge", "acknowledge_incident"),
        ("fixed over close resolve", "resolve_incident"),
        ("wake page call escalate", "escalate_incident"),
        ("mute silence pause stop", "pause_monitor"),
        ("customers page outage", "list_status_pages"),
        ("owner runbook label tag", "list_metadata"),
    ],
)
def test_a_tool_is_described_in_the_words_of_its_questions(words: str, verb: str) -> None:
    tool = BetterStack.tools[verb]
    fields = tool.schema["properties"].values()
    text = " ".join([verb, tool.description, *(field["description"] for field in fields)]).lower()
    text = text.replace("-", " ")
    missing = [word for word in words.lower().split() if word[:5] not in text]
    assert not missing
