"""How the modal of an approval policy looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.connectors.base import Area
from bot.slack.blocks import context, escape, plain_text, section
from bot.slack.messages import Block
from bot.slack.modals import (
    MAX_OPTIONS,
    checkboxes,
    input_field,
    modal,
    multi_select,
    option,
    select,
)
from bot.store.tables import ApprovalPolicy

POLICY = "approval_policy"
ROLES = "policy_roles"
PEOPLE = "policy_people"
GROUP = "policy_group"
ON_CALL = "policy_on_call"
OWN = "policy_own"
CRITICAL = "policy_critical"

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: values and names."""

    title: str
    areas: Sequence[Area]
    groups: Options
    rotas: Options


def policy_view(
    row: ApprovalPolicy, people: Sequence[str], choices: Choices, metadata: str
) -> dict[str, Any]:
    """The modal, with a policy as it is now. `people` are Slack user ids."""
    roles = [("owners", "Owners"), ("editors", "Editors")]
    held = [name for name, given in (("owners", row.owners), ("editors", row.editors)) if given]
    own = [("own", "The one who asked may approve it, too")]
    own_now = ["own"] if row.own_allowed else []
    areas = [(area.name, area.title) for area in choices.areas]
    blocks: list[Block] = [
        section(f"Who may approve the writes of *{escape(choices.title)}*."),
        _field(ROLES, "By role", checkboxes(ROLES, _options(roles), chosen=held)),
        _field(PEOPLE, "People", _people(people)),
        *_menu(GROUP, "A user group", choices.groups, row.user_group),
        *_menu(ON_CALL, "Whoever is on call now in", choices.rotas, row.on_call),
        _field(OWN, "Own requests", checkboxes(OWN, _options(own), chosen=own_now)),
        *_areas(areas, row.critical),
        context("A connection's own choice comes before the one of the agent."),
    ]
    return modal("Who approves", blocks, callback_id=POLICY, submit="Save", metadata=metadata)


def _field(block_id: str, label: str, element: Block) -> Block:
    return input_field(block_id, label, element, optional=True)


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
    shown = options[:MAX_OPTIONS]
    still = chosen if chosen in dict(shown) else ""
    menu = select(action_id, _options(shown), chosen=still, placeholder="None")
    return [_field(action_id, label, menu)]


def _areas(areas: Options, chosen: Sequence[str]) -> list[Block]:
    if not areas:
        return []
    shown = areas[:MAX_OPTIONS]
    still = [name for name, _ in shown if name in chosen]
    menu = multi_select(CRITICAL, _options(shown), chosen=still, placeholder="None")
    return [_field(CRITICAL, "Critical areas: two different people", menu)]


def _options(named: Options) -> list[Block]:
    return [option(value, name) for value, name in named]
