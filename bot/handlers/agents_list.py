"""How agents are listed in Slack: in `/ops agents` and in App Home, each with its menu."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.agents.types import TYPES
from bot.handlers.locks import LOCK, locked_button
from bot.slack.blocks import actions, context, escape, plain_text, section
from bot.slack.messages import Block, Message
from bot.store.rights import Right, may
from bot.store.tables import Agent, Member, Visibility

NEW = "agent_new"
MORE = "agent_more"
RESTORE = "agent_restore"

SHOWN = 40
"""Agents in one message: with their headings they stay within Slack's 50 blocks."""

PIN, UNPIN, SETTINGS, ACCESS = "pin", "unpin", "settings", "access"
DUPLICATE, ARCHIVE = "duplicate", "archive"

VERBS: Mapping[str, tuple[str, Right]] = {
    PIN: ("Pin to the top of Home", Right.PIN),
    UNPIN: ("Unpin", Right.PIN),
    SETTINGS: ("Settings", Right.EDIT_AGENTS),
    ACCESS: ("Access", Right.SET_ACCESS),
    DUPLICATE: ("Duplicate", Right.EDIT_AGENTS),
    ARCHIVE: ("Archive", Right.EDIT_AGENTS),
}
"""What the menu of an agent offers, with the right that each needs."""


@dataclass(frozen=True)
class Roll:
    """The agents as one person may see them. `places` and `channels` are by agent id."""

    agents: Sequence[Agent]
    member: Member
    places: Mapping[str, Sequence[str]]
    channels: Mapping[str, Sequence[str]]
    pinned: Collection[str] = ()

    def entry(self, agent: Agent) -> Block:
        """An agent with what it is for, what it looks into, and its menu."""
        kind = TYPES[agent.type]
        marks = [f"`@{agent.handle}`", *([kind.title] if kind.title != agent.name else [])]
        marks += ["only you see it"] if agent.visibility == Visibility.ONLY_ME else []
        lines = [
            f"{agent.icon} *{escape(agent.name)}*  {' · '.join(marks)}",
            escape(agent.description or kind.description),
            f"_{escape(', '.join(self.places.get(agent.id, ())) or 'no access yet')}_",
        ]
        here = " ".join(f"<#{one}>" for one in self.channels.get(agent.id, ()))
        lines += [f"Answers in {here} when nobody is named"] if here else []
        return section("\n".join(lines), accessory=self._menu(agent))

    def _menu(self, agent: Agent) -> Block:
        first = UNPIN if agent.id in self.pinned else PIN
        verbs = [first, SETTINGS, ACCESS, DUPLICATE, ARCHIVE]
        return {
            "type": "overflow",
            "action_id": MORE,
            "options": [menu_option(self.member, verb, agent.id) for verb in verbs],
        }


def menu_option(member: Member, verb: str, key: str) -> Block:
    """An entry of a menu; it looks locked to a member who may not use it."""
    words, right = VERBS[verb]
    shown = words if may(member, right) else f"{LOCK}{words}"
    return {"text": plain_text(shown, 75), "value": f"{member.organisation_id}:{verb}:{key}"}


def roll_message(roll: Roll, archived: int) -> Message:
    """What `/ops agents` answers."""
    names = ", ".join(one.name for one in roll.agents) or "There are no agents yet."
    blocks = [roll.entry(one) for one in roll.agents[:SHOWN]]
    if not blocks:
        blocks = [section(names)]
    if len(roll.agents) > SHOWN:
        blocks.append(context(f"And {len(roll.agents) - SHOWN} more."))
    if archived:
        blocks.append(context(f"{archived} archived: `/ops agents archived`"))
    blocks.append(actions(new_button(roll.member)))
    return Message(names, blocks)


def new_button(member: Member) -> Block:
    return locked_button("New agent", NEW, member, Right.EDIT_AGENTS, key="new")


def archived_message(agents: Sequence[Agent], member: Member, news: str = "") -> Message:
    """What `/ops agents archived` answers."""
    blocks = [section(news)] if news else []
    blocks += [
        section(
            f"{one.icon} *{escape(one.name)}*  {TYPES[one.type].title}",
            accessory=locked_button("Bring back", RESTORE, member, Right.EDIT_AGENTS, key=one.id),
        )
        for one in agents[:SHOWN]
    ]
    if not agents:
        blocks.append(section("No agent is archived."))
    return Message(news or f"{len(agents)} archived agents", blocks)
