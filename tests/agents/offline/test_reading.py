"""Questions: the right look-ups in as few steps as possible, and nothing for what does not fit."""

from __future__ import annotations

import pytest

from bot.connectors.base import Access
from tests.agents.offline.world import (
    Talk,
    database,
    everything,
    fake,
    incidents,
    logs,
    optional,
    payments,
    rows,
    text,
    tickets,
)


async def test_two_questions_in_one_sentence_are_two_calls_in_one_step() -> None:
    talk = Talk(everything())
    answer = await talk.ask("which incidents are open, and who is on call?")
    assert talk.made == [
        ("pulse_list_incidents", {"resolved": False}),
        ("pulse_who_is_on_call", {}),
    ]
    assert talk.steps == 2
    assert answer.startswith("**2 incidents** (not resolved). On call: **Grace Hopper**.")
    assert "| [Checkout API](https://pulse.example/i/8101) | Status 502 |" in answer
    assert "Billing worker" not in answer


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("any open incidents?", {"resolved": False}),
        ("which outages are unresolved?", {"resolved": False}),
        ("incidents that are resolved", {"resolved": True}),
        ("incidents that are not resolved", {"resolved": False}),
        ("show unacknowledged incidents", {"acknowledged": False}),
        ("which incidents are acknowledged but not resolved?", None),
        ("incidents since yesterday", {"from": "2026-03-03"}),
        ("incidents on Monday", {"from": "2026-03-02", "to": "2026-03-02"}),
        ("what happened last night?", {"from": "2026-03-03", "to": "2026-03-04"}),
        ("incidents of monitor 4711", {"monitor_id": 4711}),
    ],
)
async def test_states_and_days_become_filters(question: str, arguments: dict[str, object]) -> None:
    talk = Talk(incidents())
    await talk.ask(question)
    expected = arguments or {"acknowledged": True, "resolved": False}
    assert talk.made == [("pulse_list_incidents", expected)]


async def test_days_are_those_of_the_asker() -> None:
    talk = Talk(incidents(), timezone="Pacific/Auckland")  # where it is Thursday already
    await talk.ask("incidents of today")
    assert talk.made == [("pulse_list_incidents", {"from": "2026-03-05"})]


async def test_a_name_in_the_question_keeps_the_rows_that_bear_it() -> None:
    answer = await Talk(incidents()).ask("is the search cluster incident resolved?")
    assert "1 of 3 incidents: **[Search cluster](https://pulse.example/i/8099)**" in answer
    assert "resolved: **not set**" in answer
    assert "Checkout" not in answer


async def test_a_name_that_no_row_bears_is_said_and_all_are_shown() -> None:
    answer = await Talk(incidents()).ask("show the payroll incidents")
    assert "None of them names “payroll”, so here are all." in answer
    assert "Checkout API" in answer


async def test_who_did_it_asks_for_the_person_and_filters_nothing() -> None:
    talk = Talk(incidents())
    answer = await talk.ask("who acknowledged the search incident?")
    assert talk.made == [("pulse_list_incidents", {})]
    assert "acknowledged by: **Grace Hopper**" in answer.splitlines()[0]


async def test_a_thing_named_by_a_person_is_looked_up_first() -> None:
    talk = Talk(incidents())
    answer = await talk.ask("what was the availability of the status monitor last week?")
    assert talk.made == [
        ("pulse_list_monitors", {}),
        ("pulse_monitor_availability", {"monitor_id": 13, "from": "2026-02-23"}),
    ]
    assert "availability: **99.95**" in answer


async def test_several_that_fit_are_asked_back_and_the_reply_goes_on() -> None:
    talk = Talk(incidents())
    answer = await talk.ask("availability of the checkout monitor")
    assert "2 monitors fit “checkout”. Which one do you mean?" in answer
    assert "1. Checkout API" in answer
    assert "2. Checkout page" in answer
    await talk.ask("the second one")
    assert talk.made[-1] == ("pulse_monitor_availability", {"monitor_id": 12})


async def test_words_to_look_for_level_and_range_of_a_log_search() -> None:
    talk = Talk(logs(), timezone="Europe/Berlin")
    answer = await talk.ask("show me errors in the checkout logs between 9 and 11")
    assert talk.made == [
        (
            "searchLogs",
            {
                "query": "checkout",
                "level": "error",
                "from": "2026-03-04T09:00:00+01:00",
                "to": "2026-03-04T11:00:00+01:00",
            },
        )
    ]
    assert "Cut: older lines were left out." in answer
    assert answer.startswith("**At least 3 logs**")


async def test_a_range_that_is_needed_and_not_said_is_the_last_day_and_is_told() -> None:
    talk = Talk(logs())
    answer = await talk.ask('search the logs for "connection reset", last 5 lines')
    assert talk.made[0][1] == {
        "query": "connection reset",
        "limit": 5,
        "from": "2026-03-03T14:30:00+00:00",
        "to": "2026-03-04T14:30:00+00:00",
    }
    assert "last 24 hours" in answer


async def test_choices_and_people_of_a_ticket_list() -> None:
    talk = Talk(tickets())
    await talk.ask("which tickets are open and assigned to ada?")
    assert talk.made == [("desk-list-tickets", {"status": "open", "assignee": "ada"})]
    await talk.ask("show the unresolved tickets")
    assert talk.made == [("desk-list-tickets", {"status": "open"})]


async def test_each_connection_is_asked_unless_one_is_named() -> None:
    talk = Talk(payments("eu", "us", "uk", "jp"))
    answer = await talk.ask("how much revenue since monday?")
    asked = [arguments["connection"] for _, arguments in talk.made]
    assert asked == ["eu", "us", "uk"]
    assert {arguments["created_after"] for _, arguments in talk.made} == {1772409600}
    assert "I looked into 3 connections; name one for: jp." in answer
    await talk.ask("failed payments in jp")
    assert talk.made == [("mint_list_payments", {"connection": "jp", "status": "failed"})]


async def test_the_same_kind_of_thing_in_two_services_is_looked_up_in_both() -> None:
    tools = [
        fake(
            f"{service}_list_issues",
            "Issues of the project.",
            lambda arguments: rows([{"title": "Broken build", "status": "open"}], "Issues"),
        )
        for service in ("apollo", "zephyr")
    ]
    talk = Talk(tools)
    await talk.ask("list the issues")
    assert [name for name, _ in talk.made] == ["apollo_list_issues", "zephyr_list_issues"]
    await talk.ask("list the issues in zephyr")
    assert [name for name, _ in talk.made] == ["zephyr_list_issues"]


@pytest.mark.parametrize(
    "question",
    [
        "what is the weather in Paris?",
        "what is the best way to cook pasta?",
        "tell me a joke",
        "who won the match yesterday?",
        "translate this into French",
    ],
)
async def test_a_question_about_something_else_calls_nothing(question: str) -> None:
    talk = Talk(everything())
    answer = await talk.ask(question)
    assert talk.made == []
    assert answer.startswith(f"I found no tool here that fits “{question}”.")
    assert "- **Pulse:** incidents, monitors, on-call and monitor availability" in answer


async def test_without_tools_it_says_so() -> None:
    answer = await Talk([]).ask("which incidents are open?")
    assert "There are no tools here" in answer


async def test_what_cannot_be_filled_is_asked_for_with_what_is_possible() -> None:
    tool = fake(
        "atlas_get_report",
        "The figures of one region.",
        lambda arguments: rows([{"region": arguments["region"], "visits": 3}], "Report"),
        required=["region"],
        region=text("The region.", enum=["north", "south"]),
    )
    talk = Talk([tool])
    answer = await talk.ask("show the report")
    assert talk.made == []
    assert "To get the report I need the **region** (north or south)." in answer
    await talk.ask("south, please")
    assert talk.made == [("atlas_get_report", {"region": "south"})]


async def test_a_failure_is_told_with_its_reason_and_the_rest_is_shown() -> None:
    tools = incidents()
    tools[2] = fake(
        tools[2].spec.name,
        tools[2].spec.description,
        lambda arguments: "!The service did not answer in time. Try again in a moment.",
    )
    answer = await Talk(tools).ask("which incidents are open, and who is on call?")
    assert "**2 incidents** (not resolved)." in answer
    assert "**I could not look up on-call:** The service did not answer in time." in answer


async def test_nothing_found_is_said_as_such() -> None:
    tools = incidents()
    empty = fake(
        tools[0].spec.name, "Incidents.", lambda arguments: rows([], "Incidents"), Access.READ
    )
    answer = await Talk([empty]).ask("are there any incidents?")
    assert answer.startswith("**No incidents**.")


async def test_a_question_of_quantity_shows_the_table_and_admits_that_it_writes_no_sql() -> None:
    talk = Talk(database())
    answer = await talk.ask("how many orders were there yesterday?")
    assert talk.made == [
        ("warehouse_list_tables", {}),
        ("warehouse_describe_table", {"table": "orders"}),
    ]
    assert answer.startswith(
        "I cannot write SQL by myself: send me the query in backticks and I run it."
    )
    assert "total\\_cents" in answer or "total_cents" in answer


@pytest.mark.parametrize(
    "question",
    [
        "run `select count(*) from orders`",
        "```sql\nselect count(*) from orders\n```",
        "query the database: select count(*) from orders",
    ],
)
async def test_the_persons_own_query_is_run_as_it_is(question: str) -> None:
    talk = Talk(database())
    answer = await talk.ask(question)
    assert talk.made == [("warehouse_run_query", {"sql": "select count(*) from orders"})]
    assert "81203" in answer


async def test_a_description_of_a_table_goes_by_the_listed_names() -> None:
    talk = Talk(database())
    await talk.ask("describe the customer table")
    assert talk.made[-1] == ("warehouse_describe_table", {"table": "customers"})


async def test_a_tool_that_asks_for_more_than_can_be_checked_is_left_alone() -> None:
    odd = fake("odd_list_widgets", "Widgets.", lambda arguments: rows([], "Widgets"))
    odd.spec.schema["oneOf"] = [{"required": ["a"]}, {"required": ["b"]}]
    nested = fake(
        "odd_list_gadgets",
        "Gadgets.",
        lambda arguments: rows([], "Gadgets"),
        required=["filter"],
        filter={"type": "object", "properties": {"a": {"type": "string"}}},
    )
    talk = Talk([odd, nested])
    await talk.ask("list the widgets and the gadgets")
    assert talk.made == []


async def test_a_relative_period_is_said_in_the_tools_own_choices() -> None:
    tool = fake(
        "visits_get_traffic",
        "Traffic of the site.",
        lambda arguments: rows([{"visits": 7}], "Traffic"),
        required=["period"],
        period=text("", enum=["1h", "24h", "7d", "30d"]),
        days=optional("integer", "Or a number of days.", minimum=1, maximum=90),
    )
    talk = Talk([tool])
    await talk.ask("how was the traffic in the last 7 days?")
    assert talk.made == [("visits_get_traffic", {"period": "7d", "days": 7})]
