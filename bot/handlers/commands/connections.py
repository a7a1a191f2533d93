"""`/ops connections`: the signed-in services and how they are."""

from __future__ import annotations

from bot.connectors.catalogue import all_connectors
from bot.gate.calls import Caller, CallerKind
from bot.gate.desk import place_of
from bot.handlers.commands.command import Command, Typed
from bot.handlers.services import Services
from bot.slack.blocks import escape, section
from bot.slack.dates import date_and_time
from bot.slack.messages import Message
from bot.store import crew
from bot.store.tables import Connection, ConnectionStatus

LAMPS = {
    ConnectionStatus.CONNECTED: (":large_green_circle:", "connected"),
    ConnectionStatus.RECONNECT: (":red_circle:", "needs reconnecting"),
    ConnectionStatus.FAILING: (":large_yellow_circle:", "failing"),
    ConnectionStatus.UNTESTED: (":white_circle:", "not tested yet"),
}


async def run(services: Services, typed: Typed) -> Message:
    word, _, label = typed.rest.partition(" ")
    if word.lower() == "test":
        return await _test(services, typed, label.strip())
    if typed.rest:
        return Message("Write `/ops connections`, or `/ops connections test <label>`.")
    async with services.store.reading(typed.visitor.organisation_id) as session:
        connections = await crew.connections(session)
    if not connections:
        return Message(
            "No service is connected yet. The operator can add one with "
            "`python -m bot apply`; see docs/setup-file.md."
        )
    return Message(
        f"{len(connections)} connected services", [section(_line(one)) for one in connections[:50]]
    )


async def _test(services: Services, typed: Typed, label: str) -> Message:
    """Tests one now. The connector's own time-outs keep this within Slack's three seconds, or
    the person sees that it failed."""
    async with services.store.reading(typed.visitor.organisation_id) as session:
        connection = await crew.find_connection(session, label)
        labels = [one.label for one in await crew.connections(session)]
    if connection is None:
        known = ", ".join(f"`{one}`" for one in labels) or "none"
        return Message(f"There is no connection called “{label}”. There are: {known}.")
    member = typed.visitor.member
    caller = Caller(CallerKind.PERSON, typed.visitor.organisation_id, member.id, member.name)
    tested = await services.gate.check(caller, connection.id)
    return Message(place_of(tested), [section(_line(tested))])


def _line(connection: Connection) -> str:
    lamp, word = LAMPS[ConnectionStatus(connection.status)]
    kind = all_connectors().get(connection.connector)
    category = kind.category.value.replace("_", " ") if kind else "not installed any more"
    note = f"\n_{escape(connection.status_note)}_" if connection.status_note else ""
    tested = f" · tested {date_and_time(connection.checked_at)}" if connection.checked_at else ""
    return f"{lamp} *{escape(place_of(connection))}* · {word} · {category}{tested}{note}"


CONNECTIONS = Command(
    "connections",
    "connections [test <label>]",
    "The connected services and whether they answer.",
    run,
)
