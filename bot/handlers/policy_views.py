"""How the modal of an approval policy looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.connectors.base import Area
from bot.slack.blocks import context, escape, plain_text, section
from bot.slack.messages import Block
from bot.store.tables import ApprovalPolicy

POLICY = "approval_policy"
ROLES = "policy_roles"
PEOPLE = "policy_people"
GROUP = "policy_group"
ON_CALL = "policy_on_call"
OWN = "policy_own"
CRITICAL = "policy_critical"

MOST = 100
"""Options of a menu (Block Kit reference)."""

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: values and names."""

    title: str
    areas: Sequence[Area]
    groups: Options
    rotas: Options


def policy_view(row: ApprovalPolicy, people: Sequence[str], choices: Choices) -> dict[str, Any]:
    """The modal, with a policy as it is now. `people` are Slack user ids."""
    roles = [("owners", "Owners"), ("editors", "Editors")]
    held = [name for name, given in (("owners", row.owners), ("editors", row.editors)) if given]
    own = [("own", "The one who asked may approve it, too")]
    areas = [(area.name, area.title) for area in choices.areas]
    blocks: list[Block] = [
        section(f"Who may approve the writes of *{escape(choices.title)}*."),
        _input(ROLES, "By role", _checkboxes(ROLES, roles, held)),
        _input(PEOPLE, "People", _people(people)),
        *_menu(GROUP, "A user group", choices.groups, row.user_group),
        *_menu(ON_CALL, "Whoever is on call now in", choices.rotas, row.on_call),
        _input(OWN, "Own requests", _checkboxes(OWN, own, ["own"] if row.own_allowed else [])),
        *_areas(areas, row.critical),
        context("A connection's own choice comes before the one of the agent."),
    ]
    return {
        "type": "modal",
        "callback_id": POLICY,
        "title": plain_text("Who approves"),
        "submit": plain_text("Save"),
        "close": plain_text("Cancel"),
        "blocks": blocks,
    }


def _input(block_id: str, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain_text(label),
        "element": element,
    }


def _checkboxes(action_id: str, options: Options, chosen: Sequence[str]) -> Block:
    made: Block = {
        "type": "checkboxes",
        "action_id": action_id,
        "options": [_option(*option) for option in options],
    }
    initial = [_option(*option) for option in options if option[0] in chosen]
    return made | {"initial_options": initial} if initial else made


def _people(users: Sequence[str]) -> Block:
    made: Block = {
        "type": "multi_users_select",
        "action_id": PEOPLE,
        "placeholder": plain_text("Nobody by name"),
    }
    return made | {"initial_users": list(users)} if users else made


def _menu(action_id: str, label: str, options: Options, chosen: str) -> list[Block]:
    """A menu, or nothing where there is nothing to choose from."""
    if not options:
        return []
    menu: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain_text("None"),
        "options": [_option(*option) for option in options[:MOST]],
    }
    for option in options[:MOST]:
        if option[0] == chosen:
            menu["initial_option"] = _option(*option)
    return [_input(action_id, label, menu)]


def _areas(areas: Options, chosen: Sequence[str]) -> list[Block]:
    if not areas:
        return []
    menu: Block = {
        "type": "multi_static_select",
        "action_id": CRITICAL,
        "placeholder": plain_text("None"),
        "options": [_option(*option) for option in areas[:MOST]],
    }
    initial = [_option(*option) for option in areas[:MOST] if option[0] in chosen]
    if initial:
        menu["initial_options"] = initial
    return [_input(CRITICAL, "Critical areas: two different people", menu)]


def _option(value: str, text: str) -> Block:
    return {"text": plain_text(text, 75), "value": value}
