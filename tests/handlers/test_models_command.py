"""`/ops models`: what answers where, who may change it, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents.messages import Usage
from bot.agents.models.choosing import Installed, own_models, shelf_of
from bot.agents.models.fitting import Fit
from bot.agents.models.providers import ANTHROPIC, KEYS
from bot.agents.permit import Permit
from bot.agents.spending import price_of, spent
from bot.store.tables import Agent, Step
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk

EVERYTHING = Installed("claude-sonnet-5-5", frozenset(KEYS))


def option(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value}}


def typed(value: str) -> dict[str, Any]:
    return {"value": value}


async def save(desk: Desk, callback: str, user: str = "UANA", **fields: Any) -> str:
    values = {name.replace("__", ":"): {name.replace("__", ":"): v} for name, v in fields.items()}
    return await desk.submit(user, callback, {"organisation": ORGANISATION, "channel": ""}, values)


async def choose(desk: Desk, user: str = "UANA", **scopes: str) -> str:
    chosen = {name: option(model) for name, model in scopes.items()}
    return await save(desk, "models_chosen", user, **chosen)


async def fall_back_to(desk: Desk, *models: str) -> str:
    picked = {"selected_options": [{"value": model} for model in models]}
    return await save(desk, "models_chosen", fallbacks=picked)


async def add(desk: Desk, user: str = "UANA", **more: str) -> str:
    fields = {
        "provider": option("compatible"),
        "model": typed("qwen3:30b"),
        "title": typed("Qwen"),
        "tier": option("premium"),
        **{name: typed(value) for name, value in more.items()},
    }
    return await save(desk, "model_added", user, **fields)


async def fit_of(desk: Desk, model: str = "", installed: Installed = EVERYTHING) -> Fit:
    permit = Permit(desk.harbor.store, desk.harbor.queue, installed=installed)
    async with desk.harbor.store.writing(ORGANISATION) as session:
        agent = await session.get_one(Agent, desk.harbor.debugger.id)
        agent.model = model
    return await permit.model(agent)


async def test_everybody_sees_what_answers_what_it_costs_and_what_else_there_is(desk: Desk) -> None:
    told = await desk.command("UBO", "models")
    assert "Default: *Claude Sonnet 5.5* (the installation's)" in told
    assert "GPT-5.4 · `gpt-5.4` · premium · $2.50 in, $15.00 out" in told
    assert "then" not in told.split("cannot be reached")[1].split("To choose")[0]
    assert "the offline planner, which is no language model and says so" in told
    assert "*Web search by the provider*: off" in told


# The agent's own, then its type's, then the organisation's, then the installation's.


async def test_the_nearest_choice_counts(desk: Desk) -> None:
    assert (await fit_of(desk)).model == "claude-sonnet-5-5"
    await choose(desk, organisation="claude-haiku-5-5")
    assert (await fit_of(desk)).model == "claude-haiku-5-5"
    await choose(desk, type__debugger="gpt-5-mini", type__analyst="gpt-5.4")
    assert (await fit_of(desk)).model == "gpt-5-mini"
    assert (await fit_of(desk, "claude-opus-5-5")).model == "claude-opus-5-5"
    await choose(desk, type__debugger="-")
    assert (await fit_of(desk)).model == "claude-haiku-5-5"


async def test_reports_have_defaults_by_their_connector(desk: Desk) -> None:
    await choose(desk, reports__posthog="gpt-5.4", reports__other="gpt-5-mini")
    async with desk.harbor.store.reading(ORGANISATION) as session:
        shelf = await shelf_of(session, ORGANISATION, EVERYTHING)
    assert shelf.for_report("posthog").model == "gpt-5.4"
    assert shelf.for_report("stripe").model == "gpt-5-mini"
    assert shelf.for_report("mixpanel").model == "claude-sonnet-5-5"


# Plans and keys


async def test_a_model_above_the_plan_is_not_offered_and_the_next_is_used_and_said(
    desk: Desk,
) -> None:
    await choose(desk, organisation="gpt-5.4")
    await desk.command("UANA", "plan explore")
    fit = await fit_of(desk)
    assert fit.model == "gpt-5-mini"
    assert fit.why == "instead of GPT-5.4, which the plan Explore does not have"
    told = await desk.command("UANA", "models")
    assert "*GPT-5 mini* instead of GPT-5.4, which the plan Explore does not have" in told
    assert "`claude-opus-5-5`" not in told
    refused = await choose(desk, type__analyst="claude-opus-5-5")
    assert "Claude Opus 5.5 is not offered here" in refused


async def test_a_model_without_a_key_gives_way_to_one_that_has_it_and_it_is_said(
    desk: Desk,
) -> None:
    await choose(desk, organisation="gpt-5.4")
    fit = await fit_of(desk, installed=Installed("claude-sonnet-5-5", {ANTHROPIC}))
    assert fit.model != "gpt-5.4"
    assert fit.line[0].provider == ANTHROPIC
    assert fit.why == "instead of GPT-5.4, for which OPENAI_API_KEY is not set"


async def test_the_installations_own_default_without_a_key_is_no_news(desk: Desk) -> None:
    fit = await fit_of(desk, installed=Installed("claude-sonnet-5-5", {"google"}))
    assert (fit.model, fit.why) == ("gemini-3-flash-preview", "")


async def test_those_behind_are_the_organisations_list_as_far_as_it_may_be_used(
    desk: Desk,
) -> None:
    await fall_back_to(desk, "claude-opus-5-5", "gpt-5-mini", "claude-sonnet-5-5")
    fit = await fit_of(desk)
    assert [one.id for one in fit.then] == ["claude-opus-5-5", "gpt-5-mini"]
    await desk.command("UANA", "plan explore")
    assert [one.id for one in (await fit_of(desk)).then] == ["gpt-5-mini"]
    assert "Claude Opus 5.5, then GPT-5 mini" in await desk.command("UANA", "models")


async def test_more_than_three_behind_are_refused(desk: Desk) -> None:
    names = ("claude-opus-5-5", "gpt-5-mini", "claude-haiku-5-5", "gpt-5.4")
    assert "At most 3 models" in await fall_back_to(desk, *names)


# Rights


@pytest.mark.parametrize("action", ["models_change", "models_add"])
async def test_a_viewer_may_look_but_not_choose(desk: Desk, action: str) -> None:
    assert "🔒" in await desk.command("UBO", "models")
    assert "Only owners" in await desk.press("UBO", action, f"{ORGANISATION}:x")
    assert "Only owners" in await choose(desk, "UBO", organisation="gpt-5-mini")
    assert (await fit_of(desk)).model == "claude-sonnet-5-5"


async def test_an_editor_chooses_but_only_an_owner_adds_and_allows_the_web(desk: Desk) -> None:
    await desk.command("UANA", "team role <@UBO> editor")
    await choose(desk, "UBO", organisation="gpt-5-mini")
    assert (await fit_of(desk)).model == "gpt-5-mini"
    assert "Only owners may add" in await add(desk, "UBO")
    assert "Only owners may add" in await desk.command("UBO", "models web on")


async def test_a_choice_is_on_record(desk: Desk) -> None:
    await choose(desk, organisation="gpt-5-mini")
    assert "set a language model: Default: GPT-5 mini" in await desk.command("UANA", "audit")


# A model of one's own


async def test_an_owner_adds_any_model_and_agents_use_it(desk: Desk) -> None:
    await add(desk, input="1.5", output="6", context="32000")
    assert "Qwen · `qwen3:30b` · premium · $1.50 in, $6.00 out" in await desk.command(
        "UBO", "models"
    )
    fit = await fit_of(desk, "qwen3:30b")
    assert fit.line[0].provider == "compatible"
    assert fit.window == 32_000


async def test_its_price_counts(desk: Desk) -> None:
    await add(desk, input="1.5", output="6")
    run = await desk.harbor.ask()
    async with desk.harbor.store.writing(ORGANISATION) as session:
        step = Step(run_id=run.id, number=0, replied={}, returned={}, model="qwen3:30b")
        step.input_tokens, step.output_tokens, step.cached_tokens = 1_000_000, 1_000_000, 0
        step.created_at = desk.harbor.clock()
        own = await own_models(session)
        step.cost = price_of("qwen3:30b", Usage(1_000_000, 1_000_000, 0), own)
        session.add(step)
    async with desk.harbor.store.reading(ORGANISATION) as session:
        [line] = await spent(session, desk.harbor.clock())
    assert str(line.cost) == "7.5"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"model": "two words"}, "without spaces"),
        ({"model": ""}, "without spaces"),
        ({"input": "1"}, "both input and output"),
        ({"input": "x", "output": "1"}, "“x” is no number"),
    ],
)
async def test_what_cannot_be_added_is_said_in_the_form(
    desk: Desk, fields: dict[str, str], words: str
) -> None:
    assert words in await add(desk, **fields)


async def test_a_removed_model_is_used_nowhere_any_more(desk: Desk) -> None:
    await add(desk)
    await choose(desk, organisation="qwen3:30b")
    await fall_back_to(desk, "qwen3:30b")
    assert "Removed `qwen3:30b`" in await desk.command("UANA", "models remove qwen3:30b")
    fit = await fit_of(desk)
    assert (fit.model, fit.then) == ("claude-sonnet-5-5", ())
    assert "There is no model “qwen3:30b”" in await desk.command("UANA", "models remove qwen3:30b")


async def test_the_web_is_off_until_an_owner_allows_it(desk: Desk) -> None:
    assert not (await fit_of(desk)).web
    await desk.command("UANA", "models web on")
    assert (await fit_of(desk)).web
    assert "*Web search by the provider*: on" in await desk.command("UANA", "models")
    await desk.command("UANA", "models web off")
    assert not (await fit_of(desk)).web


async def test_a_form_of_another_organisation_changes_nothing(desk: Desk) -> None:
    held = {"organisation": "labs", "channel": ""}
    values = {"organisation": {"organisation": option("gpt-5-mini")}}
    told = await desk.submit("UANA", "models_chosen", held, values)
    assert "another organisation" in told
    assert (await fit_of(desk)).model == "claude-sonnet-5-5"


async def test_without_any_key_the_list_says_that_no_model_answers(desk: Desk) -> None:
    nothing = Installed("claude-sonnet-5-5", frozenset())
    desk.services.__dict__["models"] = nothing  # as an installation without keys has it
    told = await desk.command("UANA", "models")
    assert "No provider's key is set, so the offline planner answers" in told
    assert "Sonnet" not in told
