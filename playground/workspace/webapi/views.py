"""views.*: modals and Home tabs."""

from __future__ import annotations

import json
from typing import Any

from playground.workspace import blockkit
from playground.workspace.model import Json, ViewRecord
from playground.workspace.render import view_json
from playground.workspace.tickets import TicketError, Trigger
from playground.workspace.views import ViewError
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError, invalid_arguments, missing_field
from playground.workspace.world import World

VIEW_BYTES_MAX = 250 * 1024


def checked_view(world: World, view: Any, kind: str) -> Json:
    """`kind` is modal or home. Raises ApiError as Slack words it."""
    if not isinstance(view, dict):
        raise invalid_arguments("[ERROR] must provide an object [json-pointer:/view]")
    if len(json.dumps(view)) > VIEW_BYTES_MAX:
        raise ApiError("view_too_large")
    problems = blockkit.check_view(view, kind, lambda file: world.files.get(file) is not None)
    if problems:
        raise invalid_arguments(*(str(problem) for problem in problems))
    return view


def _redeem(call: Call) -> Trigger:
    key = call.text("trigger_id") or call.text("interactivity_pointer")
    if not key:
        raise missing_field("trigger_id")
    try:
        return call.world.triggers.redeem(key, call.app.id)
    except TicketError as error:
        raise ApiError(error.code) from error


def open_view(call: Call) -> Json:
    body = checked_view(call.world, call.get("view"), "modal")
    trigger = _redeem(call)
    try:
        return _shown(call.world.views.open(call.installation, trigger.user_id, body))
    except ViewError as error:
        raise ApiError(error.code) from error


def push(call: Call) -> Json:
    body = checked_view(call.world, call.get("view"), "modal")
    trigger = _redeem(call)
    if trigger.view_id not in [view.id for view in call.world.views.stack(trigger.user_id)]:
        # Only a click or submission in an open view gives a trigger that pushes.
        raise ApiError("not_found")
    try:
        return _shown(call.world.views.push(call.installation, trigger.user_id, body))
    except ViewError as error:
        raise ApiError(error.code) from error


def update(call: Call) -> Json:
    view = _wanted(call)
    kind = str(view.body["type"])
    body = checked_view(call.world, call.get("view"), kind)
    try:
        call.world.views.update(view, body, call.text("hash") or None)
    except ViewError as error:
        raise ApiError(error.code) from error
    return _shown(view)


def _wanted(call: Call) -> ViewRecord:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise missing_field("view_id")
    views = call.world.views
    found = views.find(view_id) if view_id else views.by_external_id(call.app.id, external_id)
    if found is None or found.app_id != call.app.id:
        raise ApiError("not_found")
    return found


def publish(call: Call) -> Json:
    if not call.app.manifest.home_tab:
        raise ApiError("not_enabled")
    body = checked_view(call.world, call.get("view"), "home")
    user = call.user(call.text("user_id"))
    if user.is_bot:
        raise ApiError("user_not_found")
    try:
        view = call.world.views.publish(call.installation, user.id, body, call.text("hash") or None)
    except ViewError as error:
        raise ApiError(error.code) from error
    return _shown(view)


def _shown(view: ViewRecord) -> Json:
    return {"view": view_json(view)}


METHODS = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
