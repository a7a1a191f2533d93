"""What an incident's card and the lines of its story say, worked out from the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.connectors.wording import duration, moment
from bot.incidents.deeds import DID, DOES, WANTED, Action, unsigned
from bot.incidents.scene import Pressed, Scene
from bot.slack.dates import time_of_day
from bot.slack.incident_cards import Deed, IncidentCard, Person, Sending, Stage, linked, quoted
from bot.store.tables import Incident, IncidentState, PressState

OVERLAP = timedelta(seconds=15)
"""What happened while the card was drawn may not be on it yet."""

NO_CHANNELS = "none"
"""How the connector says that nobody is told by any channel."""

_REACHED = {
    Action.ACKNOWLEDGE: (Stage.ACKNOWLEDGED, Stage.RESOLVED, Stage.DELETED),
    Action.RESOLVE: (Stage.RESOLVED, Stage.DELETED),
}
"""Where an incident is once an action was done, by whomever."""


@dataclass(frozen=True)
class Around:
    """What the service says beside the incident. `people` are those whom it names, by that name."""

    on_call: Sequence[Person] = ()
    policy: str = ""
    people: Mapping[str, Person] | None = None

    def person(self, name: str) -> Person | None:
        if not name:
            return None
        return (self.people or {}).get(name, Person(name))


@dataclass(frozen=True)
class Line:
    """Something that happened, in mrkdwn. `key` tells it from the incident's others."""

    key: str
    at: datetime
    text: str


def card_of(scene: Scene, around: Around) -> IncidentCard:
    """The card as it should stand in Slack."""
    incident, facts = scene.primary, scene.primary.facts
    return IncidentCard(
        id=incident.id,
        name=incident.name,
        stage=scene.stage,
        place=scene.place,
        cause=incident.cause,
        started_at=incident.started_at,
        lasted=_lasted(scene),
        link=incident.link,
        monitor=incident.monitor,
        response=str(facts.get("response_content") or ""),
        severity=incident.severity,
        team=incident.team,
        on_call=around.on_call,
        escalation=_told(scene, around),
        acknowledged=_acknowledged(scene, around),
        resolved=_resolved(scene, around),
        times=incident.times,
        sending=[_sending(one) for one in scene.presses if one.state is PressState.SENDING],
        trouble=_trouble(scene),
        problem=_problem(scene),
        as_of=incident.updated_at,
    )


def lines_of(scene: Scene, around: Around, since: datetime) -> list[Line]:
    """The story after its card was posted, oldest first: what the card showed then is left out."""
    every = [
        *(line for one in scene.incidents for line in _told_of(scene, one, around)),
        *_pressed(scene),
    ]
    told = sorted((one for one in every if one.at > since - OVERLAP), key=lambda one: one.at)
    return [*_folded(scene), *told]


def names_in(scene: Scene) -> set[str]:
    """Whoever the service names in what is shown."""
    named: set[str] = set()
    for one in scene.incidents:
        comments = [str(comment.get("by") or "") for comment in _comments(one)]
        reopened = str(one.facts.get("reopened_by") or "")
        named |= {one.acknowledged_by, one.resolved_by, reopened, *comments}
    return named - {""}


def _lasted(scene: Scene) -> str:
    ends = [one.resolved_at for one in scene.incidents if one.resolved_at]
    begun = scene.primary.started_at
    if begun is None or not ends:
        return ""
    return duration((max(ends) - begun).total_seconds()) or ""


def _told(scene: Scene, around: Around) -> str:
    """Who is told, and by which channels: the state of the escalation."""
    how = str(scene.primary.facts.get("notified_by") or "")
    parts = [f"by {how}" if how and how != NO_CHANNELS else ""]
    parts.append(f"policy “{around.policy}”" if around.policy else "")
    for one in scene.done(Action.ESCALATE)[-1:]:
        at = one.press.settled_at or one.press.created_at
        parts.append(f"escalated to {whom(one.press.arguments)} at {at:%H:%M} UTC")
    return " · ".join(part for part in parts if part)


def whom(given: Mapping[str, Any]) -> str:
    """To whom a press escalates, in words."""
    named = given.get("user_email") or given.get("team_name")
    if named:
        return str(named)
    kind = str(given.get("escalation_type") or "")
    if kind == "Organization":
        return "everybody in the organization"
    return f"the {kind.lower()} {given.get('policy_id') or given.get('schedule_id') or ''}".strip()


def _acknowledged(scene: Scene, around: Around) -> Deed | None:
    done = [one for one in scene.incidents if one.acknowledged_at]
    if not done:
        return None
    last = max(done, key=lambda one: one.acknowledged_at or one.created_at)
    return Deed(last.acknowledged_at, _by(scene, around, Action.ACKNOWLEDGE, last.acknowledged_by))


def _resolved(scene: Scene, around: Around) -> Deed | None:
    done = [one for one in scene.incidents if one.resolved_at]
    if not done or scene.stage is not Stage.RESOLVED:
        return None
    last = max(done, key=lambda one: one.resolved_at or one.created_at)
    return Deed(last.resolved_at, _by(scene, around, Action.RESOLVE, last.resolved_by))


def _by(scene: Scene, around: Around, action: Action, name: str) -> Person | None:
    """Whom the service names; somebody who pressed here is mentioned."""
    for one in reversed(scene.done(action)):
        if one.member.name == name:
            return Person(name, one.member.user_id)
    return around.person(name)


def _sending(pressed: Pressed) -> Sending:
    press = pressed.press
    return Sending(
        Person(pressed.member.name, pressed.member.user_id),
        press.action,
        DOES[Action(press.action)],
        press.words,
    )


def _trouble(scene: Scene) -> str:
    """The last press, if it did not do what it was to."""
    ended = [
        one
        for one in scene.presses
        if one.press.settled_at and one.state in _TELLING and one.press.action in DID
    ]
    if not ended or scene.stage in (Stage.RESOLVED, Stage.DELETED):
        return ""
    last = max(ended, key=lambda one: one.press.settled_at or one.press.created_at)
    failed = last.state in (PressState.NOT_DONE, PressState.UNKNOWN)
    return _failure(last) if failed and not _came_true(scene, last) else ""


_TELLING = (PressState.DONE, PressState.NOT_DONE, PressState.UNKNOWN)


def _came_true(scene: Scene, pressed: Pressed) -> bool:
    return scene.stage in _REACHED.get(Action(pressed.press.action), ())


def _failure(pressed: Pressed) -> str:
    press = pressed.press
    what = "*unknown, please check*" if pressed.state is PressState.UNKNOWN else "*not done*"
    at = time_of_day(press.created_at)
    wanted = WANTED[Action(press.action)]
    return f"<@{pressed.member.user_id}> {wanted} at {at}: {what}. {quoted(press.words)}"


def _problem(scene: Scene) -> str:
    """Why the service did not say how an incident is, where that is so."""
    problems = [one.problem for one in scene.incidents if one.problem]
    return f"{scene.place} did not say how it is now: {problems[0]}" if problems else ""


def _folded(scene: Scene) -> Iterator[Line]:
    """How many more of the same there are, in one line that grows."""
    more = scene.incidents[1:]
    if not more:
        return
    last = more[-1]
    at = last.started_at or last.created_at
    count = "1 more" if len(more) == 1 else f"{len(more)} more"
    same = " of this monitor" if _same_monitor(scene) else " of the same cause"
    name = linked(last.link, last.name)
    yield Line("folded", at, f":repeat: {count}{same}, the last {name} at {time_of_day(at)}")


def _same_monitor(scene: Scene) -> bool:
    return len({one.monitor_id for one in scene.incidents}) == 1 and bool(scene.primary.monitor_id)


def _told_of(scene: Scene, incident: Incident, around: Around) -> Iterator[Line]:
    """What the service tells of an incident; what was pressed here is told by `_pressed`."""
    which = f" {quoted(incident.name, 80)}" if len(scene.incidents) > 1 else ""
    moves = (
        (Action.ACKNOWLEDGE, "Acknowledged", incident.acknowledged_at, incident.acknowledged_by),
        (Action.RESOLVE, "Resolved", incident.resolved_at, incident.resolved_by),
    )
    lamps = {"Acknowledged": ":large_yellow_circle:", "Resolved": ":large_green_circle:"}
    for action, words, at, name in moves:
        ours = any(one.member.name == name for one in scene.done(action))
        if at and not (ours and name):
            by = _by_whom(around.person(name))
            yield Line(
                f"{words}:{incident.id}:{at.timestamp():.0f}",
                at,
                f"{lamps[words]} {words}{which}{by} at {time_of_day(at)}",
            )
    if incident.state == IncidentState.DELETED:
        text = f":white_circle: Deleted{which} in {quoted(scene.place)}"
        yield Line(f"deleted:{incident.id}", incident.updated_at, text)
    yield from _reopened(incident, which, around)
    yield from _commented(scene, incident, around)


def _reopened(incident: Incident, which: str, around: Around) -> Iterator[Line]:
    at = moment(incident.facts.get("reopened_at"))
    if at:
        by = _by_whom(around.person(str(incident.facts.get("reopened_by") or "")))
        text = f":red_circle: Reopened{which}{by} at {time_of_day(at)}"
        yield Line(f"reopened:{incident.id}:{at.timestamp():.0f}", at, text)


def _commented(scene: Scene, incident: Incident, around: Around) -> Iterator[Line]:
    ours = {str(one.press.arguments.get("content")) for one in scene.done(Action.COMMENT)}
    for comment in _comments(incident):
        content = str(comment.get("comment") or "")
        at = moment(comment.get("created_at"))
        if at and content not in ours:
            by = _by_whom(around.person(str(comment.get("by") or "")))
            text = f":speech_balloon: Comment{by} at {time_of_day(at)}: {quoted(content)}"
            yield Line(f"comment:{comment.get('id')}", at, text)


def _by_whom(person: Person | None) -> str:
    return f" by {person.shown}" if person else ""


def _comments(incident: Incident) -> list[Mapping[str, Any]]:
    return list(incident.facts.get("comments") or [])


def _pressed(scene: Scene) -> Iterator[Line]:
    """What people did with the buttons, and what they wanted to and did not."""
    for one in scene.presses:
        at, action = one.press.settled_at, Action(one.press.action)
        if at is None or one.state not in _TELLING or action not in DID:
            continue
        text = _deed(one, at) if one.state is PressState.DONE else f":warning: {_failure(one)}"
        if one.state is PressState.UNKNOWN and _came_true(scene, one):
            text += f" {quoted(scene.place)} shows that it is done."
        yield Line(f"press:{one.press.id}", at, text)


def _deed(pressed: Pressed, at: datetime) -> str:
    action, given = Action(pressed.press.action), pressed.press.arguments
    lamp = {
        Action.ACKNOWLEDGE: ":large_yellow_circle:",
        Action.RESOLVE: ":large_green_circle:",
        Action.ESCALATE: ":rotating_light:",
        Action.COMMENT: ":speech_balloon:",
        Action.PUBLISH: ":mega:",
    }[action]
    more = ""
    if action is Action.COMMENT:
        more = f": {quoted(unsigned(str(given.get('content') or '')))}"
    if action is Action.ESCALATE:
        more = f" to {quoted(whom(given), 200)}{_by_channels(given)}"
    if action is Action.PUBLISH:
        more = f": {quoted(str(given.get('title') or ''), 200)}"
    return f"{lamp} <@{pressed.member.user_id}> {DID[action]} at {time_of_day(at)}{more}"


CHANNEL_WORDS = {
    "call": "phone call",
    "sms": "SMS",
    "email": "e-mail",
    "push": "app notification",
    "critical_alert": "critical alert",
}


def _by_channels(given: Mapping[str, Any]) -> str:
    asked = [words for name, words in CHANNEL_WORDS.items() if given.get(name)]
    return f" by {', '.join(asked)}" if asked else ""
