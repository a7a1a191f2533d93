"""Metadata: labels on monitors, heartbeats and incidents, such as the team or the runbook."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bot.connectors.arguments import NumericId
from bot.connectors.base import Access, tool
from bot.connectors.better_stack.api import Api
from bot.connectors.better_stack.shaping.common import Resource, flat, picked, values_text
from bot.connectors.results import Change, Document, Preview, Row, Rows

Owner = Literal[
    "Monitor",
    "Heartbeat",
    "Incident",
    "WebhookIntegration",
    "EmailIntegration",
    "IncomingWebhook",
    "CallRouting",
]


@with_config(ConfigDict(extra="forbid"))
class Value(TypedDict, total=False):
    """A text, or somebody or something of Better Stack."""

    type: Literal["String", "User", "Team", "Policy", "Schedule"]
    value: Annotated[str, Field(description="For String: the text.")]
    item_id: str
    name: str
    email: Annotated[str, Field(description="For User: the e-mail address.")]


class MetadataLabels(Api):
    @tool(area="metadata", access=Access.READ, method="GET", path="/api/v3/metadata")
    async def list_metadata(
        self,
        owner_type: Annotated[
            Owner | None, Field(description="Only labels of this kind of resource.")
        ] = None,
        owner_id: Annotated[
            NumericId | None, Field(description="Only labels of the resource with this id.")
        ] = None,
    ) -> Rows:
        """The metadata (labels, tags, custom fields) of monitors, heartbeats and incidents.

        Use it for "who is the owner of this monitor?", "where is the runbook?".
        """
        query = {**self.team, "owner_type": owner_type, "owner_id": owner_id}
        return await self.rows("/api/v3/metadata", _row, "Metadata", query)

    @tool(
        area="metadata",
        access=Access.WRITE,
        method="POST",
        path="/api/v3/metadata",
        action="set the metadata {resource}",
        past="set the metadata {resource}",
    )
    async def set_metadata(
        self,
        owner_type: Annotated[Owner, Field(description="The kind of resource to label.")],
        owner_id: Annotated[NumericId, Field(description="Its id.")],
        key: Annotated[str, Field(min_length=1, description="The name of the label.")],
        values: Annotated[
            list[Value], Field(description="What it shall say; an empty list removes the label.")
        ],
    ) -> Document:
        """Sets a label (metadata) of a monitor, heartbeat or incident, in place of what it said."""
        body = {"owner_type": owner_type, "owner_id": owner_id, "key": key, "values": values}
        # 204 without a body is a success here: a label without values is removed.
        await self.service.post("/api/v3/metadata", body)
        said = values_text([dict(value) for value in values])
        return Document(
            {"owner_type": owner_type, "owner_id": owner_id, "key": key, "value": said or None},
            title=f"{key} of {owner_type} {owner_id} is {said or 'removed'}",
        )

    @set_metadata.preview
    async def _before_set_metadata(
        self, owner_type: Owner, owner_id: str, key: str, values: list[Value]
    ) -> Preview:
        query = {**self.team, "owner_type": owner_type, "owner_id": owner_id}
        found, _ = await self.resources("/api/v3/metadata", query)
        labels = {flat(label).get("key"): flat(label).get("values") for label in found}
        before, after = values_text(labels.get(key)), values_text([dict(v) for v in values])
        return Preview(
            resource=f"{key} of {owner_type} {owner_id}",
            state=before or "not set",
            changes=() if before == after else (Change(key, before, after),),
            obstacle="it says that already" if before == after else "",
            done=before == after,
        )


def _row(resource: Resource) -> Row:
    row = flat(resource)
    return {
        **picked(row, "id", "owner_type", "owner_id", "key"),
        "value": values_text(row.get("values")),
        "team": row.get("team_name"),
    }
