"""Status reports of a page and the updates of a report. Subscribers are never really written to."""

from typing import Annotated, Any, Literal

from pydantic import Field

from playground.betterstack.bodies import UNSET, Body, Id, Moment, Text
from playground.betterstack.crud import change, listing
from playground.betterstack.envelope import (
    NO_CONTENT,
    Answer,
    invalid,
    one,
    resource,
)
from playground.betterstack.handlers import status_pages
from playground.betterstack.handlers.resource_status import report_state, reports_of
from playground.betterstack.pages import StatusReport, StatusUpdate
from playground.betterstack.query import PAGING
from playground.betterstack.records import Json
from playground.betterstack.routing import Call, delete, get, patch, post
from playground.betterstack.state import State

REPORTS = f"{status_pages.FAMILY.item}/status-reports"
REPORT = REPORTS + "/{status_report_id}"
UPDATES = f"{REPORT}/status-updates"
UPDATE = UPDATES + "/{status_update_id}"


class Affected(Body):
    status_page_resource_id: Id
    status: Literal["resolved", "degraded", "downtime", "maintenance"]

    def shown(self) -> Json:
        return {"status_page_resource_id": str(self.status_page_resource_id), "status": self.status}


AffectedList = Annotated[list[Affected], Field(min_length=1)]


class NewReport(Body):
    title: Text
    message: str | None = None
    report_type: Literal["manual", "maintenance"] = "manual"
    notify_subscribers: bool = False
    affected_resources: AffectedList
    published_at: Moment | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class ChangedReport(Body):
    title: Text = UNSET
    starts_at: Moment = UNSET
    ends_at: Moment | None = UNSET
    affected_resources: AffectedList = UNSET


class NewUpdate(Body):
    message: Text
    notify_subscribers: bool = False
    affected_resources: AffectedList
    published_at: Moment | None = None


class ChangedUpdate(Body):
    message: Text = UNSET
    notify_subscribers: bool = UNSET
    affected_resources: AffectedList = UNSET
    published_at: Moment = UNSET


def _reports(call: Call) -> dict[int, StatusReport]:
    page = status_pages.FAMILY.find(call)
    return {report.id: report for report in reports_of(call.state, page.id)}


def _report(call: Call) -> StatusReport:
    return call.find(_reports(call), StatusReport, "status_report_id")


def _updates(state: State, report: StatusReport) -> dict[int, StatusUpdate]:
    return {u.id: u for u in state.updates.values() if u.status_report_id == report.id}


def _update(call: Call) -> StatusUpdate:
    return call.find(_updates(call.state, _report(call)), StatusUpdate, "status_update_id")


def _shape(state: State, report: StatusReport) -> Json:
    links = [{"id": str(key), "type": "status_update"} for key in _updates(state, report)]
    attributes = {**report.attributes(), "aggregate_state": report_state(report)}
    return resource(report, attributes, {"status_updates": {"data": links}})


def _one(call: Call, report: StatusReport, status: int = 200) -> Answer:
    updates = [resource(update) for update in _updates(call.state, report).values()]
    return one(_shape(call.state, report), status, included=updates)


def list_reports(call: Call) -> Answer:
    newest = sorted(_reports(call).values(), key=lambda r: r.starts_at, reverse=True)
    return listing(call, newest, lambda report: _shape(call.state, report))


def show_report(call: Call) -> Answer:
    return _one(call, _report(call))


def create_report(call: Call, body: NewReport) -> Answer:
    """A report starts with its first update, which is where the vendor looks for the message."""
    page = status_pages.FAMILY.find(call)
    if not (body.message or "").strip():
        raise invalid("status_updates.message", "can't be blank")
    if body.report_type == "maintenance" and body.ends_at is None:
        raise invalid("ends_at", "can't be blank")
    report = StatusReport(
        id=call.state.next_id(),
        team_name=page.team_name,
        status_page_id=page.id,
        title=body.title,
        report_type=body.report_type,
        starts_at=body.starts_at or call.now,
        ends_at=body.ends_at,
    )
    first = NewUpdate(
        message=body.message or "",
        notify_subscribers=body.notify_subscribers,
        affected_resources=body.affected_resources,
        published_at=body.published_at,
    )
    _publish(call, report, first)
    call.state.reports[report.id] = report
    return _one(call, report, status=201)


def update_report(call: Call, body: ChangedReport) -> Answer:
    report = _report(call)
    _check_affected(call, report, body.affected_resources)
    change(call, report, _values(body))
    return _one(call, report)


def remove_report(call: Call) -> Answer:
    call.state.forget_report(_report(call))
    return NO_CONTENT


def list_updates(call: Call) -> Answer:
    return listing(call, list(_updates(call.state, _report(call)).values()), resource)


def show_update(call: Call) -> Answer:
    return one(resource(_update(call)))


def create_update(call: Call, body: NewUpdate) -> Answer:
    return one(resource(_publish(call, _report(call), body)), status=201)


def _publish(call: Call, report: StatusReport, body: NewUpdate) -> StatusUpdate:
    """Add an update; the report says from now on what its newest update says."""
    _check_affected(call, report, body.affected_resources)
    affected = [item.shown() for item in body.affected_resources]
    update = StatusUpdate(
        id=call.state.next_id(),
        team_name=report.team_name,
        status_report_id=report.id,
        message=body.message,
        published_at=body.published_at or call.now,
        notify_subscribers=body.notify_subscribers,
        affected_resources=affected,
    )
    call.state.updates[update.id] = update
    report.affected_resources = affected
    return update


def update_update(call: Call, body: ChangedUpdate) -> Answer:
    update = _update(call)
    _check_affected(call, _report(call), body.affected_resources)
    change(call, update, _values(body))
    return one(resource(update))


def _values(body: ChangedReport | ChangedUpdate) -> dict[str, Any]:
    values = body.given("affected_resources")
    if "affected_resources" in body.model_fields_set:
        values["affected_resources"] = [item.shown() for item in body.affected_resources]
    return values


def remove_update(call: Call) -> Answer:
    del call.state.updates[_update(call).id]
    return NO_CONTENT


def _check_affected(call: Call, report: StatusReport, affected: list[Affected]) -> None:
    maintenance = report.report_type == "maintenance"
    for item in affected or []:
        part = call.state.resources.get(item.status_page_resource_id)
        if part is None or part.status_page_id != report.status_page_id:
            raise invalid("affected_resources", "must be resources of this status page")
        if (item.status == "maintenance") != maintenance:
            raise invalid("affected_resources", "must fit the type of the report")


ROUTES = (
    get(REPORTS, list_reports, PAGING),
    get(REPORT, show_report),
    post(REPORTS, NewReport, create_report),
    patch(REPORT, ChangedReport, update_report),
    delete(REPORT, remove_report),
    get(UPDATES, list_updates, PAGING),
    get(UPDATE, show_update),
    post(UPDATES, NewUpdate, create_update),
    patch(UPDATE, ChangedUpdate, update_update),
    delete(UPDATE, remove_update),
)
