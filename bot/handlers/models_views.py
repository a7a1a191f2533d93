"""How the list of language models and its two modals look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.agents.models.catalogue import Entry, Tier
from bot.agents.models.choosing import MOST_FALLBACKS, ORGANISATION, SCOPES, Shelf
from bot.agents.models.providers import ANTHROPIC, COMPATIBLE, GOOGLE, OPENAI
from bot.handlers.locks import locked_button
from bot.slack.blocks import context, escape, section
from bot.slack.messages import Block, Message
from bot.slack.modals import (
    MAX_OPTIONS,
    input_field,
    modal,
    multi_select,
    option,
    select,
    text_input,
)
from bot.store.rights import Right
from bot.store.tables import Agent, Member

CHANGE, ADD = "models_change", "models_add"
CHOSEN, ADDED = "models_chosen", "model_added"
FALLBACKS = "fallbacks"
PROVIDER, MODEL, TITLE, TIER, CONTEXT = "provider", "model", "title", "tier", "context"
INPUT, OUTPUT, CACHED = "input", "output", "cached"

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


def choices_view(shelf: Shelf, metadata: str) -> dict[str, Any]:
    """The modal in which the models of all scopes are chosen."""
    menus = [_scope_menu(shelf, scope) for scope in SCOPES]
    blocks = [*menus, _fallback_menu(shelf)]
    return modal("Language models", blocks, callback_id=CHOSEN, submit="Save", metadata=metadata)


def add_view(metadata: str) -> dict[str, Any]:
    """The modal in which an owner adds any model."""
    blocks = [
        input_field(PROVIDER, "Provider", _select(PROVIDER, list(PROVIDERS.items()), ANTHROPIC)),
        input_field(MODEL, "Name, as the provider's API knows it", text_input(MODEL, 120)),
        input_field(TITLE, "Title", text_input(TITLE, 120), optional=True),
        input_field(TIER, "Tier", _select(TIER, [(one, one) for one in Tier], Tier.STANDARD)),
        input_field(CONTEXT, "Context in tokens", _number(CONTEXT), optional=True),
        input_field(
            INPUT, "US dollars a million input tokens", _number(INPUT, True), optional=True
        ),
        input_field(OUTPUT, "…a million output tokens", _number(OUTPUT, True), optional=True),
        input_field(CACHED, "…a million cached tokens", _number(CACHED, True), optional=True),
        context("Without prices its cost is not known, and does not count towards the budget."),
    ]
    return modal("Add a model", blocks, callback_id=ADDED, submit="Save", metadata=metadata)


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
    return input_field(
        scope,
        SCOPES[scope],
        _select(scope, [(NONE, first), *_options(shelf, [chosen])], chosen or NONE),
    )


def _fallback_menu(shelf: Shelf) -> Block:
    options = _options(shelf, shelf.fallbacks)
    ids = {model for model, _ in options}
    menu = multi_select(
        FALLBACKS,
        [option(*one) for one in options or [(NONE, "No other")]],
        chosen=[model for model in shelf.fallbacks if model in ids],
        placeholder="No other",
        most=MOST_FALLBACKS,
    )
    label = "When it cannot be reached, in this order"
    return input_field(FALLBACKS, label, menu, optional=True)


def _options(shelf: Shelf, held: Sequence[str]) -> list[tuple[str, str]]:
    """What is offered, and what is chosen already, although it may not be offered any more."""
    shown = shelf.offered[: MAX_OPTIONS - 5]
    kept = [shelf.find(model) for model in held if model]
    options = {one.id: f"{one.title} ({one.tier})" for one in shelf.offered if one in shown + kept}
    return [*options.items()] + [
        (one.id, f"{one.title} (not offered now)") for one in kept if one.id not in options
    ]


def _select(action_id: str, options: Sequence[tuple[str, str]], chosen: str) -> Block:
    """A menu in which the first option is chosen, where nothing else that is offered is."""
    shown = chosen if chosen in dict(options) else options[0][0]
    return select(action_id, [option(*one) for one in options], chosen=shown)


def _number(action_id: str, decimals: bool = False) -> Block:
    return {
        "type": "number_input",
        "action_id": action_id,
        "is_decimal_allowed": decimals,
        "min_value": "0",
    }
