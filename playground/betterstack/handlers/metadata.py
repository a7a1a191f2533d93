"""Metadata: `/api/v3/metadata`. One POST creates, replaces, merges and removes a key's values.

Vendor: 201 when the key is new, 200 when it was there, 204 without a body when no values are
left. That empty `values` removes the key is unconfirmed.
"""

from typing import Any, Literal

from playground.betterstack.bodies import UNSET, Body, Id, Text
from playground.betterstack.crud import TEAM, Family, listing
from playground.betterstack.envelope import NO_CONTENT, Answer, invalid, not_found, one, resource
from playground.betterstack.query import PAGING
from playground.betterstack.records import Metadata, Record
from playground.betterstack.routing import Call, get, post

OwnerType = Literal[
    "Monitor", "Heartbeat", "Incident", "WebhookIntegration", "EmailIntegration",
    "IncomingWebhook", "CallRouting",
]  # fmt: skip
REFERENCES = ("item_id", "name", "email")


class MetadataValue(Body):
    type: Literal[
        "String", "User", "Team", "Policy", "Schedule", "SlackIntegration", "LinearIntegration",
        "JiraIntegration", "MicrosoftTeamsIntegration", "ZapierWebhook", "NativeWebhook",
        "PagerDutyWebhook",
    ]  # fmt: skip
    value: str | None = UNSET
    item_id: Id | None = UNSET
    name: str | None = UNSET
    email: str | None = UNSET

    def check(self) -> None:
        if self.type == "String" and not self.value:
            raise invalid("values", "of type String need a value")
        if self.type != "String" and not any(getattr(self, name) for name in REFERENCES):
            raise invalid("values", f"of type {self.type} need item_id, name or email")


class SetMetadata(Body):
    owner_type: OwnerType
    owner_id: Id
    key: Text
    values: list[MetadataValue]
    mode: Literal["replace", "merge"] = "replace"


FAMILY = Family("/api/v3/metadata", "metadata_id", Metadata, lambda state: state.metadata)


def index(call: Call) -> Answer:
    owner_type, owner_id = call.query.text("owner_type"), call.query.text("owner_id")
    found = [
        record
        for record in call.visible(call.state.metadata)
        if owner_type in (None, record.owner_type) and owner_id in (None, record.owner_id)
    ]
    return listing(call, found, resource)


def write(call: Call, body: SetMetadata) -> Answer:
    owner = _owner(call, body.owner_type, body.owner_id)
    for value in body.values:
        value.check()
    values = [value.given() for value in body.values]
    held = _held(call, body.owner_type, owner, body.key)
    if held and body.mode == "merge":
        values = [*held.values, *(value for value in values if value not in held.values)]
    if not values:
        return _remove(call, held)
    status = 200 if held else 201
    return one(resource(store(call, owner, body.owner_type, body.key, values)), status)


def store(
    call: Call, owner: Record, owner_type: str, key: str, values: list[dict[str, Any]]
) -> Metadata:
    """Set a key of a record, keeping the identity of the metadata that was there."""
    held = _held(call, owner_type, owner, key)
    record = Metadata(
        id=held.id if held else call.state.next_id(),
        team_name=owner.team_name,
        owner_type=owner_type,
        owner_id=str(owner.id),
        key=key,
        values=values,
    )
    call.state.metadata[record.id] = record
    return record


def _remove(call: Call, held: Metadata | None) -> Answer:
    if held:
        del call.state.metadata[held.id]
    return NO_CONTENT


def _held(call: Call, owner_type: str, owner: Record, key: str) -> Metadata | None:
    wanted = (owner_type, str(owner.id), key)
    records = call.state.metadata.values()
    return next((m for m in records if (m.owner_type, m.owner_id, m.key) == wanted), None)


def _owner(call: Call, owner_type: str, owner_id: int) -> Record:
    """The sandbox has no integrations, so only three kinds of owner can be found."""
    tables: dict[str, Any] = {
        "Monitor": call.state.monitors,
        "Heartbeat": call.state.heartbeats,
        "Incident": call.state.incidents,
    }
    owner: Record | None = tables.get(owner_type, {}).get(owner_id)
    if owner is None or not call.access.sees(owner):
        raise not_found(owner_type.lower(), owner_id)
    return owner


ROUTES = (
    get(FAMILY.path, index, PAGING | TEAM | {"owner_type", "owner_id"}),
    post(FAMILY.path, SetMetadata, write),
)
