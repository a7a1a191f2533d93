"""Waking people: opening an incident by hand, and calling more people to one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from bot.connectors.arguments import Email, NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import Api, one, shown
from bot.connectors.better_stack.incidents import MOST_PER_PAGE, IncidentId, incident_state
from bot.connectors.better_stack.people import names_on_call, policy_in_words
from bot.connectors.better_stack.shaping.common import CHANNELS, channels, flat
from bot.connectors.better_stack.shaping.incidents import incident_document, is_resolved
from bot.connectors.errors import Invalid
from bot.connectors.results import Change, Document, Preview
from bot.connectors.wording import duration

Call = Annotated[bool, Field(description="Whether to phone people. Only true if asked for.")]
Sms = Annotated[bool, Field(description="Whether to send SMS. Only true if asked for.")]
Mail = Annotated[bool, Field(description="Whether to send e-mail. Only true if asked for.")]
Push = Annotated[bool, Field(description="Whether to notify by app. Only true if asked for.")]
Critical = Annotated[
    bool, Field(description="Whether the app breaks through silence. Only true if asked for.")
]
EscalateTo = Literal["User", "Team", "Schedule", "Policy", "Organization"]

TARGET_FIELDS: dict[str, str] = {
    "User": "user_email",
    "Team": "team_name",
    "Schedule": "schedule_id",
    "Policy": "policy_id",
}


class Alerting(Api):
    @tool(
        area="incidents",
        access=Access.WRITE,
        method="POST",
        path="/api/v3/incidents",
        action="open the incident {resource} and alert people",
        past="opened the incident {resource}",
    )
    async def create_incident(
        self,
        summary: Annotated[str, Field(min_length=1, description="What is wrong, in a sentence.")],
        requester_email: Annotated[
            Email | None,
            Field(
                description="E-mail address of the person who reports it. May be left out only "
                "if the connection has a default."
            ),
        ] = None,
        name: Annotated[str | None, Field(description="A short title.")] = None,
        description: Annotated[str | None, Field(description="Details, at length.")] = None,
        call: Call = False,
        sms: Sms = False,
        email: Mail = False,
        push: Push = False,
        critical_alert: Critical = False,
        policy_id: Annotated[
            NumericId | None,
            Field(description="Alert by this policy, from list_escalation_policies."),
        ] = None,
        team_wait: Annotated[
            int | None,
            Field(ge=0, description="Seconds until the whole team is alerted if nobody reacts."),
        ] = None,
        metadata: Annotated[
            dict[str, str] | None, Field(description="Labels of the incident, by their key.")
        ] = None,
    ) -> Document:
        """Opens (creates, declares, raises) a new incident by hand and alerts people about it.

        It pages a human being: by the channels that are set to true, or by the policy. A channel
        that was not asked for stays silent. Check list_incidents first, so that one outage does
        not become two incidents. It is never sent twice.
        """
        body = {
            **self.team,
            "requester_email": self._requester(requester_email),
            "summary": summary,
            **_given(name=name, description=description, policy_id=policy_id, team_wait=team_wait),
            **_channels(call, sms, email, push, critical_alert),
            **({"metadata": _labels(metadata)} if metadata else {}),
        }
        answer = await self.service.post("/api/v3/incidents", body)
        incident_id = str(one(answer)["id"])
        return Document(
            incident_document(answer, self.link.clock()),
            title=f"Incident {name or summary} is open",
            link=self.web("incidents", incident_id),
        )

    @create_incident.preview
    async def _before_create(
        self,
        summary: str,
        requester_email: str | None = None,
        name: str | None = None,
        description: str | None = None,
        call: bool = False,
        sms: bool = False,
        email: bool = False,
        push: bool = False,
        critical_alert: bool = False,
        policy_id: str | None = None,
        team_wait: int | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Preview:
        requester = self._requester(requester_email)
        asked = _channels(call, sms, email, push, critical_alert)
        woken = await self._who_is_alerted(policy_id, asked, team_wait)
        details = _given(description=description) | (metadata or {})
        twin = await self._is_open_already(name or summary, summary)
        return Preview(
            resource=name or summary,
            state=woken,
            changes=(
                Change("alerts", "nobody", woken),
                Change("summary", "", summary),
                Change("reported by", "", requester),
                *(Change(key, "", shown(value)) for key, value in details.items()),
            ),
            obstacle="an incident of this name is open already" if twin else "",
            done=twin or None,
        )

    @tool(
        area="incidents",
        access=Access.WRITE,
        method="POST",
        path="/api/v3/incidents/{id}/escalate",
        action="escalate incident {resource} to more people",
        past="escalated incident {resource}",
    )
    async def escalate_incident(
        self,
        incident_id: IncidentId,
        escalation_type: Annotated[
            EscalateTo,
            Field(
                description="Whom to alert: User (with user_email), Team (with team_name), "
                "Schedule (with schedule_id: whoever is on call there), Policy (with policy_id), "
                "or Organization (everybody)."
            ),
        ],
        user_email: Annotated[
            Email | None, Field(description="For User: the person's e-mail address.")
        ] = None,
        team_name: Annotated[str | None, Field(description="For Team: its name.")] = None,
        schedule_id: Annotated[
            NumericId | None, Field(description="For Schedule: from list_on_call_schedules.")
        ] = None,
        policy_id: Annotated[
            NumericId | None, Field(description="For Policy: from list_escalation_policies.")
        ] = None,
        call: Call = False,
        sms: Sms = False,
        email: Mail = False,
        push: Push = False,
        critical_alert: Critical = False,
    ) -> Document:
        """Escalates an incident: wakes, pages, calls more people to help, and says by what means.

        Set to true at least one of call, sms, email, push, critical_alert; those not asked for
        stay silent. A policy has channels of its own, so with Policy none is set. list_incidents
        gives the id, who_is_on_call says who would be reached.
        """
        target = _target(
            escalation_type,
            user_email=user_email,
            team_name=team_name,
            schedule_id=schedule_id,
            policy_id=policy_id,
        )
        asked = _alert(escalation_type, _channels(call, sms, email, push, critical_alert))
        body = {"escalation_type": escalation_type, **target, **asked}
        answer = await self.service.post(f"/api/v3/incidents/{incident_id}/escalate", body)
        return Document(
            incident_document(answer, self.link.clock()),
            title=f"Incident {flat(one(answer)).get('name')} is escalated",
            link=self.web("incidents", incident_id),
        )

    @escalate_incident.preview
    async def _before_escalate(
        self,
        incident_id: str,
        escalation_type: EscalateTo,
        user_email: str | None = None,
        team_name: str | None = None,
        schedule_id: str | None = None,
        policy_id: str | None = None,
        call: bool = False,
        sms: bool = False,
        email: bool = False,
        push: bool = False,
        critical_alert: bool = False,
    ) -> Preview:
        _target(
            escalation_type,
            user_email=user_email,
            team_name=team_name,
            schedule_id=schedule_id,
            policy_id=policy_id,
        )
        asked = _alert(escalation_type, _channels(call, sms, email, push, critical_alert))
        incident = await self.resource(f"/api/v3/incidents/{incident_id}")
        live = flat(incident)
        woken = await self._who_is_reached(
            escalation_type, user_email or team_name or schedule_id or policy_id or ""
        )
        how = f" by {channels(asked)}" if asked else ""
        return Preview(
            resource=str(live.get("name") or f"incident {incident_id}"),
            state=f"{incident_state(live)}; {woken}",
            changes=(Change("alerts", "", f"{woken}{how}"),),
            link=self.web("incidents", incident_id),
            obstacle="it is resolved, so nobody needs to be woken" if is_resolved(live) else "",
            done=None,
        )

    async def _is_open_already(self, name: str, summary: str) -> bool:
        """Whether an open incident looks like this one, which may also be this one, just made."""
        query = {**self.team, "resolved": False}
        found, _ = await self.resources("/api/v3/incidents", query, per_page=MOST_PER_PAGE)
        return any(
            incident.get("name") == name or incident.get("cause") == summary
            for incident in map(flat, found)
        )

    def _requester(self, given: str | None) -> str:
        requester: str = given or self.settings.requester_email
        if not requester:
            raise Invalid(
                "An incident needs somebody who reports it.",
                fields={"requester_email": "is required, as this connection has no default"},
            )
        return requester

    async def _who_is_alerted(
        self, policy_id: str | None, asked: dict[str, bool], team_wait: int | None
    ) -> str:
        if policy_id:
            return await policy_in_words(self.service, policy_id)
        if not any(asked.values()):
            return "nobody (no channel is asked for)"
        later = f"; then the whole team after {duration(team_wait)}" if team_wait else ""
        people = await names_on_call(self.service)
        return f"on call now: {people}, by {channels(asked)}{later}"

    async def _who_is_reached(self, kind: EscalateTo, target: str) -> str:
        match kind:
            case "User":
                return target
            case "Team":
                return f"everybody in team {target}"
            case "Schedule":
                return f"on call now: {await names_on_call(self.service, target)}"
            case "Policy":
                return await policy_in_words(self.service, target)
            case "Organization":
                return "everybody in the organization"


def _target(kind: EscalateTo, **given: str | None) -> dict[str, Any]:
    """The one field that names whom to reach.

    The service takes ids of people and teams too. We do not, because a card that asks for
    approval must name whom it is about, and nothing in this API tells the name of such an id.
    """
    wanted = TARGET_FIELDS.get(kind)
    stray = {
        name: f"does not go with {kind}"
        for name, value in given.items()
        if value is not None and name != wanted
    }
    missing = {wanted: f"is required with {kind}"} if wanted and not given[wanted] else {}
    if stray or missing:
        raise Invalid("It is not clear whom to alert.", fields=stray | missing)
    if not wanted:
        return {}
    value = given[wanted]
    return {wanted: int(value) if value and wanted.endswith("_id") else value}


def _channels(
    call: bool, sms: bool, email: bool, push: bool, critical_alert: bool
) -> dict[str, bool]:
    """Every channel, so that one which was not asked for is off and not the service's default."""
    return dict(zip(CHANNELS, (call, sms, email, push, critical_alert), strict=True))


def _alert(kind: EscalateTo, asked: dict[str, bool]) -> dict[str, bool]:
    wanted = [name for name, on in asked.items() if on]
    if kind == "Policy":
        if wanted:
            fields = dict.fromkeys(wanted, "does not go with Policy")
            raise Invalid("A policy has its own channels.", fields=fields)
        return {}
    if not wanted:
        raise Invalid(
            "Nobody would be reached without a channel.",
            f"Set one of {', '.join(CHANNELS)} to true.",
        )
    return asked


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _labels(metadata: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    return {key: [{"type": "String", "value": value}] for key, value in metadata.items()}
