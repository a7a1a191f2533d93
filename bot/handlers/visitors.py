"""Who did something: the organisation and member behind a click, command or modal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import structlog

from bot.handlers.services import Services, Visitor
from bot.people.organisations import Site, is_direct, resolve

log = structlog.get_logger(__name__)


async def visitor_of(services: Services, body: dict[str, Any]) -> Visitor | None:
    """Reads the person and place out of any payload; None for a workspace that is not ours."""
    user = body.get("user") or {}
    user_id = str(user.get("id") or body.get("user_id") or "")
    channel = _channel(body)
    site = await _site(services, body, channel, user_id)
    if site is None or not user_id:
        log.warning("slack.unknown_workspace", teams=list(_teams(body)))
        return None
    member = await services.acquaintance.member(
        site.organisation_id, site.workspace.team_id, user_id
    )
    return Visitor(site, member, channel)


async def _site(
    services: Services, body: dict[str, Any], channel: str, user_id: str
) -> Site | None:
    for team_id in _teams(body):
        direct = is_direct(channel)
        site = await resolve(services.store, team_id, channel, user_id, direct=direct)
        if site is not None:
            return site
    return None


def _teams(body: dict[str, Any]) -> Iterator[str]:
    """The workspaces that a payload names, the person's own first.

    Somebody of another company presses with that company's workspace; ours is then the one that
    the message or the modal belongs to.
    """
    view, message = body.get("view") or {}, body.get("message") or {}
    for team in (
        (body.get("team") or {}).get("id"),
        body.get("team_id"),
        view.get("app_installed_team_id"),
        view.get("team_id"),
        message.get("team"),
    ):
        if team:
            yield str(team)


def _channel(body: dict[str, Any]) -> str:
    """Where it happened. A modal keeps in its metadata where it was opened."""
    named = (
        (body.get("channel") or {}).get("id")
        or body.get("channel_id")
        or (body.get("container") or {}).get("channel_id")
    )
    if named:
        return str(named)
    try:
        kept = json.loads((body.get("view") or {}).get("private_metadata") or "{}")
    except ValueError:
        return ""
    return str(kept.get("channel") or "") if isinstance(kept, dict) else ""
