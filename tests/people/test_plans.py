"""Plans, limits and budgets: which limit, how much, when it resets, what could be removed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.agents.messages import Usage
from bot.agents.models.catalogue import Tier, entries, find
from bot.agents.models.fitting import fit
from bot.agents.permit import Permit
from bot.agents.spending import cost_of_month, price_of, spent
from bot.people.counters import MESSAGES, REPORTS, count_up, reset_in_words, used
from bot.people.plans import Plan, Schedules, plans
from bot.reports.deliver import PAUSED, Delivery
from bot.scheduling.queue import Claim
from bot.scheduling.slots import open_slot
from bot.setup_file import AgentEntry, ConnectionEntry, SetupError, SetupFile, apply_setup
from bot.slack.messages import Message
from bot.store.tables import Agent, Run, Slot, Step, Subscription
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION
from tests.support.connectors import TOKEN
from tests.support.desk import Desk, text_of
from tests.support.harbor import Harbor

QUESTION = "@debugger is the mast lamp on?"


# The plans are the owner's table, to the letter.


def row(name: str) -> list[Any]:
    plan = plans()[name]
    return [
        plan.agents,
        plan.connections,
        plan.reports,
        plan.messages,
        list(plan.tiers),
        plan.knowledge_files,
        plan.knowledge_text,
        plan.email_recipients,
        plan.schedules,
    ]


def test_the_three_plans() -> None:
    assert list(plans()) == ["explore", "operate", "scale"]
    assert row("explore") == [2, 4, 5, 100, ["standard"], 2, 10, 3, Schedules.NONE]
    assert row("operate") == [
        5, 15, 31, None, ["standard", "premium"], 10, 50, 20, Schedules.HOUR,
    ]  # fmt: skip
    assert row("scale") == [None, None, None, None, [*Tier], 20, None, 20, Schedules.CRON]


async def test_owners_choose_and_it_counts_at_once(desk: Desk) -> None:
    assert "*Scale* · *your plan*" in await desk.command("UANA", "plan")
    assert "🔒 Change to Explore" in await desk.command("UBO", "plan")
    told = await desk.press("UBO", "plan_choose", f"{ORGANISATION}:explore")
    assert "Only owners may change the plan and the budget" in told
    told = await desk.press("UANA", "plan_choose", f"{ORGANISATION}:explore")
    assert "The plan is *Explore* from now on. Nothing was deleted." in told
    assert "no reports that come by themselves" in await desk.command(
        "UANA", "subscribe daily incidents at 09:00"
    )
    assert "There is no plan" in await desk.command("UANA", "plan free")


async def test_each_organisation_has_its_own_plan(desk: Desk) -> None:
    await desk.command("UANA", "plan explore")
    await desk.command("UANA", "org create Night shift", channel="DANA")
    assert "*Scale* · *your plan*" in await desk.command("UANA", "plan", channel="DANA")


async def test_a_press_on_a_plan_of_another_organisation_does_nothing(desk: Desk) -> None:
    assert "of another organisation" in await desk.press("UANA", "plan_choose", "labs:explore")
    assert "*Scale* · *your plan*" in await desk.command("UANA", "plan")


# Messages.


async def messages(harbor: Harbor, organisation_id: str = ORGANISATION) -> int:
    async with harbor.store.reading(organisation_id) as session:
        return await used(session, MESSAGES, harbor.clock())


async def use_up(harbor: Harbor, kind: str, count: int) -> None:
    async with harbor.store.writing(ORGANISATION) as session:
        for _ in range(count):
            await count_up(session, ORGANISATION, kind, harbor.clock())


async def test_a_message_is_one_question_that_starts_a_run(desk: Desk) -> None:
    await desk.say("UBO", QUESTION, ts="1.1")
    await desk.say("UBO", QUESTION, ts="1.1")  # Slack's second event for the same mention
    await desk.say("UBO", "and the bow lamp?", ts="1.2", thread_ts="1.1")
    await desk.say("UBO", "is the mast lamp on?", channel="DBO")
    assert await messages(desk.harbor) == 3


async def test_failed_starts_do_not_count(desk: Desk) -> None:
    await desk.say("UBO", "<@UBOT> @debuger is the mast lamp on?")
    await desk.say("UBO", "<@UBOT>")
    await desk.say("UBO", "good morning everybody")
    assert await messages(desk.harbor) == 0


async def test_a_run_that_was_never_begun_gives_its_message_back(desk: Desk) -> None:
    await desk.say("UBO", QUESTION)
    permit = Permit(desk.harbor.store, desk.harbor.queue, default_model="")
    async with desk.harbor.store.writing(ORGANISATION) as session:
        run = (await session.scalars(select(Run))).one()
        await permit.not_started(session, run)
    assert await messages(desk.harbor) == 0


async def test_members_share_the_limit_and_are_told_which_how_much_and_when(desk: Desk) -> None:
    await desk.command("UANA", "plan explore")
    await use_up(desk.harbor, MESSAGES, 99)
    await desk.say("UBO", QUESTION, ts="1.1")
    await desk.say("UANA", QUESTION, ts="1.2")
    assert await messages(desk.harbor) == 100
    assert len(await desk.jobs("run")) == 1
    told = text_of([job.subject for job in await desk.jobs("say")])
    assert "The 100 messages of November are used; so many come with the plan Explore." in told
    assert "They count from zero again on 1 December 2026, 00:00 UTC." in told
    assert "/ops plan" in told


async def test_counters_begin_again_with_the_month_in_utc(desk: Desk) -> None:
    await desk.command("UANA", "plan explore")
    await use_up(desk.harbor, MESSAGES, 100)
    desk.harbor.clock.set(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    await desk.say("UBO", QUESTION, ts="1.1")
    assert await desk.jobs("run") == []
    desk.harbor.clock.set(datetime(2026, 12, 1, tzinfo=UTC))
    await desk.say("UBO", QUESTION, ts="1.2")
    assert len(await desk.jobs("run")) == 1


def test_december_is_followed_by_january_of_the_next_year() -> None:
    assert reset_in_words(datetime(2026, 12, 31, tzinfo=UTC)) == "1 January 2027, 00:00 UTC"


async def test_one_organisation_does_not_use_up_what_is_the_other_ones(desk: Desk) -> None:
    await use_up(desk.harbor, MESSAGES, 3)
    assert await messages(desk.harbor, OTHER_ORGANISATION) == 0


# Agents and connections: the limits that do not reset.


async def test_a_full_plan_names_what_could_be_removed(desk: Desk) -> None:
    harbor = desk.harbor
    await harbor.hire("tony")
    await desk.command("UANA", "plan explore")
    wanted = SetupFile(agents=[AgentEntry(name="Analyst", type="analyst")])
    with pytest.raises(SetupError, match="room for 2 agents, and there are 2: Debugger, Tony"):
        await apply_setup(harbor.store, harbor.opener, ORGANISATION, wanted)
    assert await count(harbor, Agent) == 2
    again = SetupFile(agents=[AgentEntry(name="Tony")])
    await apply_setup(harbor.store, harbor.opener, ORGANISATION, again)  # it is there already


async def test_connections_are_limited_the_same_way(desk: Desk) -> None:
    harbor = desk.harbor
    await desk.command("UANA", "plan explore")
    new = [
        ConnectionEntry(label=f"Lamp {n}", connector="lamp", credentials={"key": TOKEN})
        for n in range(4)
    ]
    with pytest.raises(SetupError, match="room for 4 connections, and there are 4: Demo, Lamp 0"):
        await apply_setup(harbor.store, harbor.opener, ORGANISATION, SetupFile(connections=new))


async def test_a_lowered_plan_deletes_nothing_and_says_what_is_over(desk: Desk) -> None:
    for name in ("tony", "analyst"):
        await desk.harbor.hire(name)
    await desk.command("UANA", "subscribe daily incidents at 09:00")
    told = await desk.command("UANA", "plan explore")
    assert "3 agents stay, 2 are in the plan: none can be added." in told
    assert "The daily incidents report of <#C1> pauses." in told
    assert await count(desk.harbor, Agent) == 3
    async with desk.harbor.store.reading(ORGANISATION) as session:
        assert (await session.scalars(select(Subscription))).one().cancelled_at is None


async def count(harbor: Harbor, table: Any) -> int:
    async with harbor.store.reading(ORGANISATION) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


# Reports.


class Posts:
    """Slack, as far as reports see it."""

    def __init__(self) -> None:
        self.posted = 0
        self.told: list[str] = []

    async def post(self, *_: Any) -> str:
        self.posted += 1
        return "9.9"

    async def tell(self, _user: str, text: str) -> bool:
        self.told.append(text)
        return True


async def deliver(desk: Desk, posts: Posts, *, broken: bool = False) -> Slot:
    """Does what the worker would with the newest report job."""

    async def write(_order: Any) -> str:
        if broken:
            raise RuntimeError("no")
        return "All calm."

    harbor = desk.harbor
    delivery = Delivery(
        harbor.store, harbor.queue, {"incidents": write}, lambda text: [Message(text)], posts
    )
    job = (await desk.jobs("report"))[-1]
    async with harbor.store.installation() as session:
        row = await session.merge(job)
        row.state, row.fence = "running", 1
    claim = Claim(job.id, job.organisation_id, job.kind, job.subject, 1, 1)
    try:
        await delivery.deliver(claim)
    except RuntimeError:
        assert broken
    await harbor.queue.finish(claim)
    async with harbor.store.reading(ORGANISATION) as session:
        return await session.get_one(Slot, job.subject)


async def reports(harbor: Harbor) -> int:
    async with harbor.store.reading(ORGANISATION) as session:
        return await used(session, REPORTS, harbor.clock())


async def test_a_report_counts_when_it_completes(desk: Desk) -> None:
    posts = Posts()
    await desk.command("UANA", "subscribe incidents now")
    assert await reports(desk.harbor) == 0
    await deliver(desk, posts, broken=True)
    assert await reports(desk.harbor) == 0
    await desk.command("UANA", "subscribe incidents now")
    await deliver(desk, posts)
    assert (posts.posted, await reports(desk.harbor)) == (1, 1)


async def test_no_report_beyond_the_limit(desk: Desk) -> None:
    posts = Posts()
    await desk.command("UANA", "subscribe incidents now")
    await desk.command("UANA", "plan explore")
    await use_up(desk.harbor, REPORTS, 5)
    slot = await deliver(desk, posts)
    assert (posts.posted, slot.message_ts) == (0, PAUSED)
    assert "The 5 reports of November are used" in posts.told[0]
    told = await desk.command("UANA", "subscribe incidents now")
    assert "They count from zero again on 1 December 2026, 00:00 UTC" in told


async def test_a_paused_daily_report_says_so_once(desk: Desk) -> None:
    posts = Posts()
    await desk.command("UANA", "subscribe daily incidents at 09:00")
    await desk.command("UANA", "plan explore")
    for day in ("2026-11-23", "2026-11-24"):
        desk.harbor.clock.forward(days=1)
        await fire(desk, day)
        assert (await deliver(desk, posts)).message_ts == PAUSED
    assert posts.posted == 0
    assert len(posts.told) == 1
    assert "The plan Explore has no reports that come by themselves" in posts.told[0]
    await desk.command("UANA", "plan scale")
    await fire(desk, "2026-11-25")
    await deliver(desk, posts)
    assert posts.posted == 1


async def fire(desk: Desk, day: str) -> None:
    harbor = desk.harbor
    async with harbor.store.writing(ORGANISATION) as session:
        subscription = (await session.scalars(select(Subscription))).one()
        await open_slot(
            session,
            harbor.queue,
            subscription,
            day,
            slot_id=harbor.store.ids(),
            now=harbor.clock(),
        )


async def test_operate_has_daily_reports_at_a_full_hour(desk: Desk) -> None:
    await desk.command("UANA", "plan operate")
    told = await desk.command("UANA", "subscribe daily incidents at 09:30")
    assert "daily reports come at a full hour" in told
    assert "at 09:00" in await desk.command("UANA", "subscribe daily incidents at 09:00")


# Models.


def test_a_model_above_the_plan_falls_back_and_says_so() -> None:
    explore, scale = plans()["explore"], plans()["scale"]
    assert fit("claude-opus-5-5", scale.tiers, scale.title).why == ""
    fallen = fit("claude-opus-5-5", explore.tiers, explore.title)
    used_instead = find(fallen.model)
    assert used_instead is not None
    assert used_instead.tier in explore.tiers
    assert fallen.why == "instead of Claude Opus 5.5, which the plan Explore does not have"


def test_a_model_that_is_not_in_the_catalogue_is_used_as_it_is() -> None:
    assert fit("our-own-model", plans()["explore"].tiers, "Explore").model == "our-own-model"


async def test_an_agent_gets_the_model_of_its_organisations_plan(desk: Desk) -> None:
    harbor = desk.harbor
    permit = Permit(harbor.store, harbor.queue, default_model="claude-opus-5-5")
    assert (await permit.model(harbor.debugger)).model == "claude-opus-5-5"
    await desk.command("UANA", "plan explore")
    assert (await permit.model(harbor.debugger)).model == "claude-sonnet-5-5"


# Cost and budget.


async def think(harbor: Harbor, run: Run, number: int, model: str, tokens: int) -> None:
    """A step of a run, as the loop saves it."""
    permit = Permit(harbor.store, harbor.queue, default_model="")
    async with harbor.store.writing(ORGANISATION) as session:
        session.add(
            Step(
                run_id=run.id,
                number=number,
                replied={},
                returned={},
                model=model,
                input_tokens=tokens,
                output_tokens=tokens,
                cached_tokens=tokens // 2,
                cost=price_of(model, Usage(tokens, tokens, tokens // 2)),
                created_at=harbor.clock(),
            )
        )
        await permit.spent(session, run, harbor.clock())


async def test_usage_shows_tokens_and_cost_by_agent_and_model(desk: Desk) -> None:
    run = await desk.harbor.ask()
    await think(desk.harbor, run, 0, "claude-sonnet-5-5", 1_000_000)
    await think(desk.harbor, run, 1, "our-own-model", 500)
    await use_up(desk.harbor, MESSAGES, 12)
    told = await desk.command("UBO", "usage")
    assert "Messages: 12, without a limit" in told
    assert "Agents: 1, without a limit" in told
    assert "Debugger, Claude Sonnet 5.5: 2,000,000 tokens, $11.05" in told
    assert "Debugger, our-own-model: 1,000 tokens, no price known" in told
    assert "count from zero again on 1 December 2026, 00:00 UTC" in told


@pytest.mark.parametrize("model", [one.id for one in entries() if one.prices])
async def test_the_sum_is_what_the_single_responses_cost(desk: Desk, model: str) -> None:
    run = await desk.harbor.ask()
    sizes = (10, 100_000, 100_001, 250_000)
    for number, tokens in enumerate(sizes):
        await think(desk.harbor, run, number, model, tokens)
    entry = find(model)
    assert entry is not None
    single = [entry.cost(Usage(tokens, tokens, tokens // 2)) or Decimal(0) for tokens in sizes]
    async with desk.harbor.store.reading(ORGANISATION) as session:
        assert await cost_of_month(session, desk.harbor.clock()) == sum(single)
        (line,) = await spent(session, desk.harbor.clock())
    assert line.input == sum(sizes)


async def test_costs_of_another_month_do_not_count(desk: Desk) -> None:
    run = await desk.harbor.ask()
    await think(desk.harbor, run, 0, "claude-sonnet-5-5", 1_000_000)
    desk.harbor.clock.set(datetime(2026, 12, 1, tzinfo=UTC))
    async with desk.harbor.store.reading(ORGANISATION) as session:
        assert await cost_of_month(session, desk.harbor.clock()) == 0


async def test_at_80_percent_owners_are_told_once(desk: Desk) -> None:
    await desk.command("UANA", "budget $14")
    await desk.command("UANA", "team role <@UBO> owner")
    run = await desk.harbor.ask()
    await think(desk.harbor, run, 0, "claude-sonnet-5-5", 1_000_000)  # $11.05 of $14: 79 %
    assert await desk.jobs("tell") == []
    await think(desk.harbor, run, 1, "claude-sonnet-5-5", 100_000)
    await think(desk.harbor, run, 2, "claude-sonnet-5-5", 1_000)
    told = [job.subject for job in await desk.jobs("tell")]
    assert [("UANA" in one, "UBO" in one) for one in told] == [(True, False), (False, True)]
    assert "Harbor has used $12.16 of this month's $14.00" in told[0]
    assert "1 December 2026, 00:00 UTC" in told[0]


async def test_at_100_percent_runs_stop_politely_and_none_is_started(desk: Desk) -> None:
    await desk.command("UANA", "budget 11")
    harbor = desk.harbor
    run = await harbor.ask()
    permit = Permit(harbor.store, harbor.queue, default_model="")
    assert await permit.no_money(run) is None
    await think(harbor, run, 0, "claude-sonnet-5-5", 1_000_000)
    halt = await permit.no_money(run)
    assert halt is not None
    assert "This month's budget of $11.00 for language models is used up." in halt.words
    assert "1 December 2026, 00:00 UTC" in halt.words
    await desk.say("UBO", QUESTION)
    assert await desk.jobs("run") == []
    assert "is used up" in text_of([job.subject for job in await desk.jobs("say")])
    assert await messages(harbor) == 0
    await desk.command("UANA", "budget none")
    assert await permit.no_money(run) is None


@pytest.mark.parametrize("typed", ["budget lots", "budget -1", "budget nan", "budget 1e99"])
async def test_a_budget_that_is_no_amount_is_refused(desk: Desk, typed: str) -> None:
    assert "is no amount" in await desk.command("UANA", typed)
    assert "is unlimited" in await desk.command("UBO", "budget")


def test_plans_refuse_limits_that_they_do_not_know() -> None:
    with pytest.raises(ValueError, match="extra"):
        Plan.model_validate(
            {"name": "x", "title": "X", "tiers": [], "schedules": "none", "seats": 1}
        )
