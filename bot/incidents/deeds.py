"""What can be done to an incident with a button, in the words that cards and lines use."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from bot.incidents.scene import Scene
from bot.store.tables import Incident, IncidentState, Member


class Action(enum.StrEnum):
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    COMMENT = "comment"
    INVESTIGATE = "investigate"
    PUBLISH = "publish"
    DISMISS = "dismiss"


VERBS: Mapping[Action, str] = {
    Action.ACKNOWLEDGE: "acknowledge_incident",
    Action.RESOLVE: "resolve_incident",
    Action.ESCALATE: "escalate_incident",
    Action.COMMENT: "comment_on_incident",
    Action.PUBLISH: "publish_status_report",
}
"""The tool behind each."""

DOES = {
    Action.ACKNOWLEDGE: "acknowledges this",
    Action.RESOLVE: "resolves this",
    Action.ESCALATE: "escalates this",
    Action.COMMENT: "comments on this",
    Action.PUBLISH: "publishes a status report",
}
DID = {
    Action.ACKNOWLEDGE: "acknowledged this",
    Action.RESOLVE: "resolved this",
    Action.ESCALATE: "escalated this",
    Action.COMMENT: "commented",
    Action.PUBLISH: "published a status report",
}
WANTED = {
    Action.ACKNOWLEDGE: "wanted to acknowledge this",
    Action.RESOLVE: "wanted to resolve this",
    Action.ESCALATE: "wanted to escalate this",
    Action.COMMENT: "wanted to comment on this",
    Action.PUBLISH: "wanted to publish a status report",
}

REPEATABLE = frozenset({Action.ACKNOWLEDGE, Action.RESOLVE})
"""What may be asked for again once it is certain that it was not done: doing it again harms
nobody, unlike waking people or publishing something twice."""

MOST_AT_ONCE = 10
"""Incidents of one thread that one press acknowledges or resolves."""


def targets(scene: Scene, action: Action) -> Sequence[Incident]:
    """The incidents of a thread that a press is about."""
    match action:
        case Action.ACKNOWLEDGE:
            new = [one for one in scene.open if one.state == IncidentState.STARTED]
            return new[:MOST_AT_ONCE] or [scene.primary]
        case Action.RESOLVE:
            return scene.open[:MOST_AT_ONCE] or [scene.primary]
        case Action.ESCALATE:
            return scene.open[:1] or [scene.primary]
    return [scene.primary]


def arguments(
    action: Action, incident: Incident, member: Member, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What the tool gets, in the name of whoever pressed."""
    match action:
        case Action.ACKNOWLEDGE:
            return {"incident_id": incident.external_id, "acknowledged_by": member.name}
        case Action.RESOLVE:
            return {"incident_id": incident.external_id, "resolved_by": member.name}
        case Action.PUBLISH:
            return dict(given)
    return {"incident_id": incident.external_id, **given}


def signed(comment: str, member: Member) -> str:
    """A comment as everybody reads it at the service, which does not say who wrote it."""
    return f"{comment}\n\n— {member.name}, from Slack"


def unsigned(comment: str) -> str:
    """A comment of ours without its signature."""
    return comment.rpartition("\n\n— ")[0] if comment.endswith(", from Slack") else comment
