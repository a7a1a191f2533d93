"""On-call schedules, their events and rotation: `/api/v2/on-calls`.

`default` works in place of an identifier for the token's own team. Phone numbers of people are
in the answers, as they are at the vendor's.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field

from playground.betterstack.bodies import UNSET, Body, Email, Made, Moment, Text
from playground.betterstack.crud import TEAM, change, new_ids
from playground.betterstack.envelope import (
    NO_CONTENT,
    PLENTY,
    Answer,
    Problem,
    invalid,
    many,
    not_found,
    one,
    resource,
)
from playground.betterstack.query import PAGING
from playground.betterstack.records import (
    Json,
    OnCallCalendar,
    OnCallEvent,
    Rotation,
    User,
    stamp,
)
from playground.betterstack.routing import Call, delete, get, patch, post
from playground.betterstack.state import State, on_call_emails, shifts

PATH = "/api/v2/on-calls"
ITEM = PATH + "/{schedule_id}"
LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


class NewCalendar(Made):
    name: Text


class ChangedCalendar(Body):
    name: Text


class NewEvent(Body):
    starts_at: Moment
    ends_at: Moment
    users: Annotated[list[Email], Field(min_length=1)]
    override: bool = UNSET


class NewRotation(Body):
    team_name: str | None = UNSET
    users: Annotated[list[Email], Field(min_length=1)]
    rotation_length: Annotated[int, Field(ge=1)]
    rotation_interval: Literal["hour", "day", "week"]
    start_rotations_at: Moment
    end_rotations_at: Moment


def shape(state: State, calendar: OnCallCalendar, at: datetime) -> Json:
    links = [
        {"id": str(user.id), "type": "user", "meta": {"email": user.email}}
        for user in _on_call(state, calendar, at)
    ]
    return resource(calendar, relationships={"on_call_users": {"data": links}})


def _on_call(state: State, calendar: OnCallCalendar, at: datetime) -> list[User]:
    users = (state.user_with(email) for email in on_call_emails(calendar, at))
    return [user for user in users if user]


def _people(state: State, calendars: Iterable[OnCallCalendar], at: datetime) -> list[Json]:
    people = {u.id: u for calendar in calendars for u in _on_call(state, calendar, at)}
    return [_user_shape(user) for user in people.values()]


def _user_shape(user: User) -> Json:
    attributes = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "phone_numbers": user.phone_numbers,
    }
    return {"id": str(user.id), "type": "user", "attributes": attributes}


def _one(call: Call, calendar: OnCallCalendar, at: datetime, status: int = 200) -> Answer:
    people = _people(call.state, [calendar], at)
    return one(shape(call.state, calendar, at), status, included=people)


def _find(call: Call) -> OnCallCalendar:
    if call.ids["schedule_id"] != "default":
        return call.find(call.state.calendars, OnCallCalendar, "schedule_id")
    seen = call.visible(call.state.calendars)
    default = next((calendar for calendar in seen if calendar.default_calendar), None)
    if default is None:
        raise not_found(OnCallCalendar.KIND, "default")
    return default


def index(call: Call) -> Answer:
    calendars = call.visible(call.state.calendars)
    page = call.page(PLENTY)
    shown = page.cut(calendars)
    data = [shape(call.state, calendar, call.now) for calendar in shown]
    return many(data, page, len(calendars), included=_people(call.state, shown, call.now))


def show(call: Call) -> Answer:
    """Who is on call now, or at `date`."""
    return _one(call, _find(call), call.query.moment("date") or call.now)


def create(call: Call, body: NewCalendar) -> Answer:
    calendar = OnCallCalendar(**new_ids(call, body.team_name), name=body.name)
    call.state.calendars[calendar.id] = calendar
    return _one(call, calendar, call.now, status=201)


def update(call: Call, body: ChangedCalendar) -> Answer:
    calendar = _find(call)
    change(call, calendar, body.given())
    return _one(call, calendar, call.now)


def remove(call: Call) -> Answer:
    """Ours, not confirmed: a team keeps its default schedule."""
    calendar = _find(call)
    if calendar.default_calendar:
        raise Problem(403, "The default on-call schedule can't be removed")
    del call.state.calendars[calendar.id]
    return NO_CONTENT


def events(call: Call) -> Answer:
    """Vendor: a list of all, without the usual envelope, and with identifiers as numbers."""
    ordered = sorted(_find(call).events, key=lambda event: event.starts_at)
    return Answer(200, {"events": [_event_shape(event) for event in ordered]})


def _event_shape(event: OnCallEvent) -> Json:
    return {
        "id": event.id,
        "starts_at": stamp(event.starts_at),
        "ends_at": stamp(event.ends_at),
        "users": event.users,
        "override": event.override,
    }


def create_event(call: Call, body: NewEvent) -> Answer:
    """Vendor: answers 200, not 201, and only from today at 0:00 UTC on."""
    calendar = _find(call)
    _check_users(call, body.users)
    _check_span(body.starts_at, body.ends_at, "ends_at")
    if body.starts_at < _today(call):
        raise invalid("starts_at", "must be today at 0:00 UTC or later")
    event = OnCallEvent(id=call.state.next_id(), **body.given())
    calendar.events.append(event)
    return Answer(200, _event_shape(event))


def rotation(call: Call) -> Answer:
    calendar = _find(call)
    if calendar.rotation is None:
        raise not_found("on_call_rotation", call.ids["schedule_id"])
    return Answer(200, _rotation_shape(calendar.rotation))


def _rotation_shape(rotation: Rotation) -> Json:
    return {
        "users": rotation.users,
        "rotation_length": rotation.rotation_length,
        "rotation_interval": rotation.rotation_interval,
        "start_rotations_at": stamp(rotation.start_rotations_at),
        "end_rotations_at": stamp(rotation.end_rotations_at),
    }


def create_rotation(call: Call, body: NewRotation) -> Answer:
    """Vendor: only makes events that end after today's 0:00 UTC, in place of the plain ones."""
    calendar = _find(call)
    _check_users(call, body.users)
    start, end = body.start_rotations_at, body.end_rotations_at
    _check_span(start, end, "end_rotations_at")
    length = LENGTHS[body.rotation_interval] * body.rotation_length
    made = shifts(call.state.last_id + 1, body.users, start, end, length)
    call.state.last_id += len(made)
    made = [event for event in made if event.ends_at > _today(call)]
    start = max(start, _today(call))
    kept = [e for e in calendar.events if e.override or e.ends_at <= start or e.starts_at >= end]
    calendar.events = [*kept, *made]
    calendar.rotation = Rotation(**body.given("team_name"))
    return Answer(200, _rotation_shape(calendar.rotation))


def _today(call: Call) -> datetime:
    return datetime.combine(call.now.astimezone(UTC).date(), time(), UTC)


def _check_span(start: datetime, end: datetime, name: str) -> None:
    if end <= start:
        raise invalid(name, "must be after the start")


def _check_users(call: Call, emails: list[str]) -> None:
    unknown = [email for email in emails if call.state.user_with(email) is None]
    if unknown:
        raise invalid("users", f"must exist: {', '.join(unknown)}")


ROUTES = (
    get(PATH, index, PAGING | TEAM),
    get(ITEM, show, frozenset({"date"})),
    post(PATH, NewCalendar, create),
    patch(ITEM, ChangedCalendar, update),
    delete(ITEM, remove),
    get(f"{ITEM}/events", events),
    post(f"{ITEM}/events", NewEvent, create_event),
    get(f"{ITEM}/rotation", rotation),
    post(f"{ITEM}/rotation", NewRotation, create_rotation),
)
