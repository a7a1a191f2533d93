"""What an app's answer to a view submission does to the modal."""

from __future__ import annotations

from playground.workspace.model import Json, ViewRecord
from playground.workspace.views import ViewError
from playground.workspace.webapi.errors import ApiError, invalid_arguments
from playground.workspace.webapi.views import checked_view
from playground.workspace.world import World


class Modals:
    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, view: ViewRecord, answer: object) -> Json:
        """{} when the view closed. Raises ApiError when Slack would refuse the answer."""
        if not isinstance(answer, dict) or not answer:
            self._world.views.close(view)
            return {}
        action = answer.get("response_action")
        if action == "errors":
            return {"response_action": "errors", "errors": _errors(view, answer)}
        if action == "clear":
            self._world.views.clear(view.user_id)
        elif action in ("update", "push"):
            self._show(view, action, answer.get("view"))
        else:
            raise invalid_arguments(f"[ERROR] unknown response_action: {action}")
        return {"response_action": action}

    def _show(self, view: ViewRecord, action: str, body: object) -> None:
        checked = checked_view(self._world, body, "modal")
        installation = self._world.installation(view.app_id, view.team_id)
        try:
            if action == "update":
                self._world.views.update(view, checked, None)
            elif installation:
                self._world.views.push(installation, view.user_id, checked)
        except ViewError as error:
            raise ApiError(error.code) from error


def _errors(view: ViewRecord, answer: Json) -> dict[str, str]:
    """Errors may only name input blocks of this view."""
    errors = answer.get("errors")
    if not isinstance(errors, dict) or not errors:
        raise invalid_arguments("[ERROR] missing required field: errors")
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    unknown = sorted(set(errors) - inputs)
    if unknown:
        raise invalid_arguments(f"[ERROR] not an input block of this view: {', '.join(unknown)}")
    return {str(block): str(text) for block, text in errors.items()}
