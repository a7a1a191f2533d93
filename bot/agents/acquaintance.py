"""Asks Slack who a person is: name, email, time zone, and whether we serve that account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.store.database import Store
from bot.store.people import ensure_member
from bot.store.tables import Member, Role

log = structlog.get_logger(__name__)

FRESH = timedelta(hours=24)


class Acquaintance:
    """Keeps members as Slack knows them."""

    def __init__(self, store: Store, client: AsyncWebClient) -> None:
        self._store = store
        self._client = client

    async def member(self, organisation_id: str, team_id: str, user_id: str) -> Member:
        """The member of an account, read from Slack where it is new or a day old."""
        now = self._store.clock()
        async with self._store.writing(organisation_id) as session:
            member = await ensure_member(session, user_id, now=now)
        if member.refreshed_at is not None and now - member.refreshed_at < FRESH:
            return member
        user = await self._ask(user_id)
        if user is None:
            return member
        async with self._store.writing(organisation_id) as session:
            member = await ensure_member(session, user_id, now=now)
            _update(member, user, team_id)
            member.refreshed_at = now
        return member

    async def _ask(self, user_id: str) -> Mapping[str, Any] | None:
        try:
            answer = await self._client.users_info(user=user_id)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack.users_info_failed", user=user_id, error=str(error))
            return None
        user: Mapping[str, Any] = answer["user"]
        return user


def _update(member: Member, user: Mapping[str, Any], team_id: str) -> None:
    profile = user.get("profile") or {}
    known_as = profile.get("display_name") or user.get("real_name") or profile.get("real_name")
    member.name = known_as or user.get("name") or member.name
    member.email = profile.get("email") or ""
    member.timezone = _zone(user.get("tz"))
    member.outsider = outsider(user, team_id)
    # Without an installer on record, whoever administers the workspace owns the organisation.
    if member.refreshed_at is None and (user.get("is_admin") or user.get("is_owner")):
        member.role = Role.OWNER


def _zone(name: str | None) -> str:
    """A time zone that this machine knows; Slack may know newer ones."""
    try:
        return ZoneInfo(name or "UTC").key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"


def outsider(user: Mapping[str, Any], team_id: str) -> str:
    """Why an account is not served, in words that fit after "you are"; empty where it is."""
    if user.get("is_bot"):
        return "an app"
    if user.get("deleted"):
        return "a deactivated account"
    if user.get("is_stranger") or user.get("team_id", team_id) != team_id:
        return "from another company's workspace"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "a guest of this workspace"
    return ""
