"""An incident's thread as it is in the store: the incident, those folded into it, the presses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate.desk import place_of
from bot.incidents.port import together
from bot.slack.incident_cards import Stage
from bot.store.tables import (
    Connection,
    Incident,
    IncidentPost,
    IncidentPress,
    IncidentRoute,
    IncidentState,
    Member,
    PressState,
)

CARD = "card"
"""The key of the card among an incident's posts."""

SUMMARY = "summary"
"""The key of the draft of its summary."""


@dataclass(frozen=True)
class Pressed:
    """A press with who made it."""

    press: IncidentPress
    member: Member

    @property
    def state(self) -> PressState:
        return PressState(self.press.state)


@dataclass(frozen=True)
class Scene:
    """One thread. `incidents` are the primary one and those folded into it, oldest first."""

    incidents: Sequence[Incident]
    presses: Sequence[Pressed]
    posts: Sequence[IncidentPost]
    connection: Connection
    route: IncidentRoute | None

    @property
    def primary(self) -> Incident:
        return self.incidents[0]

    @property
    def place(self) -> str:
        return place_of(self.connection)

    @property
    def open(self) -> list[Incident]:
        """Those that are not over."""
        return [one for one in self.incidents if not IncidentState(one.state).over]

    @property
    def stage(self) -> Stage:
        """How far the thread is: as far as the incident in it that needs most."""
        states = {IncidentState(one.state) for one in self.incidents}
        order = (IncidentState.STARTED, IncidentState.ACKNOWLEDGED, IncidentState.RESOLVED)
        return Stage(next((one for one in order if one in states), IncidentState.DELETED))

    @property
    def team_id(self) -> str:
        return self.route.team_id if self.route else ""

    def post(self, key: str) -> IncidentPost | None:
        """A message that was posted of it."""
        return next((one for one in self.posts if one.key == key), None)

    def done(self, action: str) -> list[Pressed]:
        """The presses of an action that came to their end well, oldest first."""
        return [
            one
            for one in self.presses
            if one.press.action == action and one.state is PressState.DONE
        ]


async def load(session: AsyncSession, incident_id: str) -> Scene | None:
    """The thread that an incident is told of in; None where there is no such incident."""
    incident = await session.get(Incident, incident_id)
    if incident is not None and incident.folded_into:
        incident = await session.get(Incident, incident.folded_into)
    if incident is None:
        return None
    presses = select(IncidentPress, Member).join(Member, Member.id == IncidentPress.member_id)
    presses = presses.where(IncidentPress.incident_id == incident.id)
    found = await session.execute(presses.order_by(IncidentPress.created_at, IncidentPress.id))
    posts = select(IncidentPost).where(IncidentPost.incident_id == incident.id)
    return Scene(
        incidents=await together(session, incident),
        presses=[Pressed(press, member) for press, member in found],
        posts=(await session.scalars(posts.order_by(IncidentPost.created_at))).all(),
        connection=await session.get_one(Connection, incident.connection_id),
        route=await session.get(IncidentRoute, incident.route_id) if incident.route_id else None,
    )
