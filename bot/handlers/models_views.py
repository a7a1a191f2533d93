"""How the list of language models and its two modals look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.agents.models.catalogue import Entry, Tier
from bot.agents.models.choosing import MOST_FALLBACKS, ORGANISATION, SCOPES, Shelf
from bot.agents.models.providers import ANTHROPIC, COMPATIBLE, GOOGLE, OPENAI
from bot.handlers.locks import locked_button
from bot.slack.blocks import context, escape, plain_text, section
from bot.slack.messages import Block, Message
from bot.store.rights import Right
from bot.store.tables import Agent, Member

CHANGE, ADD = "models_change", "models_add"
CHOSEN, ADDED = "models_chosen", "model_added"
FALLBACKS = "fallbacks"
PROVIDER, MODEL, TITLE, TIER, CONTEXT = "provider", "model", "title", "tier", "context"
INPUT, OUTPUT, CACHED = "input", "output", "cached"

MOST = 100
"""Options of a menu (Block Kit reference)."""

NONE = "-"
SAME = "The default"
PROVIDERS = {
    ANTHROPIC: "Anthropic",
    OPENAI: "OpenAI",
    GOOGLE: "Google",
    COMPATIBLE: "The address in the settings",
}


def models_message(
    shelf: Shelf, agents: Sequence[Agent], member: Member, news: str = ""
) -> Message:
    """Which model answers where, as it is now."""
    own = [_own_line(shelf, agent) for agent in agents if agent.model]
    change = locked_button("Change", CHANGE, member, Right.SET_MODELS, key="change")
    add = locked_button("Add a model", ADD, member, Right.ADD_MODELS, key="add")
    blocks = [section(news)] if news else []
    blocks += [
        section("*Language models*\n" + "\n".join(_scope_lines(shelf)), accessory=change),
        *([section("*Agents with one of their own*\n" + "\n".join(own))] if own else []),
        section(f"*When it cannot be reached*\n{_behind(shelf)}"),
        section(f"*To choose from*\n{_offers(shelf)}", accessory=add),
        section(f"*Web search by the provider*: {_web(shelf)}"),
        context(f"Plan {escape(shelf.plan.title)}: {', '.join(shelf.plan.tiers)} models"),
    ]
    return Message("Language models", blocks)


def choices_view(shelf: Shelf) -> dict[str, Any]:
    """The modal in which the models of all scopes are chosen."""
    menus = [_scope_menu(shelf, scope) for scope in SCOPES]
    return _view(CHOSEN, "Language models", [*menus, _fallback_menu(shelf)])


def add_view() -> dict[str, Any]:
    """The modal in which an owner adds any model."""
    blocks = [
        _input(PROVIDER, "Provider", _select(PROVIDER, list(PROVIDERS.items()), ANTHROPIC)),
        _input(MODEL, "Name, as the provider's API knows it", _text(MODEL, 120)),
        _input(TITLE, "Title", _text(TITLE, 120), optional=True),
        _input(TIER, "Tier", _select(TIER, [(one, one) for one in Tier], Tier.STANDARD)),
        _input(CONTEXT, "Context in tokens", _number(CONTEXT), optional=True),
        _input(INPUT, "US dollars a million input tokens", _number(INPUT, True), optional=True),
        _input(OUTPUT, "…a million output tokens", _number(OUTPUT, True), optional=True),
        _input(CACHED, "…a million cached tokens", _number(CACHED, True), optional=True),
        context("Without prices its cost is not known, and does not count towards the budget."),
    ]
    return _view(ADDED, "Add a model", blocks)


def _scope_lines(shelf: Shelf) -> list[str]:
    if not shelf.installed.providers:
        return ["No provider's key is set, so the offline planner answers, and says what it is."]
    lines = []
    for scope, title in SCOPES.items():
        if scope != ORGANISATION and scope not in shelf.chosen:
            continue
        fit = shelf.for_scope(scope)
        why = f" {fit.why}" if fit.why else ""
        default = "" if scope in shelf.chosen else " (the installation's)"
        lines.append(f"• {title}: *{escape(shelf.find(fit.model).title)}*{escape(why)}{default}")
    return lines


def _own_line(shelf: Shelf, agent: Agent) -> str:
    fit = shelf.for_agent(agent)
    why = f" {fit.why}" if fit.why else ""
    return f"• {escape(agent.name)}: *{escape(shelf.find(fit.model).title)}*{escape(why)}"


def _behind(shelf: Shelf) -> str:
    titles = [escape(shelf.find(model).title) for model in shelf.fallbacks]
    last = "the offline planner, which is no language model and says so"
    return ", then ".join([*titles, last])


def _offers(shelf: Shelf) -> str:
    lines = [
        f"• {escape(one.title)} · `{escape(one.id)}` · {one.tier}{_price(one)}"
        for one in shelf.offered
    ]
    return "\n".join(lines) or "None yet."


def _price(entry: Entry) -> str:
    if entry.prices is None:
        return ""
    return f" · ${entry.prices.input:,.2f} in, ${entry.prices.output:,.2f} out"


def _web(shelf: Shelf) -> str:
    if shelf.web:
        return "on. An owner stops it with `/ops models web off`."
    return (
        "off. What a model searches for leaves your house, and anybody can have written what it "
        "finds. An owner allows it with `/ops models web on`."
    )


def _scope_menu(shelf: Shelf, scope: str) -> Block:
    chosen = shelf.chosen.get(scope, "")
    first = "The installation's default" if scope == ORGANISATION else SAME
    return _input(
        scope,
        SCOPES[scope],
        _select(scope, [(NONE, first), *_options(shelf, [chosen])], chosen or NONE),
    )


def _fallback_menu(shelf: Shelf) -> Block:
    options = [_option(*one) for one in _options(shelf, shelf.fallbacks)]
    menu: Block = {
        "type": "multi_static_select",
        "action_id": FALLBACKS,
        "placeholder": plain_text("No other"),
        "options": options or [_option(NONE, "No other")],
        "max_selected_items": MOST_FALLBACKS,
    }
    by_value = {one["value"]: one for one in options}
    initial = [by_value[model] for model in shelf.fallbacks if model in by_value]
    if initial:
        menu["initial_options"] = initial
    return _input(FALLBACKS, "When it cannot be reached, in this order", menu, optional=True)


def _options(shelf: Shelf, held: Sequence[str]) -> list[tuple[str, str]]:
    """What is offered, and what is chosen already, although it may not be offered any more."""
    offered = shelf.offered
    ids = {one.id for one in offered}
    kept = [shelf.find(model) for model in held if model and model not in ids]
    options = [(one.id, f"{one.title} ({one.tier})") for one in offered[: MOST - 5]]
    return options + [(one.id, f"{one.title} (not offered now)") for one in kept]


def _view(callback_id: str, title: str, blocks: list[Block]) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title),
        "submit": plain_text("Save"),
        "close": plain_text("Cancel"),
        "blocks": blocks,
    }


def _input(block_id: str, label: str, element: Block, *, optional: bool = False) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": optional,
        "label": plain_text(label),
        "element": element,
    }


def _select(action_id: str, options: Sequence[tuple[str, str]], chosen: str) -> Block:
    made = [_option(*one) for one in options]
    initial = next((one for one in made if one["value"] == chosen), made[0])
    return {
        "type": "static_select",
        "action_id": action_id,
        "options": made,
        "initial_option": initial,
    }


def _text(action_id: str, most: int) -> Block:
    return {"type": "plain_text_input", "action_id": action_id, "max_length": most}


def _number(action_id: str, decimals: bool = False) -> Block:
    return {
        "type": "number_input",
        "action_id": action_id,
        "is_decimal_allowed": decimals,
        "min_value": "0",
    }


def _option(value: str, text: str) -> Block:
    return {"text": plain_text(text, 75), "value": value}
