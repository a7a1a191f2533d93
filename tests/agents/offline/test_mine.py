"""The asker's own rows: asked for by their address, or kept out of what came back."""

from __future__ import annotations

from typing import Any

from bot.connectors.base import Access
from tests.agents.offline.world import Fake, Talk, everything, fake, incidents, optional, rows, text

ADA = "ada@example.com"


def ticket(key: str, assignee: str | None, status: str = "open", reporter: str = "") -> Any:
    return {"key": key, "title": key, "status": status, "assignee": assignee, "reporter": reporter}


def desk(*found: Any) -> Fake:
    """A tracker that filters by whose the tickets are."""

    def listed(arguments: dict[str, Any]) -> dict[str, Any] | str:
        wanted = arguments.get("assignee")
        if wanted == "nobody@example.com":
            return "!There is no user with this e-mail."
        return rows([one for one in found if wanted in (None, one["assignee"])], "Tickets")

    status = optional("string", "", enum=["open", "closed", "all"])
    who = optional("string", "The e-mail of whose they are.")
    return fake("desk_list_tickets", "Tickets by state.", listed, status=status, assignee=who)


def plain(*found: Any, name: str = "desk_list_tickets") -> Fake:
    """A list that cannot be asked for anybody's."""
    return fake(name, "All of them.", lambda _: rows(found, "All"))


async def test_a_tool_is_asked_for_the_askers_own_things() -> None:
    talk = Talk([desk(ticket("OPS-1", ADA), ticket("OPS-2", "bo@example.com"))])
    answer = await talk.ask("show me my open tickets", email=ADA)
    assert talk.made == [("desk_list_tickets", {"status": "open", "assignee": ADA})]
    assert "OPS-1" in answer
    assert "OPS-2" not in answer
    assert f"assignee {ADA}" in answer


async def test_what_is_only_shown_to_them_is_not_narrowed() -> None:
    talk = Talk([desk(ticket("OPS-1", ADA), ticket("OPS-2", "bo@example.com"))])
    answer = await talk.ask("show me the open tickets", email=ADA)
    assert talk.made == [("desk_list_tickets", {"status": "open"})]
    assert "OPS-2" in answer


async def test_rows_are_narrowed_where_the_tool_cannot_be_asked() -> None:
    talk = Talk([plain(ticket("OPS-1", ADA), ticket("OPS-2", "bo@example.com"))])
    answer = await talk.ask("tickets assigned to me", email=ADA)
    assert "1 of 2 tickets" in answer
    assert f"yours: assignee {ADA}" in answer
    assert "OPS-2" not in answer


async def test_rows_may_name_people_by_their_names() -> None:
    talk = Talk([plain(ticket("OPS-1", "Ada Lovelace"), ticket("OPS-2", "Ada Byron"))])
    answer = await talk.ask("my tickets", name="Ada Lovelace", email=ADA)
    assert "OPS-1" in answer
    assert "OPS-2" not in answer


async def test_what_they_did_is_not_what_they_hold() -> None:
    mine = ticket("OPS-1", ADA, reporter="bo@example.com")
    talk = Talk([plain(mine, ticket("OPS-2", "bo@example.com", reporter=ADA))])
    answer = await talk.ask("tickets that I reported", email=ADA)
    assert "OPS-2" in answer
    assert "OPS-1" not in answer


async def test_what_the_rows_do_not_say_is_told() -> None:
    answer = await Talk(incidents()).ask("list my monitors", email=ADA)
    assert "3 monitors" in answer
    assert "These do not say whose they are, so here are all." in answer


async def test_they_are_asked_who_they_are_there_and_the_reply_is_used() -> None:
    talk = Talk([desk(ticket("OPS-1", "a.lovelace@corp.example"), ticket("OPS-2", "bo"))])
    answer = await talk.ask("my tickets", email=ADA)
    assert "Which account or address is yours in Desk?" in answer
    assert ADA in answer
    answer = await talk.ask("it's a.lovelace@corp.example", email=ADA)
    assert talk.made == [("desk_list_tickets", {"assignee": "a.lovelace@corp.example"})]
    assert "OPS-1" in answer


async def test_they_are_asked_where_no_row_names_them() -> None:
    talk = Talk([plain(ticket("OPS-1", "alovelace"), ticket("OPS-2", "bo"))])
    answer = await talk.ask("my tickets", email=ADA)
    assert "None of the 2 tickets names" in answer
    assert "OPS-1" not in answer
    answer = await talk.ask("alovelace", email=ADA)
    assert "1 of 2 tickets" in answer
    assert "OPS-1" in answer


async def test_they_are_asked_where_the_service_does_not_know_them() -> None:
    talk = Talk([desk()])
    answer = await talk.ask("my tickets", email="nobody@example.com")
    assert "Desk does not know nobody@example.com" in answer
    assert "Which account or address is yours" in answer


async def test_a_reply_that_fits_nothing_is_told_and_not_asked_again() -> None:
    talk = Talk([desk(ticket("OPS-1", "bo@example.com"))])
    await talk.ask("my tickets", email=ADA)
    answer = await talk.ask("ada2@example.com", email=ADA)
    assert "No tickets" in answer
    assert "Which account" not in answer


async def test_somebody_elses_reply_is_no_answer_to_it() -> None:
    talk = Talk([desk(ticket("OPS-1", "bo@example.com"))])
    await talk.ask("my tickets", email=ADA)
    await talk.ask("bo@example.com", name="Bo", email="bo@example.com")
    assert ("desk_list_tickets", {"assignee": "bo@example.com"}) not in talk.made


async def test_whether_they_are_on_call() -> None:
    answer = await Talk(incidents()).ask("am I on call?", name="Grace", email="grace@example.com")
    assert answer.startswith("**Yes**, that is you (grace@example.com or Grace).")


async def test_whether_they_are_on_call_where_the_rows_do_not_know_them() -> None:
    talk = Talk(incidents())
    answer = await talk.ask("am I on call?", email=ADA)
    assert "I do not find ada@example.com or Ada there." in answer
    assert "Which account or address is yours in Pulse?" in answer
    assert "Grace Hopper" in answer
    answer = await talk.ask("ada.l@example.com", email=ADA)
    assert answer.startswith("**No**, that is not you (ada.l@example.com).")


async def test_whether_they_did_what_nobody_did() -> None:
    answer = await Talk(incidents()).ask("did I acknowledge the checkout API incident?", email=ADA)
    assert answer.startswith("**No**, nobody is named there.")


async def test_without_an_address_their_name_counts() -> None:
    talk = Talk([plain(ticket("OPS-1", "Ada Lovelace"), ticket("OPS-2", "Bo Chen"))])
    answer = await talk.ask("my tickets", name="Ada Lovelace")
    assert "OPS-1" in answer
    assert "OPS-2" not in answer


async def test_the_first_of_mine_is_one_of_those_that_were_shown() -> None:
    listed = plain(ticket("OPS-1", "bo@example.com"), ticket("OPS-2", ADA), ticket("OPS-3", ADA))
    shown = fake(
        "desk_get_ticket",
        "One ticket.",
        lambda given: rows([ticket(given["ticket_key"], ADA)], "Ticket"),
        required=["ticket_key"],
        ticket_key=text("Its key."),
    )
    talk = Talk([listed, shown])
    await talk.ask("my tickets", email=ADA)
    await talk.ask("show the first one", email=ADA)
    assert talk.made == [("desk_get_ticket", {"ticket_key": "OPS-2"})]


async def test_an_order_is_given_the_asker_only_if_it_says_so() -> None:
    talk = Talk(everything())
    await talk.ask("acknowledge the checkout incident", email=ADA)
    assert talk.made[-1] == ("pulse_acknowledge_incident", {"incident_id": "8101"})


async def test_a_ticket_is_assigned_to_them_under_their_address() -> None:
    assign = fake(
        "desk_assign_ticket",
        "Assigns a ticket to somebody.",
        lambda given: f"Assigned {given['ticket_key']}.",
        Access.WRITE,
        required=["ticket_key", "assignee"],
        ticket_key=text("Its key."),
        assignee=text("The e-mail of whose it shall be."),
    )
    talk = Talk([desk(ticket("OPS-1", None)), assign])
    await talk.ask("assign OPS-1 to me", email=ADA)
    assert talk.made[-1] == ("desk_assign_ticket", {"ticket_key": "OPS-1", "assignee": ADA})
