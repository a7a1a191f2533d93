"""Routes: which channel gets which incidents. The first that fits counts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.incidents.matching import By, Match, Wish
from bot.incidents.sources import has_incidents
from bot.people.organisations import resolve
from bot.people.refusals import Refused, note, require
from bot.store import crew
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import Agent, Connection, Incident, IncidentRoute, Member

MOST = 100
"""Routes of an organisation."""


def match_of(route: IncidentRoute) -> Match:
    return Match(By(route.by), route.value, route.key)


async def active(session: AsyncSession) -> Sequence[IncidentRoute]:
    """The routes that count, in their order."""
    wanted = select(IncidentRoute).where(IncidentRoute.removed_at.is_(None))
    return (await session.scalars(wanted.order_by(IncidentRoute.position, IncidentRoute.id))).all()


async def route_for(session: AsyncSession, incident: Incident) -> IncidentRoute | None:
    """The first route that an incident fits; None where no channel wants it."""
    for route in await active(session):
        of_connection = route.connection_id in (None, incident.connection_id)
        if of_connection and match_of(route).fits(incident):
            return route
    return None


class Routes:
    """What people do with routes. Each wish is checked against the store as it is then."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, member: Member, team_id: str, wish: Wish) -> tuple[int, Agent | None]:
        """Puts a route behind the others.

        Returns:
            Its number, and the agent that will look into new incidents.

        Raises:
            Refused: saying why not.
        """
        site = await resolve(self._store, team_id, wish.channel_id, member.user_id, direct=False)
        if site is None or site.organisation_id != member.organisation_id:
            raise Refused(
                f"<#{wish.channel_id}> belongs to another organisation. An owner of both can move "
                "it with `/ops org`."
            )
        now = self._store.clock()
        async with self._store.writing(member.organisation_id) as session:
            author = await require(session, member, Right.SCHEDULE)
            others = await active(session)
            if len(others) >= MOST:
                raise Refused(f"There are {MOST} routes already. Remove one first.")
            connection = await _connection(session, wish.label)
            agent = await _agent(session, wish.agent) if wish.investigate else None
            last = await session.scalar(select(func.max(IncidentRoute.position)))
            session.add(
                IncidentRoute(
                    position=(last or 0) + 1,
                    connection_id=connection.id if connection else None,
                    by=wish.match.by,
                    key=wish.match.key,
                    value=wish.match.value,
                    team_id=team_id,
                    channel_id=wish.channel_id,
                    agent_id=agent.id if agent else None,
                    created_by=author.id,
                    created_at=now,
                )
            )
            deed = f"routed incidents ({wish.match}) to <#{wish.channel_id}>"
            note(session, author, deed, at=now, action="route", about=wish.channel_id)
        return len(others) + 1, agent

    async def remove(self, member: Member, number: int) -> IncidentRoute:
        """Ends the route with a number of the list. Raises Refused where there is none."""
        now = self._store.clock()
        async with self._store.writing(member.organisation_id) as session:
            author = await require(session, member, Right.SCHEDULE)
            routes = await active(session)
            if not 1 <= number <= len(routes):
                raise Refused(f"There is no route {number}. `/ops incidents routes` lists them.")
            route = routes[number - 1]
            route.removed_at = now
            deed = f"ended the route of incidents ({match_of(route)}) to <#{route.channel_id}>"
            note(session, author, deed, at=now, action="route", about=route.channel_id)
        return route


async def _connection(session: AsyncSession, label: str) -> Connection | None:
    if not label:
        return None
    held = [one for one in await crew.connections(session) if has_incidents(one)]
    for connection in held:
        if connection.label.casefold() == label.casefold():
            return connection
    known = ", ".join(f"`{one.label}`" for one in held) or "none"
    raise Refused(f"No connection called “{label}” has incidents. There are: {known}.")


async def _agent(session: AsyncSession, name: str) -> Agent:
    """The agent of a name; without one, the one that there is for it."""
    agents = await crew.agents_for(session)
    if name:
        found = [one for one in agents if one.handle == crew.handle_of(name)]
    else:
        found = [one for one in agents if one.type == "debugger"] or list(agents)
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"`@{one.handle}`" for one in agents) or "none yet"
    if name:
        raise Refused(f"There is no agent called “{name}”. There are: {known}.")
    raise Refused(f"Say who looks into them: `… investigate with @agent`. There are: {known}.")
