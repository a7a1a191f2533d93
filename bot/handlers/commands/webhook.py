"""`/ops connections webhook`: the address that a service sends its incidents to."""

from __future__ import annotations

from bot.gate.desk import place_of
from bot.handlers.commands.command import Typed, said
from bot.handlers.commands.wording import read_name
from bot.handlers.services import Services
from bot.incidents.sources import has_incidents
from bot.people.refusals import note
from bot.slack.blocks import context, escape, section
from bot.slack.messages import Message
from bot.store import crew
from bot.store.rights import is_active
from bot.store.tables import Connection, Member, Role

ROTATE = "rotate"


async def webhook(services: Services, typed: Typed) -> Message:
    """What follows `/ops connections webhook`: a label, or `rotate` and a label."""
    first, _, rest = typed.rest.partition(" ")
    rotate = first.lower() == ROTATE
    label = read_name(rest if rotate else typed.rest)
    connection, known = await _find(services, typed, label)
    if connection is None:
        names = ", ".join(f"`{escape(one)}`" for one in known) or "none yet"
        return said(f"Name a connection that has incidents. There are: {names}.")
    if not _may(typed.visitor.member, connection):
        return said("Only owners, and whoever added the connection, may see its webhook address.")
    addresses = services.addresses
    if not addresses.reachable:
        return said(
            "I do not know at which address services reach me. The operator sets it as "
            "QUARTERDECK_PUBLIC_URL; until then I ask the service every minute instead."
        )
    member = typed.visitor.member
    made = addresses.rotate if rotate else addresses.show
    address = await made(member, connection)
    deed = "replaced" if rotate else "looked up"
    async with services.store.writing(typed.visitor.organisation_id) as session:
        sentence = f"{deed} the webhook address of {place_of(connection)}"
        note(session, member, sentence, at=services.store.clock(), action="webhook")
    return _shown(connection, address, rotated=rotate)


async def _find(
    services: Services, typed: Typed, label: str
) -> tuple[Connection | None, list[str]]:
    """The connection of a label, and the labels that there are."""
    async with services.store.reading(typed.visitor.organisation_id) as session:
        held = [one for one in await crew.connections(session) if has_incidents(one)]
    named = [one for one in held if one.label.casefold() == label.casefold()]
    return (named[0] if named else None), [one.label for one in held]


def _may(member: Member, connection: Connection) -> bool:
    added = connection.created_by == member.id
    return is_active(member) and (member.role == Role.OWNER or added)


def _shown(connection: Connection, address: str, *, rotated: bool) -> Message:
    place = escape(place_of(connection))
    now = "The new address" if rotated else "The address"
    old = " The former one is refused from now on." if rotated else ""
    return Message(
        f"{now} for webhooks of {place_of(connection)}",
        [
            section(f"{now} for webhooks of *{place}*:{old}\n```{address}```", verbatim=True),
            section(
                "In Better Stack: *Integrations* → *Exporting data* → *Outgoing webhooks*. Make "
                "one for incidents with every event switched on, one for monitors and one for "
                "on-call, all with this address."
            ),
            context(
                "Whoever has this address can send events, so keep it to yourself. "
                f"`/ops connections webhook rotate {escape(connection.label)}` replaces it."
            ),
        ],
    )
