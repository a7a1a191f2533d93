"""Outgoing webhooks: `/api/v2/outgoing-webhooks`. Kept with their secrets; `outgoing` posts."""

from typing import Any, Literal

from playground.betterstack.bodies import UNSET, Body, Id, Made, Text
from playground.betterstack.crud import Family, new_ids
from playground.betterstack.envelope import Answer, misspelled_attributes
from playground.betterstack.records import OutgoingWebhook
from playground.betterstack.routing import Call

INCIDENT_ONLY = {
    "notify_alongside_primary_responder",
    "on_incident_started",
    "on_incident_acknowledged",
    "on_incident_resolved",
    "on_incident_reopened",
    "on_incident_comment",
}


class HeaderTemplate(Body):
    name: str
    value: str


class Template(Body):
    id: Id | None = UNSET
    http_method: Literal["get", "head", "post", "put", "patch"] = UNSET
    auth_username: str | None = UNSET
    auth_password: str | None = UNSET
    headers_template: list[HeaderTemplate] = UNSET
    body_template: Any = UNSET


class WebhookFields(Body):
    name: str | None = UNSET
    notify_alongside_primary_responder: bool = UNSET
    on_incident_started: bool = UNSET
    on_incident_acknowledged: bool = UNSET
    on_incident_resolved: bool = UNSET
    on_incident_reopened: bool = UNSET
    on_incident_comment: bool = UNSET
    custom_webhook_template_attributes: Template | None = UNSET


class NewWebhook(WebhookFields, Made):
    url: Text
    trigger_type: Literal["incident_change", "monitor_change", "on_call_change"]


class ChangedWebhook(WebhookFields):
    """What triggers a webhook is fixed when it is made."""

    url: Text = UNSET


FAMILY = Family(
    "/api/v2/outgoing-webhooks",
    "outgoing_webhook_id",
    OutgoingWebhook,
    lambda state: state.outgoing_webhooks,
)


def create(call: Call, body: NewWebhook) -> Answer:
    _refuse_foreign(body, body.trigger_type)
    start = new_ids(call, body.team_name)
    return FAMILY.add(call, OutgoingWebhook(**start, **body.given("team_name")))


def update(call: Call, body: ChangedWebhook) -> Answer:
    webhook = FAMILY.find(call)
    _refuse_foreign(body, webhook.trigger_type)
    return FAMILY.changed(call, webhook, body.given())


def _refuse_foreign(body: WebhookFields, trigger_type: str) -> None:
    """Vendor: the switches of incidents are misspellings on any other kind of webhook."""
    foreign = sorted(INCIDENT_ONLY & body.model_fields_set)
    if foreign and trigger_type != "incident_change":
        raise misspelled_attributes(foreign)


ROUTES = (
    *FAMILY.reads(),
    *FAMILY.writes(NewWebhook, create, ChangedWebhook, update),
)
