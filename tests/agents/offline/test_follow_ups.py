"""Follow-ups: "it", "the second one", "only the ones from yesterday"."""

from __future__ import annotations

from tests.agents.offline.world import Talk, everything, incidents, logs, tickets


async def test_who_acknowledged_it_after_one_incident() -> None:
    talk = Talk(everything())
    await talk.ask("show the search incident")
    answer = await talk.ask("and who acknowledged it?")
    assert talk.made == [("pulse_get_incident", {"incident_id": "8099"})]
    assert "acknowledged by: **Grace Hopper**" in answer.splitlines()[0]


async def test_it_may_be_one_of_several_so_the_person_is_asked() -> None:
    talk = Talk(everything())
    await talk.ask("which incidents are open, and who is on call?")
    answer = await talk.ask("and who acknowledged it?")
    assert talk.made == []
    assert "Which incident do you mean?" in answer
    await talk.ask("the second one")
    assert talk.made == [("pulse_get_incident", {"incident_id": "8099"})]


async def test_the_order_in_a_list_is_the_order_in_a_reply() -> None:
    talk = Talk(everything())
    await talk.ask("which incidents are open?")
    await talk.ask("acknowledge the second one")
    assert talk.made == [("pulse_acknowledge_incident", {"incident_id": "8099"})]


async def test_it_is_what_was_just_changed() -> None:
    talk = Talk(everything())
    await talk.ask("acknowledge the checkout incident")
    await talk.ask("and resolve it")
    assert talk.made == [("pulse_resolve_incident", {"incident_id": "8101"})]


async def test_it_is_what_was_just_changed_even_by_its_bare_id() -> None:
    talk = Talk(everything())
    await talk.ask("acknowledge 8101")
    await talk.ask("resolve it")
    assert talk.made == [("pulse_resolve_incident", {"incident_id": "8101"})]


async def test_only_the_ones_from_yesterday_keeps_the_other_filters() -> None:
    talk = Talk(everything())
    await talk.ask("which incidents are open?")
    answer = await talk.ask("only the ones from yesterday")
    assert talk.made == [
        ("pulse_list_incidents", {"resolved": False, "from": "2026-03-03", "to": "2026-03-03"})
    ]
    assert "1 of 2 incidents" in answer
    assert "Search cluster" in answer


async def test_a_new_range_takes_the_place_of_the_old_one() -> None:
    talk = Talk(everything())
    await talk.ask("which incidents were there this week?")
    await talk.ask("and yesterday?")
    assert talk.made == [("pulse_list_incidents", {"from": "2026-03-03", "to": "2026-03-03"})]


async def test_which_of_them_keeps_to_what_was_shown() -> None:
    talk = Talk(everything())
    await talk.ask("which incidents were there since 1 March?")
    answer = await talk.ask("which of them are resolved?")
    assert talk.made == [("pulse_list_incidents", {"from": "2026-03-01", "resolved": True})]
    assert answer.startswith("1 of 3 incidents")
    assert "Billing worker" in answer
    answer = await talk.ask("which of them are not acknowledged?")
    assert answer.startswith("**Not that incident**")


async def test_a_time_that_the_tool_cannot_take_is_applied_to_the_rows() -> None:
    talk = Talk(tickets())
    await talk.ask("show all tickets")
    answer = await talk.ask("only the ones from yesterday")
    assert "These could not be limited to yesterday" in answer


async def test_the_same_search_for_another_time() -> None:
    talk = Talk(logs())
    await talk.ask("errors in the checkout logs in the last hour")
    await talk.ask("what about yesterday?")
    assert talk.made == [
        (
            "searchLogs",
            {
                "query": "checkout",
                "level": "error",
                "from": "2026-03-03T00:00:00+00:00",
                "to": "2026-03-04T00:00:00+00:00",
            },
        )
    ]


async def test_a_pointing_word_without_anything_before_it_points_to_nothing() -> None:
    talk = Talk(incidents())
    answer = await talk.ask("and what about the second one?")
    assert talk.made == []
    assert "I found no tool here" in answer


async def test_a_question_of_its_own_is_not_taken_for_a_follow_up() -> None:
    talk = Talk(everything())
    await talk.ask("which incidents are open?")
    await talk.ask("which tickets are open?")
    assert talk.made == [("desk-list-tickets", {"status": "open"})]
