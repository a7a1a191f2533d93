"""Sections and resources of a status page."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from playground.betterstack.bodies import UNSET, Body, Id, Seconds, Text
from playground.betterstack.crud import change, listing
from playground.betterstack.envelope import NO_CONTENT, Answer, invalid, one, resource
from playground.betterstack.handlers import status_pages
from playground.betterstack.handlers.resource_status import availability, history, status_of
from playground.betterstack.pages import StatusPage, StatusPageResource, StatusPageSection
from playground.betterstack.query import PAGING
from playground.betterstack.records import Json
from playground.betterstack.routing import Call, delete, get, patch, post

SECTIONS = f"{status_pages.FAMILY.item}/sections"
SECTION = SECTIONS + "/{section_id}"
RESOURCES = f"{status_pages.FAMILY.item}/resources"
RESOURCE = RESOURCES + "/{resource_id}"

ResourceType = Literal[
    "Monitor", "MonitorGroup", "Heartbeat", "HeartbeatGroup", "WebhookIntegration",
    "EmailIntegration", "IncomingWebhook", "CallRouting", "ManuallyTrackedItem",
]  # fmt: skip
Widget = Literal["plain", "history", "intraday_history", "response_times"]
MarkFor = Literal["any_incident", "no_incident", "incident_matching_metadata"]

Part = TypeVar("Part", StatusPageSection, StatusPageResource)


class NewSection(Body):
    name: Text
    position: Seconds = UNSET


class ChangedSection(Body):
    name: Text = UNSET
    position: Seconds = UNSET


class ResourceFields(Body):
    status_page_section_id: Id | None = UNSET
    widget_type: Widget = UNSET
    explanation: str = UNSET
    position: Seconds = UNSET
    fixed_position: bool = UNSET
    mark_as_down_for: MarkFor = UNSET
    mark_as_down_metadata_rule: Json | None = UNSET
    mark_as_degraded_for: MarkFor = UNSET
    mark_as_degraded_metadata_rule: Json | None = UNSET


class NewResource(ResourceFields):
    resource_type: ResourceType
    resource_id: Id
    public_name: Text


class ChangedResource(ResourceFields):
    resource_type: ResourceType = UNSET
    public_name: Text = UNSET


def _of_page(page: StatusPage, table: dict[int, Part]) -> dict[int, Part]:
    own = {key: part for key, part in table.items() if part.status_page_id == page.id}
    return dict(sorted(own.items(), key=lambda item: (item[1].position, item[0])))


def _sections(call: Call) -> dict[int, StatusPageSection]:
    return _of_page(status_pages.FAMILY.find(call), call.state.sections)


def _resources(call: Call) -> dict[int, StatusPageResource]:
    return _of_page(status_pages.FAMILY.find(call), call.state.resources)


def _section(call: Call) -> StatusPageSection:
    return call.find(_sections(call), StatusPageSection, "section_id")


def _resource(call: Call) -> StatusPageResource:
    return call.find(_resources(call), StatusPageResource, "resource_id")


def list_sections(call: Call) -> Answer:
    return listing(call, list(_sections(call).values()), resource)


def show_section(call: Call) -> Answer:
    return one(resource(_section(call)))


def create_section(call: Call, body: NewSection) -> Answer:
    page = status_pages.FAMILY.find(call)
    section = StatusPageSection(**_inside(call, page), **body.given())
    call.state.sections[section.id] = section
    return one(resource(section), status=201)


def update_section(call: Call, body: ChangedSection) -> Answer:
    section = _section(call)
    change(call, section, body.given())
    return one(resource(section))


def remove_section(call: Call) -> Answer:
    section = _section(call)
    for part in call.state.resources.values():
        if part.status_page_section_id == section.id:
            part.status_page_section_id = None
    del call.state.sections[section.id]
    return NO_CONTENT


def _resource_shape(call: Call) -> Callable[[StatusPageResource], Json]:
    page = status_pages.FAMILY.find(call)

    def shape(part: StatusPageResource) -> Json:
        days = history(call.state, part, page.history, call.now)
        extra = {
            "status": status_of(call.state, part, call.now),
            "availability": availability(days, call.now),
            "status_history": days,
        }
        return resource(part, {**part.attributes(), **extra})

    return shape


def list_resources(call: Call) -> Answer:
    return listing(call, list(_resources(call).values()), _resource_shape(call))


def show_resource(call: Call) -> Answer:
    return one(_resource_shape(call)(_resource(call)))


def create_resource(call: Call, body: NewResource) -> Answer:
    page = status_pages.FAMILY.find(call)
    _check_section(call, body)
    part = StatusPageResource(**_inside(call, page), **body.given())
    call.state.resources[part.id] = part
    return one(_resource_shape(call)(part), status=201)


def update_resource(call: Call, body: ChangedResource) -> Answer:
    part = _resource(call)
    _check_section(call, body)
    change(call, part, body.given())
    return one(_resource_shape(call)(part))


def remove_resource(call: Call) -> Answer:
    del call.state.resources[_resource(call).id]
    return NO_CONTENT


def _inside(call: Call, page: StatusPage) -> dict[str, Any]:
    return {
        "id": call.state.next_id(),
        "team_name": page.team_name,
        "status_page_id": page.id,
    }


def _check_section(call: Call, body: ResourceFields) -> None:
    wanted = body.status_page_section_id
    if wanted is not None and wanted not in _sections(call):
        raise invalid("status_page_section_id", "must exist")


ROUTES = (
    get(SECTIONS, list_sections, PAGING),
    get(SECTION, show_section),
    post(SECTIONS, NewSection, create_section),
    patch(SECTION, ChangedSection, update_section),
    delete(SECTION, remove_section),
    get(RESOURCES, list_resources, PAGING),
    get(RESOURCE, show_resource),
    post(RESOURCES, NewResource, create_resource),
    patch(RESOURCE, ChangedResource, update_resource),
    delete(RESOURCE, remove_resource),
)
