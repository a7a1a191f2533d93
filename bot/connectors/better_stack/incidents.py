"""Incidents: what is down or was, what happened in it, and moving it along."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from bot.connectors.arguments import Day, Email, NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import MAX_ROWS, Api, many, one
from bot.connectors.better_stack.shaping.common import Resource, flat, name_of, related_id
from bot.connectors.better_stack.shaping.incidents import (
    comment_row,
    incident_document,
    incident_row,
    is_acknowledged,
    is_resolved,
    timeline_row,
)
from bot.connectors.results import Change, Document, Preview, Row, Rows
from bot.connectors.wording import when

MOST_PER_PAGE = 50
"""The vendor's bound for pages of incidents; a larger number is cut down in silence."""

IncidentId = Annotated[NumericId, Field(description="The incident's id, from list_incidents.")]
Who = Annotated[
    str | None,
    Field(
        description="The person in whose name it happens, by e-mail address or name, as the "
        "incident shall show it. Left out, the incident shows the API."
    ),
]


class Incidents(Api):
    @tool(area="incidents", access=Access.READ, method="GET", path="/api/v3/incidents")
    async def list_incidents(
        self,
        resolved: Annotated[
            bool | None,
            Field(
                description="false for open incidents: ongoing, unresolved, down right now. "
                "true for those that are over. Leave out for both."
            ),
        ] = None,
        acknowledged: Annotated[
            bool | None,
            Field(description="false for those that nobody has acknowledged yet, true for others."),
        ] = None,
        from_date: Annotated[
            Day | None, Field(description="First day (UTC) on which they started: YYYY-MM-DD.")
        ] = None,
        to_date: Annotated[
            Day | None, Field(description="Last day (UTC) on which they started: YYYY-MM-DD.")
        ] = None,
        monitor_id: Annotated[
            NumericId | None, Field(description="Only those of this monitor, from list_monitors.")
        ] = None,
        heartbeat_id: Annotated[
            NumericId | None,
            Field(description="Only those of this heartbeat, from list_heartbeats."),
        ] = None,
        metadata: Annotated[
            dict[str, str] | None,
            Field(description="Only those whose labels have these values, by their key."),
        ] = None,
    ) -> Rows:
        """Incidents, newest first: outages, downtime, alerts, what is or was down or broken.

        Use it for "what is down?", "any open incidents?", "what happened last night?", "how many
        outages this week?". Each row has the incident's id, name, status (Started, Acknowledged,
        Resolved, ...), cause, monitor, start, duration so far, and who acknowledged and resolved
        it. For one incident in full use get_incident, for its events incident_timeline.
        """
        found, more = await self.resources(
            "/api/v3/incidents",
            {
                **self.team,
                "resolved": resolved,
                "acknowledged": acknowledged,
                "from": from_date,
                "to": to_date,
                "monitor_id": monitor_id,
                "heartbeat_id": heartbeat_id,
                **{f"metadata[{key}][][value]": value for key, value in (metadata or {}).items()},
            },
            per_page=MOST_PER_PAGE,
        )
        return Rows(
            self._rows(found, await self._monitor_names(found)),
            title=_list_title(resolved, acknowledged),
            cut=f"Only the newest {MAX_ROWS} are listed; narrow the days or ask for one monitor."
            if more
            else "",
        )

    @tool(area="incidents", access=Access.READ, method="GET", path="/api/v3/incidents/{id}")
    async def get_incident(self, incident_id: IncidentId) -> Document:
        """One incident (outage, alert) in full, by its id.

        Returns its status, cause, monitor, start, duration, who acknowledged, resolved or reopened
        it and when, the failed response and screenshot, the regions, how people were notified,
        and its metadata. list_incidents gives the ids.
        """
        body = await self.found(f"/api/v3/incidents/{incident_id}")
        incident = one(body)
        return Document(
            incident_document(body, self.link.clock()),
            title=f"Incident {name_of(incident)}",
            link=self.web("incidents", incident_id),
        )

    @tool(
        area="incidents", access=Access.READ, method="GET", path="/api/v3/incidents/{id}/timeline"
    )
    async def incident_timeline(self, incident_id: IncidentId) -> Rows:
        """The timeline of an incident: what happened in it, step by step, oldest first.

        Each event has its time and words: when checks failed, who was called, e-mailed or
        notified, who acknowledged or commented. Use it for "who was told?", "when did it start?",
        "how fast did we react?", and for postmortems.
        """
        body = await self.service.get(f"/api/v3/incidents/{incident_id}/timeline")
        rows = [timeline_row(item) for item in many(body)]
        rows.reverse()  # they come newest first, which a stable sort keeps for equal times
        rows.sort(key=lambda row: str(row["at"]))
        return Rows(
            rows[-MAX_ROWS:],
            title=f"Timeline of incident {incident_id}",
            cut=f"Only the last {MAX_ROWS} of {len(rows)} events are listed."
            if len(rows) > MAX_ROWS
            else "",
            link=self.web("incidents", incident_id),
        )

    @tool(
        area="incidents", access=Access.READ, method="GET", path="/api/v2/incidents/{id}/comments"
    )
    async def incident_comments(self, incident_id: IncidentId) -> Rows:
        """The comments (notes) that people and tools wrote on an incident, oldest first."""
        rows = [comment_row(comment) for comment in await self._comments(incident_id)]
        return Rows(
            rows[-MAX_ROWS:],
            title=f"Comments on incident {incident_id}",
            cut=f"Only the last {MAX_ROWS} of {len(rows)} comments are listed."
            if len(rows) > MAX_ROWS
            else "",
            link=self.web("incidents", incident_id),
        )

    @tool(
        area="incidents",
        access=Access.WRITE,
        method="POST",
        path="/api/v3/incidents/{id}/acknowledge",
        action="acknowledge incident {resource}",
        past="acknowledged incident {resource}",
    )
    async def acknowledge_incident(
        self, incident_id: IncidentId, acknowledged_by: Who = None
    ) -> Document:
        """Acknowledges an open incident: somebody is on it, so nobody else is called.

        Use it for "ack", "acknowledge", "I am looking at it". list_incidents gives the id.
        """
        return await self._move(incident_id, "acknowledge", acknowledged_by=acknowledged_by)

    @acknowledge_incident.preview
    async def _before_acknowledge(
        self, incident_id: str, acknowledged_by: str | None = None
    ) -> Preview:
        live = flat(await self._incident(incident_id))
        return self._moving(
            live,
            to="Acknowledged",
            obstacle=self._already_resolved(live) or self._already_acknowledged(live),
            done=is_acknowledged(live),
        )

    @tool(
        area="incidents",
        access=Access.WRITE,
        method="POST",
        path="/api/v3/incidents/{id}/resolve",
        action="resolve incident {resource}",
        past="resolved incident {resource}",
    )
    async def resolve_incident(self, incident_id: IncidentId, resolved_by: Who = None) -> Document:
        """Resolves an incident: it is over, fixed, closed; alerts about it stop.

        list_incidents gives the id. A resolved incident can be reopened for 24 hours.
        """
        return await self._move(incident_id, "resolve", resolved_by=resolved_by)

    @resolve_incident.preview
    async def _before_resolve(self, incident_id: str, resolved_by: str | None = None) -> Preview:
        live = flat(await self._incident(incident_id))
        return self._moving(
            live,
            to="Resolved",
            obstacle=self._already_resolved(live),
            done=is_resolved(live),
        )

    @tool(
        area="incidents",
        access=Access.WRITE,
        method="POST",
        path="/api/v3/incidents/{id}/reopen",
        action="reopen incident {resource}",
        past="reopened incident {resource}",
    )
    async def reopen_incident(self, incident_id: IncidentId, reopened_by: Who = None) -> Document:
        """Reopens a resolved incident: it is not over after all. People may be alerted again.

        Only within 24 hours of its resolution, and not if another team shared it with this one.
        list_incidents with resolved true gives the id.
        """
        return await self._move(incident_id, "reopen", reopened_by=reopened_by)

    @reopen_incident.preview
    async def _before_reopen(self, incident_id: str, reopened_by: str | None = None) -> Preview:
        live = flat(await self._incident(incident_id))
        is_open = not is_resolved(live)
        return self._moving(
            live, to="Started", obstacle="it is open already" if is_open else "", done=is_open
        )

    @tool(
        area="incidents",
        access=Access.WRITE,
        method="POST",
        path="/api/v2/incidents/{id}/comments",
        action="comment on incident {resource}",
        past="commented on incident {resource}",
    )
    async def comment_on_incident(
        self,
        incident_id: IncidentId,
        content: Annotated[str, Field(min_length=1, description="The comment, in Markdown.")],
        user_email: Annotated[
            Email | None,
            Field(description="The e-mail address of a teammate to tag in the comment."),
        ] = None,
    ) -> Document:
        """Writes a comment (note, finding, update) on an incident for everyone who looks at it.

        list_incidents gives the id; incident_comments shows what was written before.
        """
        body = {"content": content, **({"user_email": user_email} if user_email else {})}
        answer = await self.service.post(f"/api/v2/incidents/{incident_id}/comments", body)
        return Document(
            comment_row(one(answer)),
            title=f"Comment on incident {incident_id}",
            link=self.web("incidents", incident_id),
        )

    @comment_on_incident.preview
    async def _before_comment(
        self, incident_id: str, content: str, user_email: str | None = None
    ) -> Preview:
        incident = await self._incident(incident_id)
        written = [flat(comment).get("content") for comment in await self._comments(incident_id)]
        changes = [Change("comment", "", content)]
        if user_email:
            changes.append(Change("tags", "", user_email))
        return Preview(
            resource=name_of(incident),
            state="exists",  # a comment is as good on an open incident as on a resolved one
            changes=changes,
            link=self.web("incidents", incident_id),
            done=content in written,
        )

    @tool(
        area="incidents",
        access=Access.FULL,
        method="DELETE",
        path="/api/v3/incidents/{id}",
        action="delete incident {resource} for good",
        past="deleted incident {resource}",
    )
    async def delete_incident(self, incident_id: IncidentId) -> Document:
        """Deletes an incident with its timeline and comments for good. There is no way back.

        To end an incident use resolve_incident instead.
        """
        await self.service.delete(f"/api/v3/incidents/{incident_id}")
        return Document({"id": incident_id, "deleted": True}, title="The incident is deleted")

    @delete_incident.preview
    async def _before_delete_incident(self, incident_id: str) -> Preview:
        link = self.web("incidents", incident_id)
        return await self.before_delete(f"/api/v3/incidents/{incident_id}", "incident", link)

    async def _incident(self, incident_id: str) -> Resource:
        return await self.resource(f"/api/v3/incidents/{incident_id}")

    async def _comments(self, incident_id: str) -> list[Resource]:
        body = await self.service.get(f"/api/v2/incidents/{incident_id}/comments")
        return sorted(many(body), key=lambda comment: str(flat(comment).get("created_at")))

    async def _move(self, incident_id: str, verb: str, **by: str | None) -> Document:
        said = {name: who for name, who in by.items() if who}
        body = await self.service.post(f"/api/v3/incidents/{incident_id}/{verb}", said)
        row = flat(one(body))
        return Document(
            incident_document(body, self.link.clock()),
            title=f"Incident {row.get('name')} is {str(row.get('status')).lower()}",
            link=self.web("incidents", incident_id),
        )

    def _moving(self, live: Row, *, to: str, obstacle: str, done: bool) -> Preview:
        return Preview(
            resource=str(live.get("name") or f"incident {live['id']}"),
            state=incident_state(live),
            changes=(Change("status", str(live.get("status")), to),),
            link=self.web("incidents", live["id"]),
            obstacle=obstacle,
            done=done,
        )

    def _already_resolved(self, live: Row) -> str:
        return self._already(live, "resolved") if is_resolved(live) else ""

    def _already_acknowledged(self, live: Row) -> str:
        return self._already(live, "acknowledged") if is_acknowledged(live) else ""

    def _already(self, live: Row, deed: str) -> str:
        """`already resolved by Ana, 13:58 UTC`."""
        by = f" by {live[f'{deed}_by']}" if live.get(f"{deed}_by") else ""
        return f"already {deed}{by}, {when(live.get(f'{deed}_at'), self.link.clock())}"

    def _rows(self, incidents: Iterable[Resource], names: dict[str, str]) -> list[Row]:
        now = self.link.clock()
        rows = [incident_row(incident, names, now) for incident in incidents]
        links = [self.web("incidents", row["id"]) for row in rows]
        return [{**row, "link": link or None} for row, link in zip(rows, links, strict=True)]

    async def _monitor_names(self, incidents: Iterable[Resource]) -> dict[str, str]:
        """The names of the monitors behind incidents, in one request for all of them."""
        if not any(related_id(incident, "monitor") for incident in incidents):
            return {}
        found, _ = await self.resources("/api/v2/monitors", self.team, limit=250)
        return {str(monitor["id"]): name_of(monitor) for monitor in found}


def incident_state(live: Row) -> str:
    """What a decision about an incident rests on."""
    return " ".join(str(live.get(name)) for name in ("status", "acknowledged_at", "resolved_at"))


def _list_title(resolved: bool | None, acknowledged: bool | None) -> str:
    words = []
    if acknowledged is not None:
        words.append("acknowledged" if acknowledged else "unacknowledged")
    if resolved is not None:
        words.append("resolved" if resolved else "open")
    return " ".join([*words, "incidents"]).capitalize()
