"""Delivery: each report is posted once, and a failure is never silent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.gate.door import Gate
from bot.reports.deliver import IDENTITY, Delivery
from bot.reports.facts import Order
from bot.reports.incidents import IncidentsReport
from bot.scheduling.clock import ReportClock
from bot.scheduling.phrases import parse_wish
from bot.scheduling.queue import LEASE, Claim, JobQueue, LostClaim, TableQueue
from bot.scheduling.slots import JOB
from bot.scheduling.subscriptions import Subscriptions
from bot.scheduling.worker import Worker
from bot.slack.messages import Identity, Message, Place
from bot.slack.render import render
from bot.slack.sender import CannotPost
from bot.store.database import Store
from bot.store.tables import AuditEntry, Job, JobState, Member, Slot
from playground.betterstack.server import Sandbox
from tests.fixtures_store import ORGANISATION, MovableClock

CHANNEL = "C0OPS"


@dataclass
class Slack:
    """Takes posts, or does what `instead` does."""

    posts: list[tuple[Place, str, Identity]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    instead: Callable[[], None] = lambda: None

    async def post(self, place: Place, messages: Sequence[Message], identity: Identity) -> str:
        self.instead()
        self.posts.append((place, "\n".join(message.text for message in messages), identity))
        return f"17.{len(self.posts)}"

    async def tell(self, user_id: str, text: str) -> bool:
        self.told.append((user_id, text))
        return True


@dataclass
class Writing:
    """Writes a short report, and remembers what was ordered."""

    orders: list[Order] = field(default_factory=list)
    instead: Callable[[], None] = lambda: None

    async def write(self, order: Order) -> str:
        self.orders.append(order)
        self.instead()
        return f"All is well, {order.asked_by}"


def plainly(markdown: str) -> Sequence[Message]:
    return [Message(markdown)]


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def writing() -> Writing:
    return Writing()


@pytest.fixture
def delivery(store: Store, queue: TableQueue, slack: Slack, writing: Writing) -> Delivery:
    return Delivery(store, queue, {"incidents": writing.write}, plainly, slack)


@pytest.fixture
def alarm_clock(store: Store, queue: TableQueue) -> ReportClock:
    return ReportClock(store, queue, lambda: None)


@pytest.fixture
def subscriptions(store: Store, queue: TableQueue, alarm_clock: ReportClock) -> Subscriptions:
    return Subscriptions(store, queue, alarm_clock, lambda: None)


@pytest.fixture
async def subscribed(subscriptions: Subscriptions, ana: Member, clock: MovableClock) -> str:
    """Ana's subscription in the channel, which is due now."""
    await subscriptions.subscribe(ana, CHANNEL, parse_wish("daily incidents at 10:00"))
    clock.forward(hours=1)
    (one,) = await subscriptions.listed(ORGANISATION)
    return one.id


async def work(queue: JobQueue, delivery: Delivery) -> None:
    await Worker(queue, {JOB: delivery.deliver}, limit=4, give_up=delivery.give_up).drain()


async def slots(store: Store) -> Sequence[Slot]:
    async with store.reading(ORGANISATION) as session:
        return (await session.scalars(select(Slot).order_by(Slot.id))).all()


async def sentences(store: Store) -> list[str]:
    """What is on record of reports, the oldest first."""
    wanted = select(AuditEntry.sentence).where(AuditEntry.action == "report")
    async with store.reading(ORGANISATION) as session:
        return list(await session.scalars(wanted.order_by(AuditEntry.id)))


async def job_states(store: Store) -> list[tuple[str, str]]:
    async with store.installation() as session:
        return [(job.state, job.error) for job in await session.scalars(select(Job))]


async def test_the_report_of_the_day_is_posted_in_its_channel_and_on_record(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
) -> None:
    await alarm_clock.fire(ORGANISATION, subscribed)
    await work(queue, delivery)

    assert slack.posts == [(Place(CHANNEL), "All is well, Ana", IDENTITY)]
    (slot,) = await slots(store)
    assert (slot.message_ts, slot.delivered_at) == ("17.1", store.clock())
    assert await sentences(store) == [
        "The daily incidents report was posted in <#C0OPS> for Ana, 10:00 UTC."
    ]
    assert not slack.told


async def test_however_many_clocks_and_workers_there_are_it_is_posted_once(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
) -> None:
    clocks = [alarm_clock, *(ReportClock(store, queue, lambda: None) for _ in range(3))]
    await asyncio.gather(*(each.fire(ORGANISATION, subscribed) for each in clocks * 2))
    await asyncio.gather(*(work(TableQueue(store), delivery) for _ in range(3)))

    assert len(slack.posts) == 1


async def test_it_comes_again_the_next_day(
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
    clock: MovableClock,
) -> None:
    for _ in range(3):
        await alarm_clock.fire(ORGANISATION, subscribed)
        await work(queue, delivery)
        clock.forward(days=1)

    assert len(slack.posts) == 3


async def claimed(queue: TableQueue, alarm_clock: ReportClock, subscription: str) -> Claim:
    await alarm_clock.fire(ORGANISATION, subscription)
    (claim,) = await queue.take(1)
    return claim


async def test_a_second_run_of_the_same_job_posts_nothing_more(
    queue: TableQueue, delivery: Delivery, alarm_clock: ReportClock, slack: Slack, subscribed: str
) -> None:
    claim = await claimed(queue, alarm_clock, subscribed)

    await delivery.deliver(claim)
    await delivery.deliver(claim)

    assert len(slack.posts) == 1
    assert not slack.told


class Died(BaseException):
    """The process is gone: nothing that catches errors sees it."""


def die() -> None:
    raise Died


async def test_when_the_process_dies_while_collecting_the_next_one_posts_it(
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    writing: Writing,
    subscribed: str,
    clock: MovableClock,
) -> None:
    writing.instead = die
    with pytest.raises(Died):
        await delivery.deliver(await claimed(queue, alarm_clock, subscribed))
    writing.instead = lambda: None
    clock.now += LEASE
    await work(queue, delivery)

    assert len(slack.posts) == 1


async def test_when_the_process_dies_while_posting_it_is_not_posted_twice_but_told(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
    clock: MovableClock,
) -> None:
    slack.instead = die
    with pytest.raises(Died):
        await delivery.deliver(await claimed(queue, alarm_clock, subscribed))
    slack.instead = lambda: None
    clock.now += LEASE
    await work(queue, delivery)

    assert not slack.posts
    ((user, text),) = slack.told
    assert user == "UANA"
    assert "I was interrupted while I posted the daily incidents report in <#C0OPS>" in text
    assert "`/ops subscribe incidents now`" in text
    assert "may or may not have been posted" in (await sentences(store))[-1]


async def test_a_worker_that_lost_its_job_does_not_post(
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
    clock: MovableClock,
) -> None:
    frozen = await claimed(queue, alarm_clock, subscribed)
    clock.now += LEASE
    (current,) = await queue.take(1)

    with pytest.raises(LostClaim):
        await delivery.deliver(frozen)
    assert not slack.posts
    assert not slack.told

    await delivery.deliver(current)
    assert len(slack.posts) == 1


def refuse(reason: str) -> Callable[[], None]:
    def refused() -> None:
        raise CannotPost(reason)

    return refused


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("not_in_channel", "I am not in that channel. Invite me there with `/invite`."),
        ("is_archived", "the channel is archived. Subscribe in another one."),
        ("restricted_action", "Slack refused it (restricted_action)."),
    ],
)
async def test_where_it_may_not_be_posted_the_subscriber_is_told_why(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
    reason: str,
    words: str,
) -> None:
    slack.instead = refuse(reason)
    await alarm_clock.fire(ORGANISATION, subscribed)
    await work(queue, delivery)

    ((user, text),) = slack.told
    assert user == "UANA"
    assert "I could not post the daily incidents report in <#C0OPS>" in text
    assert words in text
    (slot,) = await slots(store)
    assert slot.delivered_at is None
    assert await sentences(store) == [
        f"The daily incidents report could not be posted in <#C0OPS>: {reason}, 10:00 UTC."
    ]


async def test_when_slack_cannot_be_reached_nothing_is_sent_again_and_the_subscriber_is_told(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
) -> None:
    def break_off() -> None:
        raise ConnectionError("the line is dead")

    slack.instead = break_off
    await alarm_clock.fire(ORGANISATION, subscribed)
    await work(queue, delivery)

    assert await job_states(store) == [(JobState.FAILED, "ConnectionError: the line is dead")]
    assert "may be missing there" in slack.told[0][1]


async def test_a_mistake_of_ours_is_told_too(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    writing: Writing,
    subscribed: str,
) -> None:
    def fail() -> None:
        raise KeyError("secret-detail")

    writing.instead = fail
    await alarm_clock.fire(ORGANISATION, subscribed)
    await work(queue, delivery)

    assert "Something went wrong with the daily incidents report" in slack.told[0][1]
    assert "secret-detail" not in slack.told[0][1]
    assert (await sentences(store))[0].endswith(": KeyError, 10:00 UTC.")
    assert [state for state, _ in await job_states(store)] == [JobState.FAILED]


async def test_that_the_subscriber_cannot_be_told_is_not_a_second_failure(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def mute(user_id: str, text: str) -> bool:
        raise ConnectionError("the line is dead")

    monkeypatch.setattr(slack, "tell", mute)
    slack.instead = refuse("is_archived")
    await alarm_clock.fire(ORGANISATION, subscribed)
    await work(queue, delivery)

    assert len(await sentences(store)) == 1
    assert await job_states(store) == [(JobState.DONE, "")]


async def test_a_report_that_was_stopped_in_the_meantime_is_not_posted(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscriptions: Subscriptions,
    subscribed: str,
    ana: Member,
) -> None:
    await alarm_clock.fire(ORGANISATION, subscribed)
    await subscriptions.cancel(ana, CHANNEL, "incidents")
    await work(queue, delivery)

    assert not slack.posts
    assert "had been stopped" in (await sentences(store))[-1]


async def test_a_report_asked_for_now_is_posted_although_nobody_subscribed(
    queue: TableQueue,
    delivery: Delivery,
    subscriptions: Subscriptions,
    slack: Slack,
    writing: Writing,
    ana: Member,
    store: Store,
) -> None:
    await subscriptions.request(ana, CHANNEL, "incidents", "trigger")
    await work(queue, delivery)

    assert len(slack.posts) == 1
    (order,) = writing.orders
    assert (order.requested, order.daily_at, order.timezone) == (True, "", "Europe/Lisbon")
    assert await sentences(store) == [
        "The incidents report was posted in <#C0OPS> for Ana, 09:00 UTC."
    ]


async def test_a_report_asked_for_now_knows_that_it_also_comes_every_day(
    queue: TableQueue,
    delivery: Delivery,
    subscriptions: Subscriptions,
    writing: Writing,
    subscribed: str,
    ana: Member,
) -> None:
    await subscriptions.request(ana, CHANNEL, "incidents", "trigger")
    await work(queue, delivery)

    assert writing.orders[0].daily_at == "10:00 (Europe/Lisbon)"


async def test_a_job_that_kills_its_process_again_and_again_is_given_up_and_told(
    store: Store,
    queue: TableQueue,
    delivery: Delivery,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
    clock: MovableClock,
) -> None:
    await alarm_clock.fire(ORGANISATION, subscribed)
    for _ in range(5):
        await queue.take(1)
        clock.now += LEASE
    await work(queue, delivery)

    assert "Something went wrong" in slack.told[0][1]
    assert not slack.posts


async def test_from_the_alarm_to_the_channel_with_the_real_report(
    store: Store,
    queue: TableQueue,
    gate: Gate,
    connected: str,
    sandbox: Sandbox,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
) -> None:
    incidents = IncidentsReport(store, gate)
    delivery = Delivery(store, queue, {"incidents": incidents.write}, render, slack)
    await alarm_clock.look()
    await work(queue, delivery)

    ((_, text, _),) = slack.posts
    assert "2 incidents open" in text
    assert "Ana subscribed this channel to this report, every day at 10:00 (Europe/Lisbon)" in text
    assert not sandbox.journal.writes()


async def test_with_the_service_down_the_report_still_comes_and_says_so(
    store: Store,
    queue: TableQueue,
    gate: Gate,
    connected: str,
    sandbox: Sandbox,
    alarm_clock: ReportClock,
    slack: Slack,
    subscribed: str,
) -> None:
    await sandbox.stop()
    incidents = IncidentsReport(store, gate)
    delivery = Delivery(store, queue, {"incidents": incidents.write}, plainly, slack)
    await alarm_clock.look()
    await work(queue, delivery)

    ((_, text, _),) = slack.posts
    assert "The state is not known: nothing could be read" in text
    assert "could not be reached" in text
