"""Escalation policies: who is told in which order, and how loudly."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import Api, one
from bot.connectors.better_stack.shaping.common import name_of
from bot.connectors.better_stack.shaping.people import policy_row, severity_row, step_words
from bot.connectors.results import Change, Document, Preview, Rows

StepKind = Literal["escalation", "time_branching", "metadata_branching", "instructions"]


@with_config(ConfigDict(extra="forbid"))
class Member(TypedDict, total=False):
    """Somebody or something that a step tells."""

    type: Annotated[
        str,
        Field(
            description="current_on_call, entire_team, user, webhook, slack_integration, policy, "
            "incident_metadata, ..."
        ),
    ]
    id: int
    email: Annotated[str, Field(description="For user: the e-mail address.")]
    metadata_key: str


@with_config(ConfigDict(extra="forbid"))
class Step(TypedDict, total=False):
    """One step of a policy. Which fields it takes depends on its type."""

    type: StepKind
    wait_before: Annotated[int, Field(description="Seconds to wait before this step.")]
    wait_until_time: str
    wait_until_timezone: str
    urgency_id: Annotated[int, Field(description="How loudly, from list_severities.")]
    step_members: list[Member]
    days: list[str]
    time_from: str
    time_to: str
    timezone: str
    metadata_key: str
    metadata_values: list[dict[str, Any]]
    policy_id: int
    instructions: str


class Policies(Api):
    @tool(area="escalation_policies", access=Access.READ, method="GET", path="/api/v3/policies")
    async def list_escalation_policies(self) -> Rows:
        """The escalation policies: who is alerted first, next and last, with the ids.

        Use it for "who gets woken if nobody reacts?", and for the policy_id of other tools.
        """
        return await self.rows("/api/v3/policies", policy_row, "Escalation policies", self.team)

    @tool(area="escalation_policies", access=Access.READ, method="GET", path="/api/v2/urgencies")
    async def list_severities(self) -> Rows:
        """The severities (urgencies): how loudly people are told, by call, SMS, e-mail or push."""
        return await self.rows("/api/v2/urgencies", severity_row, "Severities", self.team)

    @tool(
        area="escalation_policies",
        access=Access.WRITE,
        method="POST",
        path="/api/v3/policies",
        action="create the escalation policy {resource}",
        past="created the escalation policy {resource}",
    )
    async def create_escalation_policy(
        self,
        name: Annotated[str, Field(min_length=1, description="The policy's name.")],
        steps: Annotated[list[Step], Field(description="Who is told, in order.")],
        repeat_count: Annotated[
            int, Field(ge=0, description="How often to begin again if nobody reacts.")
        ] = 0,
        repeat_delay: Annotated[
            int, Field(ge=0, description="Seconds to wait before beginning again.")
        ] = 0,
    ) -> Document:
        """Creates an escalation policy. It alerts nobody until monitors or incidents use it."""
        body = {
            **self.team,
            "name": name,
            "steps": steps,
            "repeat_count": repeat_count,
            "repeat_delay": repeat_delay,
        }
        created = one(await self.service.post("/api/v3/policies", body))
        return Document(policy_row(created), title=f"Escalation policy {name}")

    @create_escalation_policy.preview
    async def _before_create_policy(
        self, name: str, steps: list[Step], repeat_count: int = 0, repeat_delay: int = 0
    ) -> Preview:
        found, _ = await self.resources("/api/v3/policies", self.team)
        exists = any(name_of(policy) == name for policy in found)
        told = [
            Change(f"step {number}", "", step_words(dict(step)))
            for number, step in enumerate(steps, 1)
        ]
        return Preview(
            resource=name,
            state="a policy of this name exists" if exists else "no policy of this name",
            changes=(*told, Change("repeats", "", f"{repeat_count} times")),
            obstacle="a policy of this name exists already" if exists else "",
            done=exists,
        )
