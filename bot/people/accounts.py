"""A Slack account as Slack describes it, and why some are not served."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.store.people import NOT_MET


class Outside(enum.StrEnum):
    """Why somebody is not served, in words that fit after "you are"."""

    APP = "an app"
    GUEST = "a guest of this workspace"
    FOREIGN = "from another company's workspace"
    DEACTIVATED = "a deactivated account"
    UNKNOWN = NOT_MET
    REMOVED = "no longer a member of this organisation"
    NOT_INVITED = "not invited to this organisation"


ADMISSIBLE = frozenset({Outside.APP, Outside.GUEST, Outside.FOREIGN})
"""Those whom an owner may allow in a channel."""

OF_SLACK = frozenset({*ADMISSIBLE, Outside.DEACTIVATED})
"""What Slack says of an account, as against what the organisation says of a person."""

OF_ORGANISATION = frozenset({Outside.REMOVED, Outside.NOT_INVITED})
"""Full members of the workspace who are not in the organisation: they may join or make others."""


@dataclass(frozen=True)
class Account:
    """What Slack's `users.info` says (docs.slack.dev, "users.info").

    `email` is empty unless Slack says that it is confirmed.
    """

    user_id: str
    name: str
    email: str
    timezone: str
    outside: str
    administers: bool


def read_account(user: Mapping[str, Any], team_id: str) -> Account:
    """Reads a user object, as seen from the workspace `team_id`."""
    profile = user.get("profile") or {}
    known_as = user.get("real_name") or profile.get("real_name") or profile.get("display_name")
    return Account(
        user_id=str(user.get("id") or ""),
        name=known_as or user.get("name") or "",
        email=(profile.get("email") or "") if user.get("is_email_confirmed") else "",
        timezone=_zone(user.get("tz")),
        outside=_outside(user, team_id),
        administers=bool(user.get("is_admin") or user.get("is_owner")),
    )


def same_address(one: str, other: str) -> bool:
    """Whether two email addresses are equal without case. An empty one equals none."""
    return bool(one.strip()) and one.strip().casefold() == other.strip().casefold()


def _outside(user: Mapping[str, Any], team_id: str) -> str:
    if user.get("is_bot"):
        return Outside.APP
    if user.get("is_stranger") or user.get("team_id", team_id) != team_id:
        return Outside.FOREIGN
    if user.get("deleted"):
        return Outside.DEACTIVATED
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Outside.GUEST
    return ""


def _zone(name: str | None) -> str:
    """A time zone that this machine knows; Slack may know newer ones."""
    try:
        return ZoneInfo(name or "UTC").key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
