"""Who did something: the workspace and member behind a click, command or modal."""

from __future__ import annotations

from typing import Any

import structlog

from bot.handlers.services import Services, Visitor
from bot.store.people import find_workspace

log = structlog.get_logger(__name__)


async def visitor_of(services: Services, body: dict[str, Any]) -> Visitor | None:
    """Reads the person and place out of any payload; None for a workspace that is not ours."""
    team = body.get("team") or {}
    user = body.get("user") or {}
    team_id = str(team.get("id") or body.get("team_id") or user.get("team_id") or "")
    user_id = str(user.get("id") or body.get("user_id") or "")
    workspace = await find_workspace(services.store, team_id)
    if workspace is None or not user_id:
        log.warning("slack.unknown_workspace", team=team_id)
        return None
    member = await services.acquaintance.member(workspace.organisation_id, team_id, user_id)
    channel = (body.get("channel") or {}).get("id") or body.get("channel_id") or ""
    return Visitor(workspace, member, str(channel))
