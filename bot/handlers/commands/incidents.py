"""`/ops incidents`: what is open; which channel gets which incidents; what services told."""

from __future__ import annotations

from sqlalchemy import select

from bot.handlers.commands.command import Command, Typed, choose, said
from bot.handlers.overviews import overview_soon
from bot.handlers.services import Services
from bot.incidents import routes
from bot.incidents.events import About
from bot.incidents.matching import NotUnderstood, parse
from bot.incidents.overview import Asked
from bot.incidents.poller import put_poll
from bot.incidents.routes import Routes, match_of
from bot.incidents.sources import has_incidents
from bot.slack.blocks import clip, context, escape, section
from bot.slack.dates import date_and_time
from bot.slack.messages import Message
from bot.store import crew
from bot.store.tables import Agent, Connection, IncidentEvent, IncidentRoute

SHOWN = 15
LONGEST = 300


async def run(services: Services, typed: Typed) -> Message | None:
    if not typed.rest:
        return await overview_soon(services, typed, Asked.INCIDENTS)
    return await choose(_WORDS, INCIDENTS, services, typed)


async def _route(services: Services, typed: Typed) -> Message:
    try:
        wish = parse(typed.rest)
    except NotUnderstood as mistake:
        return said(escape(str(mistake)))
    visitor = typed.visitor
    number, agent = await Routes(services.store).add(visitor.member, visitor.team_id, wish)
    async with services.store.writing(visitor.organisation_id) as session:
        for connection in await crew.connections(session):
            if has_incidents(connection):  # what is open already shall be seen there too
                await put_poll(services.queue, session, visitor.organisation_id, connection.id)
    services.wake()
    looks = f" {escape(agent.name)} looks into each new one at once." if agent else ""
    return said(
        f"Incidents ({escape(str(wish.match))}) go to <#{wish.channel_id}> from now on, as route "
        f"{number}.{looks} If I am not in that channel yet, invite me there."
    )


async def _routes(services: Services, typed: Typed) -> Message:
    async with services.store.reading(typed.visitor.organisation_id) as session:
        found = await routes.active(session)
        agents = {one.id: one for one in await crew.agents_for(session)}
        connections = {one.id: one for one in await crew.connections(session)}
    if not found:
        return said(
            "No channel gets incidents yet. Try "
            "`/ops incidents route everything to #incidents investigate`."
        )
    lines = [
        f"{number}. {_line(route, agents, connections)}"
        for number, route in enumerate(found, start=1)
    ]
    return Message(
        f"{len(found)} routes",
        [
            section(clip("\n".join(lines), 2900)),
            context("The first that fits counts. `/ops incidents unroute 1` ends one."),
        ],
    )


def _line(
    route: IncidentRoute, agents: dict[str, Agent], connections: dict[str, Connection]
) -> str:
    through = connections.get(route.connection_id or "")
    of = f" through {escape(through.label)}" if through else ""
    agent = agents.get(route.agent_id or "")
    looks = f", {escape(agent.name)} investigates" if agent else ""
    match = escape(clip(str(match_of(route)), LONGEST))
    return f"`{match}`{of} → <#{route.channel_id}>{looks}"


async def _unroute(services: Services, typed: Typed) -> Message:
    if not (typed.rest.isascii() and typed.rest.isdecimal()):
        return said("Say which by its number: `/ops incidents unroute 1`.")
    number = int(typed.rest[:6])
    route = await Routes(services.store).remove(typed.visitor.member, number)
    return said(
        f"Route {number} has ended: new incidents ({escape(str(match_of(route)))}) do not go to "
        f"<#{route.channel_id}> by it any more. Cards that are there stay up to date."
    )


async def _events(services: Services, typed: Typed) -> Message:
    return await _told(services, typed, unknown=False)


async def _unknown(services: Services, typed: Typed) -> Message:
    return await _told(services, typed, unknown=True)


async def _told(services: Services, typed: Typed, *, unknown: bool) -> Message:
    """The newest events as they came. They may hold what a viewer's agents may not see."""
    async with services.store.reading(typed.visitor.organisation_id) as session:
        wanted = select(IncidentEvent).order_by(IncidentEvent.last_received_at.desc())
        if unknown:
            wanted = wanted.where(IncidentEvent.about == About.UNKNOWN)
        found = (await session.scalars(wanted.limit(SHOWN))).all()
        connections = {one.id: one for one in await crew.connections(session)}
    if not found:
        kind = "that I did not understand" if unknown else "yet"
        return said(f"No service has told anything {kind}.")
    lines = [_event(one, connections) for one in found]
    title = "What I did not understand" if unknown else "What services told"
    return Message(title, [section(f"*{title}*, newest first"), *map(section, lines)])


def _event(event: IncidentEvent, connections: dict[str, Connection]) -> str:
    connection = connections.get(event.connection_id)
    label = connection.label if connection else "a connection that is gone"
    which = f" {event.external_id}" if event.external_id else ""
    times = f" · {event.times} times" if event.times > 1 else ""
    what = f"{event.about.replace('_', '-')}{which} {event.verb}".strip()
    note = f"\n{event.note}" if event.note else ""
    body = f"\n{clip(str(event.payload), LONGEST)}" if event.about == About.UNKNOWN else ""
    return (
        f"{date_and_time(event.last_received_at)} · *{escape(what)}* · {escape(label)} "
        f"by {event.source}{times}{escape(note)}{escape(body)}"
    )


_WORDS = {
    "route": _route,
    "routes": _routes,
    "unroute": _unroute,
    "events": _events,
    "unknown": _unknown,
}

INCIDENTS = Command(
    "incidents",
    "incidents [routes | route monitor checkout* to #incidents investigate | unroute 1 | "
    "events | unknown]",
    "What is open now; which channel gets which incidents; what services told.",
    run,
)
